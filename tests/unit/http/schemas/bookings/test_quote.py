"""The body of a quote."""

from datetime import date, time
from typing import Any

import pytest
from pydantic import ValidationError

from teppan.domain.bookings.party import Menu, Party
from teppan.domain.errors import InvalidInput
from teppan.http.schemas.bookings.quote import CreateQuoteBody
from teppan.services.bookings.create_quote import QuoteRequest


def read(**body: Any) -> QuoteRequest:
    return CreateQuoteBody.model_validate({"guests": 12} | body).to_request()


@pytest.mark.parametrize(
    ("body", "request_"),
    [
        ({}, QuoteRequest(Party(12), Menu())),
        ({"travel_miles": 0}, QuoteRequest(Party(12), Menu(), 0)),
        (
            {"date": "2026-12-24", "time": "18:00"},
            QuoteRequest(Party(12), Menu(), None, (date(2026, 12, 24), time(18))),
        ),
        (
            {"adults": 10, "children": 2, "menu": {"upgrades": {"salmon": 2}}},
            QuoteRequest(Party(10, 2), Menu({"salmon": 2})),
        ),
    ],
)
def test_a_body_becomes_a_quote_request(body: dict[str, Any], request_: QuoteRequest) -> None:
    assert read(**body) == request_


@pytest.mark.parametrize(
    ("half", "absent"), [({"date": "2026-12-24"}, "/time"), ({"time": "18:00"}, "/date")]
)
def test_a_quote_with_only_date_or_time_is_refused(half: dict[str, str], absent: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read(**half)

    assert [fault.pointer for fault in refusal.value.violations] == [absent]


@pytest.mark.parametrize(
    "body", [{"guests": 0}, {"travel_miles": -1}, {"venue": {}}, {"contact": {}}, {"time": 18}]
)
def test_an_invalid_or_unknown_field_of_a_quote_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        read(**body)
