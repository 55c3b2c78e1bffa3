"""The statuses of a booking: all transitions of the table, and no other (`domain.md §4`)."""

import pytest

from teppan.domain.bookings.errors import InvalidTransition
from teppan.domain.bookings.transition import (
    HOLDS_SLOT,
    LIVE,
    TRANSITIONS,
    Cause,
    Status,
    next_status,
)

TABLE = {
    ("pending", "paid"): "confirmed",
    ("pending", "overdue"): "cancelled",
    ("pending", "cancelled"): "cancelled",
    ("confirmed", "cancelled"): "cancelled",
    ("confirmed", "took_place"): "completed",
    ("confirmed", "no_show"): "no_show",
    ("cancelled", "paid_late"): "confirmed",  # `domain.md §6`: if its slot is still free
}
EVERY = [(status, cause) for status in Status for cause in Cause]


def test_the_transitions_are_those_of_the_rules() -> None:
    assert dict(TRANSITIONS) == TABLE


@pytest.mark.parametrize(("status", "cause"), EVERY)
def test_a_status_and_cause_lead_where_the_table_says_or_are_refused(
    status: Status, cause: Cause
) -> None:
    if (status, cause) in TABLE:
        assert next_status(status, cause) == TABLE[status, cause]
    else:
        after = {cause: after for (_, cause), after in TABLE.items()}
        with pytest.raises(
            InvalidTransition, match=f"^A {status} booking cannot become {after[cause]}.$"
        ):
            next_status(status, cause)


def test_the_table_of_transitions_is_immutable() -> None:
    with pytest.raises(TypeError):
        TRANSITIONS[Status.CANCELLED, Cause.PAID] = Status.CONFIRMED  # type: ignore[index]


def test_only_a_cancelled_booking_holds_no_slot() -> None:
    assert set(Status) - HOLDS_SLOT == {Status.CANCELLED}


def test_only_live_bookings_can_be_cancelled() -> None:
    assert {status for status, cause in TRANSITIONS if cause is Cause.CANCELLED} == LIVE
    assert LIVE <= HOLDS_SLOT


def test_every_cause_is_used_and_every_status_is_reached() -> None:
    assert {cause for _, cause in TRANSITIONS} == set(Cause)
    assert set(TRANSITIONS.values()) | {Status.PENDING} == set(Status)


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.NO_SHOW])
def test_final_statuses_have_no_transition(status: Status) -> None:
    assert not [cause for start, cause in TRANSITIONS if start is status]
