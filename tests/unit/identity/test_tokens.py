"""Tokens and the session in their claims; their `repr` reveals nothing."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.builders import CUSTOMER, SESSION, SESSION_BEGAN, claims

from teppan.domain.accounts.session import Session
from teppan.identity.tokens import Tokens, session_of


def jwt(**payload: Any) -> str:
    """Return a token of `payload`, as Cognito writes it: base64 without padding."""
    parts = (json.dumps(part).encode() for part in ({"alg": "RS256"}, payload))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + ".sig"


def tokens(access: str) -> Tokens:
    return Tokens(access=access, id="id-token", refresh="refresh-token", expires_in=900)


def test_a_session_has_the_id_of_its_first_token_and_began_at_the_login() -> None:
    assert session_of(claims()) == Session(SESSION, CUSTOMER, SESSION_BEGAN)


@pytest.mark.parametrize("auth_time", [1_795_456_200, "1795456200"])
def test_the_time_of_login_may_be_a_number_or_a_text(
    auth_time: int | str,
) -> None:
    began_at = session_of(claims(auth_time=auth_time)).began_at

    assert began_at == datetime(2026, 11, 23, 17, 50, tzinfo=UTC)
    assert began_at.tzinfo is UTC


@pytest.mark.parametrize("name", ["sub", "origin_jti", "auth_time"])
def test_claims_without_a_session_raise_key_error(name: str) -> None:
    others = {claim: value for claim, value in claims().items() if claim != name}

    with pytest.raises(KeyError, match=name):
        session_of(others)


@pytest.mark.parametrize("auth_time", ["", "yesterday", "17.5"])
def test_claims_with_an_invalid_time_raise_value_error(auth_time: str) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        session_of(claims(auth_time=auth_time))


@pytest.mark.parametrize("more", ["", "x", "xx", "xxx"])
def test_tokens_have_their_session_for_every_length_of_payload(more: str) -> None:
    """Base64 without padding has three possible endings."""
    found = tokens(jwt(**claims(), device_key=more)).session

    assert found == Session(SESSION, CUSTOMER, SESSION_BEGAN)


def test_an_access_token_is_decoded_as_url_safe_base64() -> None:
    access = jwt(device_key="~~~???>>>", **claims())
    assert {"-", "_"} & set(access)

    assert tokens(access).session.id == SESSION


def test_the_repr_of_tokens_contains_no_token() -> None:
    access = jwt(**claims())

    assert repr(tokens(access)) == "Tokens(expires_in=900)"
