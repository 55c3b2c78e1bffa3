"""Staff see what became of every event, and what needs somebody to look at it."""

from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from tests.builders import ADMIN, NOW
from tests.conftest import Clock
from tests.functions.example import Example, Request
from tests.functions.handlers import Answer, Handlers

from teppan.domain.payments.event import PaymentEvent
from teppan.domain.webhook import EventState
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
)

DAY: Final = timedelta(days=1)


def came(
    table: Table,
    number: int,
    at: datetime = NOW,
    *,
    kind: str = "payment_intent.succeeded",
    state: EventState = EventState.HANDLED,
) -> str:
    """Let an event have come and got that far; return its id."""
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
        bookings.write_alone(table, [inbox.done(event, state, at)])
    return event.id


def listed(call: Handlers, **query: str) -> Answer:
    answer = call("listWebhookEvents", query=query, by=ADMIN)
    assert answer.status == 200, answer.body
    return answer


def ids(answer: Answer) -> list[str]:
    return [each["event_id"] for each in answer.body["items"]]


def walked(call: Handlers, **query: str) -> list[str]:
    """Return the ids of all pages."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = listed(call, **query, **cursor)
        found += ids(answer)
        if "next_cursor" not in answer.body:
            return found
        cursor = {"cursor": answer.body["next_cursor"]}


def test_what_became_of_an_event_is_shown_and_nothing_of_what_was_sent(
    call: Handlers, table: Table
) -> None:
    came(table, 1)

    answer = listed(call)

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


def test_an_event_that_failed_says_why_and_one_that_waits_has_no_end(
    call: Handlers, table: Table
) -> None:
    came(table, 1, state=EventState.FAILED)
    came(table, 2, NOW + timedelta(seconds=1), state=EventState.RECEIVED)

    waiting, failed = listed(call).body["items"]

    assert (failed["status"], failed["error"]) == ("failed", "unreadable")
    assert waiting["status"] == "received"
    assert "handled_at" not in waiting


def test_an_event_too_large_to_keep_is_listed(call: Handlers, table: Table) -> None:
    event = PaymentEvent(
        id="evt_1", type="x", created_at=NOW, payment=None, payload="{}", size=900_000
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "LARGEST_KEPT", 0)
        inbox.receive(table, event, NOW)

    (item,) = listed(call).body["items"]

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
def test_filters_narrow_the_list(
    call: Handlers, table: Table, query: dict[str, str], found: list[str]
) -> None:
    came(table, 1, NOW - 30 * DAY, state=EventState.FAILED)
    came(table, 2, NOW - DAY, kind="charge.refunded")
    came(table, 3, NOW, kind="charge.refunded", state=EventState.FAILED)
    came(table, 4, NOW + timedelta(hours=1), state=EventState.IGNORED)

    assert ids(listed(call, **query)) == found


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
@pytest.mark.parametrize("query", [{}, {"status": "failed"}, {"from": "2026-09-20"}])
def test_pages_show_each_event_once_across_months(
    call: Handlers, table: Table, now: Clock, query: dict[str, str], limit: int
) -> None:
    # Given events of three months, of which each second one failed
    for number in range(12):
        state = EventState.FAILED if number % 2 else EventState.HANDLED
        came(table, number, NOW - (60 - 5 * number) * DAY, state=state)
    everything = [f"evt_{number}" for number in reversed(range(12))]

    found = walked(call, **query, limit=str(limit))

    assert found == (everything[::2] if "status" in query else everything)

    # And a list goes on as it was begun, though a day has passed
    page = listed(call, **query, limit="1")
    now.set(now.at + 30 * DAY)
    rest = listed(call, **query, limit="100", cursor=page.body["next_cursor"])
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
def test_what_can_not_be_listed_is_refused(
    call: Handlers, query: dict[str, str], pointer: str
) -> None:
    answer = call("listWebhookEvents", query=query, by=ADMIN)

    assert answer.problem == (422, "validation_failed")
    assert [each["pointer"] for each in answer.body["errors"]] == [pointer]


def test_a_cursor_is_for_one_list(call: Handlers, table: Table) -> None:
    for number in range(3):
        came(table, number, NOW + timedelta(seconds=number))
    cursor = listed(call, limit="1").body["next_cursor"]

    answer: Any = call("listWebhookEvents", query={"cursor": cursor, "status": "failed"}, by=ADMIN)

    assert answer.problem == (400, "invalid_cursor")
