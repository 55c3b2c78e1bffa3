"""The table's stream calls follow_up_payments for the relevant records only."""

import json
from dataclasses import replace
from typing import Any

import pytest
from local.aws.template import resources_of_type
from tests.builders import ROOT
from tests.contract.documents import STREAM, TEMPLATE, called_by, pascal

from teppan.domain.alarm import alarm_of
from teppan.domain.ledger import OBLIGATION_KINDS, EntryKind, RefundReason, RefusalReason
from teppan.store import keys
from teppan.store.attributes import from_attributes
from teppan.store.ledger import entry_of
from teppan.store.payments.stream import FollowUp
from teppan.store.payments.stream import records as read_records

type Json = dict[str, Any]

SOURCES = resources_of_type(TEMPLATE, "AWS::Lambda::EventSourceMapping")
[STREAMED] = called_by(STREAM)


def sample() -> Json:
    """Return the sample event of follow_up_payments."""
    text = (ROOT / "events/jobs/follow_up_payments.json").read_text(encoding="utf-8")
    read: Json = json.loads(text)
    return read


def test_the_stream_is_read_from_its_start_with_retries_one_by_one() -> None:
    [source] = SOURCES.values()
    settings = dict(source["Properties"])
    settings.pop("FilterCriteria")
    assert settings == {
        "FunctionName": {"Ref": pascal(STREAMED) + "Function"},
        "EventSourceArn": {"Fn::GetAtt": ["Table", "StreamArn"]},
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": 10,
        "BisectBatchOnFunctionError": True,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "MaximumRetryAttempts": 8,
        "MaximumRecordAgeInSeconds": 86_400,
        "DestinationConfig": {
            "OnFailure": {"Destination": {"Fn::GetAtt": ["FailureQueue", "Arn"]}}
        },
    }


def test_the_sample_records_are_those_of_a_cancellation() -> None:
    mark, obligation = (each.follow_up() for each in read_records(sample()))
    entry = entry_of(from_attributes(records()[1]["dynamodb"]["NewImage"]))
    assert (mark.booking_id, mark.alarm) == (obligation.booking_id, None)
    assert mark.closing_mark
    assert mark.closing_mark.startswith(f"{entry.at:%Y-%m-%dT%H:%M:%SZ}#{mark.booking_id}#")
    assert obligation == FollowUp(mark.booking_id)
    assert entry.kind in OBLIGATION_KINDS
    for record in records():
        assert record["dynamodb"]["Keys"].items() <= record["dynamodb"]["NewImage"].items()


def test_each_sample_record_passes_one_filter() -> None:
    assert [[passes(record, pattern) for pattern in patterns()] for record in records()] == [
        [False, True],
        [True, False],
    ]


@pytest.mark.parametrize("kind", EntryKind)
def test_a_ledger_entry_passes_if_it_owes_a_refund_or_raises_an_alarm(kind: EntryKind) -> None:
    [_, record] = records()
    record["dynamodb"]["NewImage"]["kind"] = {"S": kind.value}
    entry = replace(entry_of(from_attributes(record["dynamodb"]["NewImage"])), kind=kind)
    reasons = (None, *RefundReason, *RefusalReason)
    is_alarming = any(alarm_of(replace(entry, reason=each)) for each in reasons)
    is_owed = kind in {*OBLIGATION_KINDS, EntryKind.GOODWILL_RESTORED}
    does_pass = any_passes(record)
    assert does_pass == (is_owed or is_alarming), (
        f"FilterCriteria in template.yaml {'pass' if does_pass else 'do not pass'} {kind}, which "
        f"{'owes' if is_owed else 'does not owe'} a refund and "
        f"{'raises' if is_alarming else 'does not raise'} an alarm"
    )


@pytest.mark.parametrize("event_name", ["MODIFY", "REMOVE"])
def test_a_ledger_entry_that_is_not_new_does_not_pass(event_name: str) -> None:
    [_, record] = records()
    assert not any_passes(record | {"eventName": event_name})


@pytest.mark.parametrize("event_name", ["INSERT", "MODIFY"])
def test_a_mark_to_close_payments_passes(event_name: str) -> None:
    [record, _] = records()
    assert any_passes(record | {"eventName": event_name})


@pytest.mark.parametrize("attribute", [None, {"S": keys.IN_FLIGHT}, {"S": keys.ALARMS}])
def test_an_open_payment_without_that_mark_does_not_pass(attribute: Json | None) -> None:
    [record, _] = records()
    del record["dynamodb"]["NewImage"]["gsi4pk"]
    if attribute:
        record["dynamodb"]["NewImage"]["gsi4pk"] = attribute
    assert not any_passes(record)


@pytest.mark.parametrize(
    "sk", ["BOOKING", "EVENT#0000000003", "PAYMENT#deposit#0001", "REQUEST", "WEBHOOK"]
)
def test_other_items_do_not_pass_the_filters_of_the_stream(sk: str) -> None:
    for record in records():
        record["dynamodb"]["Keys"]["sk"] = {"S": sk}
        assert not any_passes(record)


def records() -> list[Json]:
    found: list[Json] = sample()["Records"]
    return found


def patterns() -> list[Json]:
    [source] = SOURCES.values()
    filters = source["Properties"]["FilterCriteria"]["Filters"]
    return [json.loads(each["Pattern"]) for each in filters]


def any_passes(record: Json) -> bool:
    return any(passes(record, pattern) for pattern in patterns())


def passes(value: Any, pattern: Any) -> bool:
    """Return whether Lambda's filter `pattern` accepts `value`; only the operators that we use."""
    match pattern:
        case dict():
            return isinstance(value, dict) and all(
                name in value and passes(value[name], each) for name, each in pattern.items()
            )
        case list():
            return any(_equals(value, each) for each in pattern)
        case _:
            raise TypeError(pattern)


def _equals(value: Any, allowed: Any) -> bool:
    match allowed:
        case {"prefix": prefix}:
            return isinstance(value, str) and value.startswith(prefix)
        case str():
            return bool(value == allowed)
        case _:
            raise TypeError(allowed)
