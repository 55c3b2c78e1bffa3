"""What a customer asks for when booking (`domain.md §4`)."""

import datetime as dt
from dataclasses import dataclass

from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.venue import Venue


@dataclass(frozen=True, slots=True)
class Contact:
    """The person to contact; personal data."""

    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """A request for a new booking; `customer_id` is set when staff book for a customer."""

    date: dt.date
    time: dt.time
    party: Party
    menu: Menu
    venue: Venue
    contact: Contact
    special_requests: str
    customer_id: str | None = None
