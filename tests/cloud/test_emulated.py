"""`local/aws/emulated.py` adds retries of failed records to the emulator's streams."""

import importlib
import json
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

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
def given_up() -> list[str]:
    """Return the list of records that were sent to the failure queue."""
    return []


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, given_up: list[str]) -> Run:
    """Return a function that delivers records; the answers depend on the calls so far."""
    functions = SimpleNamespace(
        _iter_all_esms=lambda: [("account", "region", SOURCE)],
        _send_ddb_stream_failure_record=lambda _, __, records, *___: given_up.append(
            numbers({"Records": records})
        ),
    )
    for name in ("app", "services.cognito"):
        monkeypatch.setitem(sys.modules, f"ministack.{name}", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "ministack.services.lambda_svc", functions)
    monkeypatch.delitem(sys.modules, "local.aws.emulated", raising=False)
    emulated = importlib.import_module("local.aws.emulated")
    monkeypatch.setattr(emulated, "FIRST_PAUSE_SECONDS", 0)

    def deliver(answers: Answers, records: str) -> list[str]:
        calls: list[str] = []

        def execute(_: Json, event: Json) -> Json:
            calls.append(numbers(event))
            return answers(calls)

        emulated.repeating(execute)({"config": {"FunctionName": "f"}}, batch(records))
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


def test_a_stream_batch_that_succeeds_is_delivered_once(run: Run, given_up: list[str]) -> None:
    assert run(lambda _: failing(), "123") == ["123"]
    assert run(lambda _: {"body": None}, "123") == ["123"]
    assert given_up == []


def test_a_failed_stream_record_and_those_after_it_are_delivered_again(
    run: Run, given_up: list[str]
) -> None:
    calls = run(lambda calls: failing(*"23") if len(calls) == 1 else failing(), "1234")
    assert calls == ["1234", "234"]
    assert given_up == []


def test_a_stream_record_that_always_fails_is_skipped_after_its_retries(
    run: Run, given_up: list[str]
) -> None:
    # When the second record always fails, and the third until it comes first
    calls = run(lambda calls: failing(*"23") if calls[-1] != "34" else failing(), "1234")
    # Then the second record has had its two retries
    assert calls == ["1234", "234", "234", "34"]
    assert given_up == ["2"]


def test_a_failed_call_counts_as_the_failure_of_its_first_stream_record(
    run: Run, given_up: list[str]
) -> None:
    assert run(lambda calls: {"error": len(calls) < 4}, "12") == ["12", "12", "12", "2"]
    assert given_up == ["1"]


def test_an_answer_with_an_unknown_stream_record_fails_the_whole_batch(run: Run) -> None:
    calls = run(lambda calls: failing("") if len(calls) == 1 else failing(), "12")
    assert calls == ["12", "12"]


def test_the_emulator_handles_a_function_without_batch_item_failures(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SOURCE, "FunctionResponseTypes", [])
    assert run(lambda _: {"error": True}, "12") == ["12"]
