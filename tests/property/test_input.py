"""Every input is read as a value, or refused with an error that the caller may see."""

import base64
import contextlib
import json
import unicodedata
from datetime import date, time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.builders import booking_body, claims, gateway_event
from tests.property.strategies import TEXTS, orders
from tests.sizes import examples

from teppan.domain.bookings.party import Menu, Party
from teppan.domain.bookings.slot import start_time
from teppan.domain.bookings.transition import Status
from teppan.domain.errors import DomainError
from teppan.http.body import RequestBody, read_body
from teppan.http.idempotency import idempotency_key
from teppan.http.parameters import (
    ACCOUNT_ID,
    BOOKING_ID,
    CURSOR,
    LIMIT,
    ORDER,
    Declared,
    day,
    one_of,
    path,
    query,
    read_parameters,
)
from teppan.http.precondition import precondition
from teppan.http.request import read_request
from teppan.http.schemas.accounts.account import AccountEmailBody, LoginBody
from teppan.http.schemas.accounts.new_password import (
    ConfirmPasswordResetBody,
    ConfirmRegistrationBody,
    RegisterBody,
)
from teppan.http.schemas.accounts.session import RefreshTokenBody
from teppan.http.schemas.bookings.booking import CreateBookingBody, UpdateBookingBody
from teppan.http.schemas.bookings.cancellation import CancelBookingBody
from teppan.http.schemas.bookings.quote import CreateQuoteBody
from teppan.http.schemas.bookings.slot import SetSlotCapacityBody
from teppan.identity.principal import principal_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3)
    ),
    max_leaves=12,
)
MODELS: list[type[RequestBody]] = [
    CreateBookingBody,
    UpdateBookingBody,
    CancelBookingBody,
    CreateQuoteBody,
    SetSlotCapacityBody,
    AccountEmailBody,
    RegisterBody,
    ConfirmRegistrationBody,
    LoginBody,
    RefreshTokenBody,
    ConfirmPasswordResetBody,
]
FIELDS = sorted({name for model in MODELS for name in model.model_fields})
NEARLY = st.dictionaries(st.sampled_from(FIELDS), JSON | st.integers(-1, 60) | TEXTS, max_size=6)
DECLARED: Declared = {
    "booking_id": BOOKING_ID,
    "at": path(start_time),
    "from": query(day, required=True),
    "status": query(one_of(Status)),
    "customer_id": query(ACCOUNT_ID),
    "order": ORDER,
    "limit": LIMIT,
    "cursor": CURSOR,
}
ANY_TEXT = st.text(max_size=60)


def use(model: type[RequestBody], body: object, *, in_base64: bool = False) -> None:
    """Read a body and convert it as its handler does, without calling a service."""
    event = gateway_event("POST", headers={"Content-Type": "application/json"})
    request = read_request(event | {"body": body, "isBase64Encoded": in_base64})
    with contextlib.suppress(DomainError):
        read, document = read_body(request, model, optional=False)
        idempotency_key("key", document)
        for name in ("to_booking_request", "to_changes", "to_request"):
            getattr(read, name, lambda: None)()


@pytest.mark.parametrize("model", MODELS)
class TestBodies:
    @settings(max_examples=examples(60))
    @given(body=ANY_TEXT | st.none())
    def test_a_body_of_any_text_is_read_or_refused(
        self, model: type[RequestBody], body: str | None
    ) -> None:
        use(model, body)

    @settings(max_examples=examples(60))
    @given(document=JSON | NEARLY)
    def test_a_body_of_any_json_is_read_or_refused(
        self, model: type[RequestBody], document: Any
    ) -> None:
        use(model, json.dumps(document))

    @settings(max_examples=examples(60))
    @given(changes=NEARLY)
    def test_a_valid_body_with_one_spoilt_part_is_read_or_refused(
        self, model: type[RequestBody], changes: dict[str, Any]
    ) -> None:
        use(model, json.dumps(booking_body(**changes)))

    @settings(max_examples=examples(60))
    @given(raw=st.binary(max_size=60))
    def test_a_body_of_any_bytes_is_read_or_refused(
        self, model: type[RequestBody], raw: bytes
    ) -> None:
        use(model, base64.b64encode(raw).decode(), in_base64=True)

    @settings(max_examples=examples(60))
    @given(text=ANY_TEXT)
    def test_a_body_that_claims_to_be_base64_is_read_or_refused(
        self, model: type[RequestBody], text: str
    ) -> None:
        use(model, text, in_base64=True)


