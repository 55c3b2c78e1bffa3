"""What `local/aws/emulated.py` adds to the emulator's streams: records that fail come again."""

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
    """The records that went to the queue of failures."""
    return []


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, given_up: list[str]) -> Run:
    """Deliver records to a function that answers by what it was called with so far."""
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


def test_what_succeeds_is_delivered_once(run: Run, given_up: list[str]) -> None:
    assert run(lambda _: failing(), "123") == ["123"]
    assert run(lambda _: {"body": None}, "123") == ["123"]
    assert given_up == []


def test_the_failed_and_those_behind_it_come_again(run: Run, given_up: list[str]) -> None:
    calls = run(lambda calls: failing(*"23") if len(calls) == 1 else failing(), "1234")
    assert calls == ["1234", "234"]
    assert given_up == []


def test_one_that_never_succeeds_makes_way_for_the_others(run: Run, given_up: list[str]) -> None:
    # When the second always fails, and the third once it has come first
    calls = run(lambda calls: failing(*"23") if calls[-1] != "34" else failing(), "1234")
    # Then the second has had its two retries
    assert calls == ["1234", "234", "234", "34"]
    assert given_up == ["2"]


def test_a_call_that_fails_altogether_is_its_first_record_s_failure(
    run: Run, given_up: list[str]
) -> None:
    assert run(lambda calls: {"error": len(calls) < 4}, "12") == ["12", "12", "12", "2"]
    assert given_up == ["1"]


def test_an_answer_that_names_nobody_is_a_failure_of_all(run: Run) -> None:
    calls = run(lambda calls: failing("") if len(calls) == 1 else failing(), "12")
    assert calls == ["12", "12"]


def test_a_function_that_reports_nothing_is_left_to_the_emulator(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SOURCE, "FunctionResponseTypes", [])
    assert run(lambda _: {"error": True}, "12") == ["12"]
