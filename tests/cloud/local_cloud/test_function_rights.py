"""The rights of the functions, which the emulator enforces as IAM does."""

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from local.aws.stack import STACK, outputs_of
from tests.cloud.conftest import RunningCloud
from tests.cloud.local_cloud.archive import archive

KEY = {"pk": {"S": "PROBE"}, "sk": {"S": "PROBE"}}


class TestIam:
    """A probe function with another function's role has that role's rights only."""

    PROBE = """
import botocore.session
from botocore.exceptions import ClientError

def handler(event, context):
    client = botocore.session.get_session().create_client(event["service"])
    try:
        getattr(client, event["call"])(**event["arguments"])
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"
"""

    @pytest.fixture
    def probe(self, cloud: RunningCloud) -> Iterator[Callable[..., str]]:
        functions = cloud.client("lambda")
        names: list[str] = []

        def call(role_of: str, method: str, **arguments: Any) -> str:
            role = functions.get_function_configuration(FunctionName=f"{STACK}-{role_of}")["Role"]
            names.append(f"probe-{uuid.uuid4()}")
            functions.create_function(
                FunctionName=names[-1],
                Role=role,
                Runtime="python3.13",
                Handler="app.handler",
                Timeout=10,
                Code={"ZipFile": archive({"app.py": self.PROBE})},
            )
            if "SecretId" in arguments:
                event = {"service": "secretsmanager", "arguments": arguments}
            else:
                table = {"TableName": cloud.description.table}
                event = {"service": "dynamodb", "arguments": table | arguments}
            payload = json.dumps(event | {"call": method}).encode()
            answer = functions.invoke(FunctionName=names[-1], Payload=payload)
            return str(json.loads(answer["Payload"].read()))

        yield call
        for name in names:
            functions.delete_function(FunctionName=name)

    @staticmethod
    def _secret(probe: Callable[..., str], role_of: str, which: str, cloud: RunningCloud) -> str:
        outputs = outputs_of(cloud.client("cloudformation"), STACK)
        arn = outputs[f"Stripe{which}SecretArn"]
        return probe(role_of, "get_secret_value", SecretId=arn)

    def test_a_function_that_only_records_refund_obligations_cannot_read_the_stripe_key(
        self, cloud: RunningCloud, probe: Callable[..., str]
    ) -> None:
        assert self._secret(probe, "follow_up_payments", "ApiKey", cloud) == "allowed"
        assert self._secret(probe, "refund_payment", "ApiKey", cloud) == "AccessDeniedException"

    def test_only_the_webhook_can_read_the_webhook_secret(
        self, cloud: RunningCloud, probe: Callable[..., str]
    ) -> None:
        assert self._secret(probe, "stripe_webhook", "Webhook", cloud) == "allowed"
        assert (
            self._secret(probe, "reconcile_payments", "Webhook", cloud) == "AccessDeniedException"
        )

    def test_list_payments_cannot_write_to_the_table(self, probe: Callable[..., str]) -> None:
        assert probe("list_payments", "put_item", Item=KEY) == "AccessDeniedException"

    def test_a_job_can_read_its_own_index_only(self, probe: Callable[..., str]) -> None:
        def look(index: str) -> str:
            return probe(
                "complete_past_bookings",
                "query",
                IndexName=index,
                KeyConditionExpression=f"{index.lower()}pk = :of",
                ExpressionAttributeValues={":of": {"S": "PROBE"}},
            )

        assert look("GSI3") == "allowed"
        assert look("GSI1") == "AccessDeniedException"

    def test_a_reading_function_can_read_the_table(self, probe: Callable[..., str]) -> None:
        assert probe("get_booking", "get_item", Key=KEY) == "allowed"

    def test_a_reading_function_cannot_write_to_the_table(self, probe: Callable[..., str]) -> None:
        assert probe("get_booking", "put_item", Item=KEY) == "AccessDeniedException"

    def test_no_function_can_scan_the_table(self, probe: Callable[..., str]) -> None:
        assert probe("create_booking", "scan") == "AccessDeniedException"

    def test_health_has_no_rights_on_the_table(self, probe: Callable[..., str]) -> None:
        assert probe("get_health", "get_item", Key=KEY) == "AccessDeniedException"
