"""Staff list the webhook events with their status, to find those that need attention."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from tests.builders import ADMIN, NOW
from tests.conftest import Clock
from tests.functions.example import Example, Request
from tests.functions.handlers import Answer, Handlers

from teppan.domain.payments.event import PaymentEvent
from teppan.domain.webhook_event import EventState
from teppan.store import inbox
from teppan.store.bookings import bookings
from teppan.store.table import Table

OPERATION = Example(
    request=lambda _: Request(),
    reads={
        "WebhookEventList": "items next_cursor",
        "WebhookEvent": "event_id source type status error attempts created_at received_at"
        " handled_at payment_intent_id size raw_kept",
    },
    optional={
        "WebhookEventList": "next_cursor",
        "WebhookEvent": "error handled_at payment_intent_id",
    },
)

DAY: Final = timedelta(days=1)


def store_event(
    table: Table,
    number: int,
    at: datetime = NOW,
    *,
    kind: str = "payment_intent.succeeded",
    state: EventState = EventState.HANDLED,
) -> str:
    """Store an event in the inbox with a status, and return its id."""
    event = PaymentEvent(
        id=f"evt_{number}",
        type=kind,
        created_at=at - timedelta(seconds=2),
        payment=f"pi_{number}",
        payload='{"receipt_email": "aiko@example.com"}',
        size=37,
    )
    inbox.receive(table, event, at)
    if state is EventState.FAILED:
        inbox.fail(table, event, "unreadable", at)
    elif state is not EventState.RECEIVED:
        bookings.write_alone(table, [inbox.mark_done(event, state, at)])
    return event.id


def list_events(call: Handlers, **query: str) -> Answer:
    answer = call("listWebhookEvents", query=query, by=ADMIN)
    assert answer.status == 200, answer.body
    return answer


def ids(answer: Answer) -> list[str]:
    return [each["event_id"] for each in answer.body["items"]]


def ids_of_all_pages(call: Handlers, **query: str) -> list[str]:
    """Return the ids of all pages."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = list_events(call, **query, **cursor)
        found += ids(answer)
        if "next_cursor" not in answer.body:
            return found
        cursor = {"cursor": answer.body["next_cursor"]}


def test_a_webhook_event_is_listed_without_its_content(call: Handlers, table: Table) -> None:
    store_event(table, 1)

    answer = list_events(call)

    assert answer.body == {
        "items": [
            {
                "event_id": "evt_1",
                "source": "stripe",
                "type": "payment_intent.succeeded",
                "status": "handled",
                "attempts": 1,
                "created_at": "2026-11-23T17:59:58Z",
                "received_at": "2026-11-23T18:00:00Z",
                "handled_at": "2026-11-23T18:00:00Z",
                "payment_intent_id": "pi_1",
                "size": 37,
                "raw_kept": True,
            }
        ]
    }


@pytest.mark.parametrize(
    ("first", "problem"),
    [("2026-08-25", None), ("2026-08-24", (422, "validation_failed"))],
    ids=["91 days", "92 days"],
)
def test_a_list_of_webhook_events_spans_at_most_91_days(
    call: Handlers, first: str, problem: tuple[int, str] | None
) -> None:
    answer = call("listWebhookEvents", query={"from": first, "to": "2026-11-23"}, by=ADMIN)

    if problem is None:
        assert answer.status == 200
    else:
        assert answer.problem == problem
        assert answer.faults == ["query /from"]


def test_a_list_without_days_begins_with_the_first_of_91_days(call: Handlers, table: Table) -> None:
    store_event(table, 1, datetime(2026, 8, 24, 23, 59, tzinfo=UTC))
    store_event(table, 2, datetime(2026, 8, 25, tzinfo=UTC))

    assert ids(list_events(call)) == ["evt_2"]


def test_a_failed_event_has_an_error_and_a_received_one_no_handled_at(
    call: Handlers, table: Table
) -> None:
    store_event(table, 1, state=EventState.FAILED)
    store_event(table, 2, NOW + timedelta(seconds=1), state=EventState.RECEIVED)

    waiting, failed = list_events(call).body["items"]

    assert (failed["status"], failed["error"]) == ("failed", "unreadable")
    assert waiting["status"] == "received"
    assert "handled_at" not in waiting


