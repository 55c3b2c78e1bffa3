"""The table's stream as Lambda reads it for `followUpPayments`: filtered, in batches.

Filters and batch size are those of the template.
"""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import boto3
from botocore.client import BaseClient
from local.aws.template import resources_of_type
from tests.contract.documents import TEMPLATE

type Record = dict[str, Any]

_MAPPINGS: Final = resources_of_type(TEMPLATE, "AWS::Lambda::EventSourceMapping")
_SOURCE: Final = _MAPPINGS["FollowUpPaymentsSource"]["Properties"]
BATCH: Final[int] = _SOURCE["BatchSize"]
FILTERS: Final = [json.loads(each["Pattern"]) for each in _SOURCE["FilterCriteria"]["Filters"]]


class Stream:
    """The records of a table since this object was created that `followUpPayments` receives.

    Reads one shard: DynamoDB Local starts another one only after hours.
    """

    def __init__(self, dynamodb: BaseClient, table_name: str) -> None:
        self._client = _streams(dynamodb.meta.endpoint_url)
        arn, shard = _shard(dynamodb, table_name)
        self._iterator = self._client.get_shard_iterator(
            StreamArn=arn, ShardId=shard, ShardIteratorType="LATEST"
        )["ShardIterator"]

    def read(self) -> list[Record]:
        """Return the records since the last call, oldest first, that pass a filter."""
        passed: list[Record] = []
        while True:
            answer = self._client.get_records(ShardIterator=self._iterator)
            self._iterator = answer["NextShardIterator"]
            if not answer["Records"]:
                return passed
            records = [_as_lambda_gets_it(each) for each in answer["Records"]]
            passed += [each for each in records if any(matches(each, one) for one in FILTERS)]


def matches(value: Any, pattern: Mapping[str, Any]) -> bool:
    """Return whether a record matches a filter pattern of an event source mapping.

    Supports the rules that the template uses: an object requires each of its members, a list
    contains the allowed texts and `{"prefix": ...}`.
    """
    for name, allowed in pattern.items():
        if not isinstance(value, Mapping) or name not in value:
            return False
        value_of_member = value[name]
        if isinstance(allowed, list):
            if not any(_matches_text(value_of_member, each) for each in allowed):
                return False
        elif not matches(value_of_member, allowed):
            return False
    return True


def _matches_text(text: str, allowed: str | Mapping[str, str]) -> bool:
    return text == allowed if isinstance(allowed, str) else text.startswith(allowed["prefix"])


def _as_lambda_gets_it(record: Record) -> Record:
    at = record["dynamodb"]["ApproximateCreationDateTime"].timestamp()
    changed = record["dynamodb"] | {"ApproximateCreationDateTime": int(at)}
    return record | {"dynamodb": changed}


@cache
def _shard(dynamodb: BaseClient, table_name: str) -> tuple[str, str]:
    """Return the ARN of the table's stream and the id of its shard."""
    arn = dynamodb.describe_table(TableName=table_name)["Table"]["LatestStreamArn"]
    described = _streams(dynamodb.meta.endpoint_url).describe_stream(StreamArn=arn)
    return arn, described["StreamDescription"]["Shards"][-1]["ShardId"]


@cache
def _streams(url: str) -> BaseClient:
    return boto3.client("dynamodbstreams", endpoint_url=url)
