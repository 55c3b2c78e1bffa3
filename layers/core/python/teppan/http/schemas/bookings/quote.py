"""The body of a quote (`domain.md §3`)."""

import datetime as dt

from pydantic import MISSING

from teppan.domain.bookings.slot import start_time
from teppan.domain.errors import InvalidInput, Violation
from teppan.http.schemas.bookings.party import PartyBody
from teppan.http.schemas.fields import LocalDate, Miles, StartTime, value_or_none
from teppan.services.bookings.create_quote import QuoteRequest


class CreateQuoteBody(PartyBody):
    """A party to price, with its travel distance and start if they are known."""

    travel_miles: Miles | MISSING = MISSING
    date: LocalDate | MISSING = MISSING
    time: StartTime | MISSING = MISSING

    def to_request(self) -> QuoteRequest:
        """Return the quote request; raises `InvalidInput` if only one of date and time is sent."""
        return QuoteRequest(
            self.to_party(), self.to_menu(), value_or_none(self.travel_miles), self._start()
        )

    def _start(self) -> tuple[dt.date, dt.time] | None:
        date, time = value_or_none(self.date), value_or_none(self.time)
        if date is not None and time is not None:
            return dt.date.fromisoformat(date), start_time(time)
        if date is None and time is None:
            return None
        absent = "/date" if date is None else "/time"
        raise InvalidInput([Violation("body", absent, "Send date and time together.")])
