"""The table's stream as Lambda reads it for `followUpPayments`: AWS's records, batched, filtered.

Filters and batch size are the template's.
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
    """What is new in a table since this was made, as far as `followUpPayments` is called for it.

    One shard: DynamoDB Local begins another one only after hours.
    """

    def __init__(self, dynamodb: BaseClient, table_name: str) -> None:
        self._client = _streams(dynamodb.meta.endpoint_url)
        arn = dynamodb.describe_table(TableName=table_name)["Table"]["LatestStreamArn"]
        described = self._client.describe_stream(StreamArn=arn)["StreamDescription"]
        self._iterator = self._client.get_shard_iterator(
            StreamArn=arn, ShardId=described["Shards"][-1]["ShardId"], ShardIteratorType="LATEST"
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
            passed += [each for each in records if any(fits(each, one) for one in FILTERS)]


def fits(value: Any, pattern: Mapping[str, Any]) -> bool:
    """Return whether a record passes a filter of an event source mapping, as far as we use them.

    A mapping asks for each of its members, a list offers texts and `{"prefix": ...}`.
    """
    for name, wanted in pattern.items():
        if not isinstance(value, Mapping) or name not in value:
            return False
        found = value[name]
        if isinstance(wanted, list):
            if not any(_is(found, each) for each in wanted):
                return False
        elif not fits(found, wanted):
            return False
    return True


def _is(text: str, wanted: str | Mapping[str, str]) -> bool:
    return text == wanted if isinstance(wanted, str) else text.startswith(wanted["prefix"])


def _as_lambda_gets_it(record: Record) -> Record:
    at = record["dynamodb"]["ApproximateCreationDateTime"].timestamp()
    changed = record["dynamodb"] | {"ApproximateCreationDateTime": int(at)}
    return record | {"dynamodb": changed}


@cache
def _streams(url: str) -> BaseClient:
    return boto3.client("dynamodbstreams", endpoint_url=url)
