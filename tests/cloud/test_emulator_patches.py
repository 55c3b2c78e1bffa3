"""`local/aws/emulator_patches` adds to the emulator what it lacks of AWS."""

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from local.aws.emulator import grace_of_template
from local.paths import EMULATOR_PATCHES, MINISTACK_PYTHON
from tests.cloud.conftest import RunningCloud

type Json = dict[str, Any]
type Answers = Callable[[list[str]], Json]
type Run = Callable[[Answers, str], list[str]]

SOURCE = {
    "FunctionName": "f",
    "EventSourceArn": "arn:of:the:stream",
    "MaximumRetryAttempts": 2,
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
}


@pytest.fixture
def failed_records() -> list[str]:
    """Return the list of records that were sent to the failure queue."""
    return []


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, failed_records: list[str]) -> Run:
    """Return a function that delivers records; the answers depend on the calls so far."""
    functions = SimpleNamespace(
        _iter_all_esms=lambda: [("account", "region", SOURCE)],
        _send_ddb_stream_failure_record=lambda _, __, records, *___: failed_records.append(
            numbers({"Records": records})
        ),
    )
    monkeypatch.setitem(sys.modules, "ministack.services.lambda_svc", functions)
    monkeypatch.delitem(sys.modules, "local.aws.emulator_patches.lambda_stream", raising=False)
    lambda_stream = importlib.import_module("local.aws.emulator_patches.lambda_stream")
    monkeypatch.setattr(lambda_stream, "FIRST_PAUSE_SECONDS", 0)

    def deliver(answers: Answers, records: str) -> list[str]:
        calls: list[str] = []

        def execute(_: Json, event: Json) -> Json:
            calls.append(numbers(event))
            return answers(calls)

        lambda_stream.retrying(execute)({"config": {"FunctionName": "f"}}, batch(records))
        return calls

    return deliver


def batch(records: str) -> Json:
    stream = {"eventSource": "aws:dynamodb", "eventSourceARN": "arn:of:the:stream"}
    return {"Records": [{**stream, "dynamodb": {"SequenceNumber": each}} for each in records]}


def numbers(event: Json) -> str:
    return "".join(record["dynamodb"]["SequenceNumber"] for record in event["Records"])


def failing(*failed: str) -> Json:
    return {
        "body": json.dumps({"batchItemFailures": [{"itemIdentifier": each} for each in failed]})
    }


def test_a_stream_batch_that_succeeds_is_delivered_once(
    run: Run, failed_records: list[str]
) -> None:
    assert run(lambda _: failing(), "123") == ["123"]
    assert run(lambda _: {"body": None}, "123") == ["123"]
    assert failed_records == []


def test_a_failed_stream_record_and_those_after_it_are_delivered_again(
    run: Run, failed_records: list[str]
) -> None:
    calls = run(lambda calls: failing(*"23") if len(calls) == 1 else failing(), "1234")
    assert calls == ["1234", "234"]
    assert failed_records == []


def test_a_stream_record_that_always_fails_is_skipped_after_its_retries(
    run: Run, failed_records: list[str]
) -> None:
    # When the second record always fails, and the third until it comes first
    calls = run(lambda calls: failing(*"23") if calls[-1] != "34" else failing(), "1234")
    # Then the second record has had its two retries
    assert calls == ["1234", "234", "234", "34"]
    assert failed_records == ["2"]


def test_a_failed_call_counts_as_the_failure_of_its_first_stream_record(
    run: Run, failed_records: list[str]
) -> None:
    assert run(lambda calls: {"error": len(calls) < 4}, "12") == ["12", "12", "12", "2"]
    assert failed_records == ["1"]


def test_an_answer_with_an_unknown_stream_record_fails_the_whole_batch(run: Run) -> None:
    calls = run(lambda calls: failing("") if len(calls) == 1 else failing(), "12")
    assert calls == ["12", "12"]


def test_the_emulator_handles_a_function_without_batch_item_failures(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SOURCE, "FunctionResponseTypes", [])
    assert run(lambda _: {"error": True}, "12") == ["12"]


