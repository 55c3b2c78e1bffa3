"""Every booking, ledger and event is unchanged after storage (`architecture.md §4`)."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.builders import admin
from tests.property.strategies import CENTS, ENTRIES, TEXTS, bookings
from tests.sizes import examples

from teppan.domain.bookings.audit import audit_event
from teppan.domain.bookings.booking import Booking
from teppan.domain.ledger import LedgerEntry
from teppan.store.attributes import Item, from_attributes, to_attributes
from teppan.store.bookings.items import booking_item, booking_of, event_item, event_of
from teppan.store.ledger import entry_of, ledger_item

VALUES = st.recursive(
    TEXTS | st.integers() | st.booleans() | st.frozensets(TEXTS, min_size=1, max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
def test_plain_values_survive_storage(item: Item) -> None:
    assert from_attributes(to_attributes(item)) == item


@given(CENTS)
def test_cents_stay_integers_in_storage(amount: int) -> None:
    found = from_attributes(to_attributes({"amount": amount}))["amount"]

    assert (found, type(found)) == (amount, int)


@settings(max_examples=examples(100))
@given(bookings())
def test_a_booking_survives_storage(booking: Booking) -> None:
    assert booking_of(from_attributes(to_attributes(booking_item(booking)))) == booking


@given(ENTRIES)
def test_a_ledger_survives_storage(ledger: list[LedgerEntry]) -> None:
    items = [from_attributes(to_attributes(ledger_item("bkg_1", entry))) for entry in ledger]

    assert [entry_of(item) for item in items] == ledger


@settings(max_examples=examples(50))
@given(bookings(), bookings())
def test_an_audit_event_survives_storage(before: Booking, after: Booking) -> None:
    event = audit_event(before, after, admin())

    assert event_of(from_attributes(to_attributes(event_item(event)))) == event


@settings(max_examples=examples(50))
@given(bookings(), bookings())
def test_an_audit_event_never_contains_personal_texts(before: Booking, after: Booking) -> None:
    event = audit_event(before, after, admin())
    personal = {"venue", "contact", "special_requests", "menu"}

    record = {
        change.field for change in event.changes if (change.before, change.after) != (None, None)
    }

    assert not record & personal
