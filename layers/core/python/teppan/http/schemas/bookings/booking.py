"""The bodies of booking requests (`domain.md §4-6`)."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import MISSING, ConfigDict, Field

from teppan.domain.bookings.booking_request import BookingRequest, Contact
from teppan.domain.bookings.change import Changes
from teppan.domain.bookings.party import Party, party_of
from teppan.domain.bookings.slot import start_time
from teppan.domain.bookings.transition import Status
from teppan.domain.bookings.venue import Venue
from teppan.domain.errors import InvalidInput, Violation
from teppan.http.body import RequestBody
from teppan.http.parameters import ACCOUNT_ID_PATTERN
from teppan.http.schemas.bookings.party import MenuBody, PartyBody
from teppan.http.schemas.email import ContactAddress
from teppan.http.schemas.fields import (
    LINE,
    LINES,
    Count,
    Guests,
    LocalDate,
    Miles,
    StartTime,
    value_or_none,
)
from teppan.http.violation_texts import Shape

AccountId = Annotated[
    str,
    Shape(
        pattern=f"^{ACCOUNT_ID_PATTERN}$",
        sentence="must be an account id, such as the customer_id of a booking",
    ),
]
SpecialRequests = Annotated[str, LINES, Field(max_length=500)]


class VenueBody(RequestBody):
    """The address where the chef cooks."""

    address_line1: Annotated[str, LINE, Field(min_length=1, max_length=120)]
    address_line2: Annotated[str, LINE, Field(min_length=1, max_length=120)] | MISSING = MISSING
    city: Annotated[str, LINE, Field(min_length=1, max_length=80)]
    state: Annotated[
        str,
        Shape(pattern=r"^[A-Za-z]{2}$", sentence="must be the 2 letters of a state, such as CA"),
    ]
    postal_code: Annotated[
        str,
        Shape(
            pattern=r"^[0-9]{5}(-[0-9]{4})?$",
            sentence="must be a ZIP code such as 90401 or 90401-2034",
        ),
    ]

    def to_venue(self) -> Venue:
        """Return the venue, its state in capitals."""
        return Venue(**self.model_dump() | {"state": self.state.upper()})


class ContactBody(RequestBody):
    """The person to reach about the party."""

    name: Annotated[str, LINE, Field(min_length=2, max_length=100)]
    email: ContactAddress
    phone: Annotated[
        str,
        Shape(
            pattern=r"^\+[1-9][0-9]{6,14}$",
            sentence="must be a phone number with its country, such as +13105550142",
        ),
    ]

    def to_contact(self) -> Contact:
        """Return the contact."""
        return Contact(self.name, self.email, self.phone)


class CreateBookingBody(PartyBody):
    """The fields of a new booking."""

    date: LocalDate
    time: StartTime
    venue: VenueBody
    contact: ContactBody
    special_requests: SpecialRequests | MISSING = MISSING
    customer_id: AccountId | MISSING = MISSING

    def to_booking_request(self) -> BookingRequest:
        """Return the booking request; raises `InvalidInput` and `InvalidTime`."""
        return BookingRequest(
            date=dt.date.fromisoformat(self.date),
            time=start_time(self.time),
            party=self.to_party(),
            menu=self.to_menu(),
            venue=self.venue.to_venue(),
            contact=self.contact.to_contact(),
            special_requests=value_or_none(self.special_requests) or "",
            customer_id=value_or_none(self.customer_id),
        )


class UpdateBookingBody(RequestBody):
    """The fields to change. An absent field keeps its value; a nested object is replaced whole."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    date: LocalDate | MISSING = MISSING
    time: StartTime | MISSING = MISSING
    guests: Guests | MISSING = MISSING
    adults: Count | MISSING = MISSING
    children: Count | MISSING = MISSING
    toddlers: Count | MISSING = MISSING
    menu: MenuBody | MISSING = MISSING
    venue: VenueBody | MISSING = MISSING
    contact: ContactBody | MISSING = MISSING
    special_requests: SpecialRequests | MISSING = MISSING
    status: Literal["completed", "no_show"] | MISSING = MISSING
    travel_miles: Miles | MISSING = MISSING

    def to_changes(self) -> Changes:
        """Return the changes; raises `InvalidInput` for no changes or a split without a total."""
        if not self.model_fields_set:
            raise InvalidInput([Violation("body", "", "Send at least one field to change.")])
        date, time, menu = (
            value_or_none(self.date),
            value_or_none(self.time),
            value_or_none(self.menu),
        )
        venue, contact = value_or_none(self.venue), value_or_none(self.contact)
        return Changes(
            date=None if date is None else dt.date.fromisoformat(date),
            time=None if time is None else start_time(time),
            party=self._party(),
            menu=menu.to_menu() if menu else None,
            venue=venue.to_venue() if venue else None,
            contact=contact.to_contact() if contact else None,
            special_requests=value_or_none(self.special_requests),
            status=None if self.status is MISSING else Status(self.status),
            travel_miles=value_or_none(self.travel_miles),
        )

    def _party(self) -> Party | None:
        guests = value_or_none(self.guests)
        split = (
            value_or_none(self.adults),
            value_or_none(self.children),
            value_or_none(self.toddlers),
        )
        if guests is not None:
            return party_of(guests, *split)
        if any(count is not None for count in split):
            detail = "Send `guests` together with adults, children or toddlers."
            raise InvalidInput([Violation("body", "/guests", detail)])
        return None