SESSION = """
import itertools, json, time
import cognito_auth_time, cognito_rotation

cognito_auth_time.apply()
cognito_rotation.apply()
cognito = cognito_rotation.cognito


def answer(call, **request):
    status, _, body = call(request)
    assert status == 200, body
    return json.loads(body)


pool = answer(cognito._create_user_pool, PoolName="teppan")["UserPool"]["Id"]
client = answer(
    cognito._create_user_pool_client,
    UserPoolId=pool,
    ClientName="teppan",
    ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
)["UserPoolClient"]["ClientId"]
user = {"UserPoolId": pool, "Username": "aiko"}
answer(cognito._admin_create_user, **user, MessageAction="SUPPRESS")
answer(cognito._admin_set_user_password, **user, Password="Noodles-4-aiko", Permanent=True)
# From here on each reading of the clock is a second later than the one before.
time.time = itertools.count(int(time.time())).__next__
sign_in = answer(
    cognito._admin_initiate_auth,
    UserPoolId=pool,
    ClientId=client,
    AuthFlow="ADMIN_USER_PASSWORD_AUTH",
    AuthParameters={"USERNAME": "aiko", "PASSWORD": "Noodles-4-aiko"},
)
answers = [sign_in["AuthenticationResult"]]
for _ in range(2):
    refresh_token = answers[-1]["RefreshToken"]
    refreshed = answer(
        cognito._get_tokens_from_refresh_token, ClientId=client, RefreshToken=refresh_token
    )
    answers.append(refreshed["AuthenticationResult"])
names = ("AccessToken", "IdToken", "RefreshToken")
print(json.dumps([[cognito._token_claims(each[name]) for name in names] for each in answers]))
"""
"""Prints the claims of three tokens of a sign-in, of its first refresh and of the second."""


@pytest.fixture(scope="module")
def session_claims() -> list[Json]:
    """Return the claims of all tokens of one session, in the order of their issue."""
    environment = {"PYTHONPATH": str(EMULATOR_PATCHES), "REFRESH_GRACE_SECONDS": "60"}
    run = subprocess.run(
        [MINISTACK_PYTHON, "-c", SESSION],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    answers: list[list[Json]] = json.loads(run.stdout)
    return [claims for answer in answers for claims in answer]


def test_all_tokens_of_a_session_have_the_auth_time_of_its_sign_in(
    session_claims: list[Json],
) -> None:
    assert len({claims["origin_jti"] for claims in session_claims}) == 1
    assert len({claims["iat"] for claims in session_claims}) == len(session_claims)
    times = [claims["auth_time"] for claims in session_claims if claims["token_use"] != "refresh"]
    assert times == [session_claims[0]["iat"]] * 6


def test_each_token_of_a_session_has_its_own_id(session_claims: list[Json]) -> None:
    assert len({claims["jti"] for claims in session_claims}) == len(session_claims)


def test_all_refresh_tokens_of_a_session_expire_together(session_claims: list[Json]) -> None:
    refresh = [claims for claims in session_claims if claims["token_use"] == "refresh"]
    assert len(refresh) == 3
    assert len({claims["exp"] for claims in refresh}) == 1


def test_workers_of_functions_share_the_unpacked_layers(cloud: RunningCloud) -> None:
    days = {"from": "2027-01-01", "to": "2027-01-02"}
    assert cloud.api.request("GET", "/api/v1/availability", query=days).status == 200
    assert cloud.api.request("POST", "/api/v1/quotes", body={"guests": 12}).status == 200

    temporary = cloud.path.parent / "running" / "tmp"
    # Only the workers that have answered: others may be starting.
    workers = [
        worker
        for function in ("search_availability", "create_quote")
        for worker in temporary.glob(f"ministack-lambda-*{function}-*")
    ]
    layers = [each for worker in workers for each in worker.glob("layer_?/*")]
    assert len(layers) >= 2 * len(workers) >= 4  # some have a layer more
    assert [each for each in layers if not each.is_symlink()] == []
    assert [each for worker in workers for each in worker.glob("layer_*.zip")] == []


@pytest.mark.parametrize(
    ("module", "name"), [("cognito", "_signed_jwt"), ("lambda_svc", "_iter_all_esms")]
)
def test_an_unsupported_version_of_the_emulator_is_a_clear_error(module: str, name: str) -> None:
    script = (
        f"import runpy, ministack.services.{module} as module; del module.{name};"
        f"runpy.run_path({str(EMULATOR_PATCHES)!r}, run_name='__main__')"
    )
    run = subprocess.run(
        [MINISTACK_PYTHON, "-c", script], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert f"has no {name} in services/{module}.py" in run.stderr


def test_the_refresh_grace_period_is_the_templates() -> None:
    assert 0 < grace_of_template() <= 60
