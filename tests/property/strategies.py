"""Hypothesis strategies of the domain: valid parties, menus, instants and bookings."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st
from tests.builders import CUSTOMER, NOW, admin, booking_request, caller, holding

from teppan.domain.bookings.booking import Booking, Cancellation, book
from teppan.domain.bookings.booking_request import Contact
from teppan.domain.bookings.change import Changes
from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.transition import LIVE, Status
from teppan.domain.bookings.venue import Venue
from teppan.domain.caller import Role
from teppan.domain.ledger import EntryKind, LedgerEntry
from teppan.domain.ledger_balance import Balance
from teppan.domain.policy import CURRENT

CENTS = st.integers(0, 10_000_000)
MILES = st.integers(0, CURRENT.max_miles)
SECONDS = st.timedeltas(timedelta(0), CURRENT.horizon).map(
    lambda span: timedelta(seconds=int(span.total_seconds()))
)
INSTANTS = st.integers(0, 20 * 366 * 86_400).map(
    lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
DAYS = st.dates(date(2020, 1, 1), date(2040, 12, 31))
STARTS = st.sampled_from(CURRENT.start_times)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@st.composite
def parties(draw: st.DrawFn) -> Party:
    guests = draw(st.integers(1, CURRENT.max_guests))
    adults = draw(st.integers(1, guests))
    children = draw(st.integers(0, guests - adults))
    return Party(adults, children, guests - adults - children)


def menus(party: Party) -> st.SearchStrategy[Menu]:
    """Return menus that are valid for the party."""
    quantities = st.integers(1, party.guests)
    return st.builds(
        Menu,
        st.dictionaries(st.sampled_from(sorted(CURRENT.upgrade_prices)), quantities),
        st.dictionaries(st.sampled_from(sorted(CURRENT.add_on_prices)), quantities),
    )


@st.composite
def orders(draw: st.DrawFn) -> tuple[Party, Menu]:
    """Return a party with a valid menu."""
    party = draw(parties())
    return party, draw(menus(party))


PAYMENTS = st.sampled_from(["pi_1", "pi_2", "pi_3"])
ENTRIES = st.lists(
    st.builds(
        LedgerEntry,
        reference=st.uuids().map(str),
        kind=st.sampled_from(EntryKind),
        amount=CENTS,
        at=st.just(NOW),
        payment=PAYMENTS,
    ),
    max_size=12,
)
_SENT = (EntryKind.REFUND_OWED, EntryKind.REFUND_SENT)
_WITHDRAWN = (EntryKind.DISPUTE_OPENED, EntryKind.DISPUTE_WITHDRAWN)
_LOST = (*_WITHDRAWN, EntryKind.DISPUTE_FORFEITED)
STORIES = [
    (EntryKind.CAPTURED,),
    (EntryKind.REFUND_OWED,),
    (EntryKind.REFUND_OWED, EntryKind.REFUND_WAIVED),
    (EntryKind.GOODWILL_OWED,),
    (EntryKind.GOODWILL_OWED, EntryKind.GOODWILL_WAIVED),
    (EntryKind.GOODWILL_OWED, EntryKind.GOODWILL_WAIVED, EntryKind.GOODWILL_RESTORED),
    _SENT,
    (*_SENT, EntryKind.REFUNDED),
    (*_SENT, EntryKind.REFUND_FAILED),
    (*_SENT, EntryKind.REFUNDED, EntryKind.REFUND_REVERSED, EntryKind.REFUND_FAILED),
    (EntryKind.DISPUTE_OPENED,),
    (EntryKind.DISPUTE_OPENED, EntryKind.DISPUTE_WON),
    _WITHDRAWN,
    (*_WITHDRAWN, EntryKind.DISPUTE_REINSTATED),
    _LOST,
    (*_LOST, EntryKind.DISPUTE_REINSTATED, EntryKind.DISPUTE_RECOVERED),
]
"""What may happen to some money, from beginning to end or not so far."""

LEDGERS = st.lists(st.tuples(st.sampled_from(STORIES), CENTS), max_size=6).map(
    lambda stories: [
        LedgerEntry(reference=f"{place}", kind=kind, amount=amount, at=NOW, payment="pi_1")
        for place, (kinds, amount) in enumerate(stories)
        for kind in kinds
    ]
)
BALANCES = st.builds(Balance, *[CENTS] * len(Balance.__slots__))
ACCOUNTS = st.dictionaries(PAYMENTS, BALANCES, max_size=3)
"""The payments of a booking, whether they make sense or not."""

VENUES = st.builds(Venue, TEXTS, TEXTS, TEXTS, TEXTS, st.none() | TEXTS)
CONTACTS = st.builds(Contact, TEXTS, TEXTS, TEXTS)


@st.composite
def new_bookings(draw: st.DrawFn) -> Booking:
    """Return a new booking, made at any time that the rules allow."""
    party, menu = draw(orders())
    asked = booking_request(
        date=draw(DAYS),
        time=draw(STARTS),
        party=party,
        menu=menu,
    )
    notice = CURRENT.lead_time + draw(SECONDS)
    local = datetime.combine(asked.date, asked.time, CURRENT.zone)
    made_at = local.astimezone(UTC) - min(notice, CURRENT.horizon)
    return book(asked, booking_id="bkg_" + "a" * 26, fingerprint="f", caller=caller(at=made_at))


@st.composite
def bookings(draw: st.DrawFn) -> Booking:
    """Return a booking in any status."""
    made = draw(new_bookings())
    status = draw(st.sampled_from(Status))
    ended = st.builds(
        Cancellation,
        st.sampled_from(Role),
        INSTANTS,
        CENTS,
        st.integers(0, 100),
        st.none() | TEXTS,
    )
    return replace(
        made,
        version=draw(st.integers(1, 10**6)),
        status=status,
        venue=draw(VENUES),
        contact=draw(CONTACTS),
        special_requests=draw(TEXTS),
        travel_miles=(miles := draw(st.none() | MILES)),
        travel_confirmed=miles is not None and draw(st.booleans()),
        refund_limit=draw(st.integers(0, 100)),
        payments=draw(ACCOUNTS),
        updated_at=draw(INSTANTS),
        cancellation=draw(ended) if status is Status.CANCELLED else None,
    )


@st.composite
def live_bookings(draw: st.DrawFn) -> Booking:
    """Return a pending or confirmed booking with a part of its price captured."""
    made = draw(new_bookings())
    status = draw(st.sampled_from(sorted(LIVE)))
    paid_enough = made.due_to_confirm - CURRENT.least_charge + 1
    most = paid_enough - 1 if status is Status.PENDING else made.price.total
    return holding(replace(made, status=status), Balance(captured=draw(st.integers(0, most))))


@st.composite
def changes(draw: st.DrawFn) -> Changes:
    """Return any changes, valid or not."""
    optional = {
        "date": DAYS,
        "time": STARTS,
        "party": parties(),
        "menu": parties().flatmap(menus),
        "venue": VENUES,
        "contact": CONTACTS,
        "special_requests": TEXTS,
        "status": st.sampled_from(Status),
        "travel_miles": st.integers(0, 250),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(optional)), max_size=4))
    return Changes(**{name: draw(optional[name]) for name in sorted(chosen)})


CALLERS = st.sampled_from([caller(CUSTOMER), admin()])