def test_an_event_that_is_too_large_to_keep_is_listed(call: Handlers, table: Table) -> None:
    event = PaymentEvent(
        id="evt_1", type="x", created_at=NOW, payment=None, payload="{}", size=900_000
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "LARGEST_KEPT", 0)
        inbox.receive(table, event, NOW)

    (item,) = list_events(call).body["items"]

    assert (item["raw_kept"], item["size"]) == (False, 900_000)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["evt_4", "evt_3", "evt_2", "evt_1"]),
        ({"source": "stripe"}, ["evt_4", "evt_3", "evt_2", "evt_1"]),
        ({"status": "failed"}, ["evt_3", "evt_1"]),
        ({"type": "charge.refunded"}, ["evt_3", "evt_2"]),
        ({"type": "charge.refunded", "status": "failed"}, ["evt_3"]),
        ({"type": "charge.refund"}, []),
        ({"from": "2026-11-23"}, ["evt_4", "evt_3"]),
        ({"to": "2026-11-22"}, ["evt_2", "evt_1"]),
        ({"from": "2026-10-24", "to": "2026-10-24"}, ["evt_1"]),
        ({"from": "2026-10-25", "to": "2026-11-21"}, []),
    ],
)
def test_webhook_events_can_be_filtered(
    call: Handlers, table: Table, query: dict[str, str], found: list[str]
) -> None:
    store_event(table, 1, NOW - 30 * DAY, state=EventState.FAILED)
    store_event(table, 2, NOW - DAY, kind="charge.refunded")
    store_event(table, 3, NOW, kind="charge.refunded", state=EventState.FAILED)
    store_event(table, 4, NOW + timedelta(hours=1), state=EventState.IGNORED)

    assert ids(list_events(call, **query)) == found


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
@pytest.mark.parametrize("query", [{}, {"status": "failed"}, {"from": "2026-09-20"}])
def test_the_pages_show_each_event_once_across_months(
    call: Handlers, table: Table, now: Clock, query: dict[str, str], limit: int
) -> None:
    # Given events of three months; every second one has failed
    for number in range(12):
        state = EventState.FAILED if number % 2 else EventState.HANDLED
        store_event(table, number, NOW - (60 - 5 * number) * DAY, state=state)
    everything = [f"evt_{number}" for number in reversed(range(12))]

    found = ids_of_all_pages(call, **query, limit=str(limit))

    assert found == (everything[::2] if "status" in query else everything)

    # And a cursor continues its list a day later
    page = list_events(call, **query, limit="1")
    now.set(now.at + 30 * DAY)
    rest = list_events(call, **query, limit="100", cursor=page.body["next_cursor"])
    assert [*ids(page), *ids(rest)] == found


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"from": "2026-11-24", "to": "2026-11-23"}, "/to"),
        ({"from": "2026-08-01", "to": "2026-11-23"}, "/from"),
        ({"from": "2026-08-01"}, "/from"),
        ({"status": "lost"}, "/status"),
        ({"source": "ringcentral"}, "/source"),
        ({"type": "Charge!"}, "/type"),
        ({"from": "yesterday"}, "/from"),
    ],
)
def test_an_invalid_filter_of_webhook_events_is_refused(
    call: Handlers, query: dict[str, str], pointer: str
) -> None:
    answer = call("listWebhookEvents", query=query, by=ADMIN)

    assert answer.problem == (422, "validation_failed")
    assert [each["pointer"] for each in answer.body["errors"]] == [pointer]


def test_a_cursor_of_webhook_events_is_valid_for_one_list(call: Handlers, table: Table) -> None:
    for number in range(3):
        store_event(table, number, NOW + timedelta(seconds=number))
    cursor = list_events(call, limit="1").body["next_cursor"]

    answer: Any = call("listWebhookEvents", query={"cursor": cursor, "status": "failed"}, by=ADMIN)

    assert answer.problem == (400, "invalid_cursor")