@given(
    orders(),
    st.dates(),
    st.sampled_from([time(12), time(21)]),
    st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc")), max_size=200),
)
def test_a_valid_body_is_parsed_to_the_values_sent(
    order: tuple[Party, Menu], day: date, start: time, requests: str
) -> None:
    party, menu = order
    body = booking_body(
        date=day.isoformat(),
        time=f"{start:%H:%M}",
        guests=party.guests,
        adults=party.adults,
        children=party.children,
        toddlers=party.toddlers,
        menu={"upgrades": menu.upgrades, "add_ons": menu.add_ons},
        special_requests=requests,
    )

    read, document = read_body(
        read_request(gateway_event("POST", body=body)), CreateBookingBody, optional=False
    )
    asked = read.to_booking_request()

    assert document == body
    assert (asked.date, asked.time) == (day, start)
    assert (asked.party, asked.menu) == (party, menu)
    assert asked.special_requests == requests.strip()


@given(
    st.dictionaries(st.sampled_from([*DECLARED, "other"]), ANY_TEXT, max_size=4) | st.none(),
    st.dictionaries(
        st.sampled_from([*DECLARED, "other"]), st.lists(ANY_TEXT, max_size=2), max_size=4
    )
    | st.none(),
)
def test_any_parameters_are_read_or_refused(
    in_path: dict[str, str] | None, in_query: dict[str, list[str]] | None
) -> None:
    event = {"pathParameters": in_path, "multiValueQueryStringParameters": in_query}

    with contextlib.suppress(DomainError):
        assert set(read_parameters(event, DECLARED)) == set(DECLARED)


@given(st.text(max_size=40) | st.text(st.sampled_from('W/"3, *\t'), max_size=30))
def test_any_if_match_header_is_read_or_refused(header: str) -> None:
    with contextlib.suppress(DomainError):
        assert precondition(header)(3) in {True, False}


@given(ANY_TEXT, JSON)
def test_any_idempotency_key_is_read_or_refused(key: str, document: Any) -> None:
    with contextlib.suppress(DomainError):
        assert idempotency_key(key, document).key == key


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.booleans())
def test_an_etag_accepts_only_its_version(sent: int, version: int, listed: bool) -> None:
    header = f'"x", "{sent}"' if listed else f'"{sent}"'

    assert precondition(header)(version) == (sent == version)


@given(ANY_TEXT | st.lists(ANY_TEXT, max_size=3))
def test_only_a_group_claim_with_admin_makes_an_admin(
    groups: str | list[str],
) -> None:
    found = principal_of(gateway_event(groups=groups))

    assert found is not None
    assert found.role != "admin" or "admin" in str(groups)


@given(
    st.sampled_from(["sub", "token_use", "client_id", "origin_jti", "auth_time"]),
    ANY_TEXT | st.integers(-(10**40), 10**40).map(str) | st.none(),
)
@example("auth_time", "9" * 18)
def test_any_claim_is_refused_or_keeps_the_identity_of_the_caller(
    name: str, claim: str | None
) -> None:
    found = principal_of(gateway_event(token={name: claim}))

    assert found is None or (found.id, found.role) == (claims()["sub"], "customer") or name == "sub"


@given(st.text(max_size=99))
@example("00000000134\N{SUPERSCRIPT TWO}")
def test_a_password_is_read_unchanged_or_refused(password: str) -> None:
    body = {"email": "Aiko@Example.com", "password": password}
    request = read_request(gateway_event("POST", body=body))

    with contextlib.suppress(DomainError):
        read, _ = read_body(request, RegisterBody, optional=False)
        normal = unicodedata.normalize("NFKC", password)
        assert (read.email, read.password) == ("aiko@example.com", normal)
        assert len(normal) >= 12
        assert normal == normal.strip()
