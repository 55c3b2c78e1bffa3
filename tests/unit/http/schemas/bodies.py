"""A valid body of each account request, and helpers that read it with changes."""

from typing import Any

import pytest
from tests.builders import gateway_event

from teppan.domain.errors import InvalidInput
from teppan.http.body import RequestBody, read_body
from teppan.http.request import read_request
from teppan.http.schemas.accounts.account import AccountEmailBody, LoginBody
from teppan.http.schemas.accounts.new_password import (
    ConfirmPasswordResetBody,
    ConfirmRegistrationBody,
    RegisterBody,
)
from teppan.http.schemas.accounts.session import RefreshTokenBody

EMAIL = {"email": "aiko@example.com"}
PASSWORD = "four and twenty gyoza"
CODE = "123456"
TOKEN = "eyJjdHkiOiJKV1Qi.aGk_dGhl-cmU=.c2ln"

GOOD: dict[type[RequestBody], dict[str, Any]] = {
    AccountEmailBody: EMAIL,
    RegisterBody: EMAIL | {"password": PASSWORD},
    ConfirmRegistrationBody: EMAIL | {"code": CODE, "password": PASSWORD},
    LoginBody: EMAIL | {"password": PASSWORD, "mfa_code": CODE},
    RefreshTokenBody: {"refresh_token": TOKEN},
    ConfirmPasswordResetBody: EMAIL | {"code": CODE, "new_password": PASSWORD},
}
"""Each body with all its fields."""

each_unnormalised = pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("cafe\u0301 au lait, deux", "caf\u00e9 au lait, deux"),
        ("\uff53\uff55\uff53\uff48\uff49 and sashimi", "sushi and sashimi"),
        ("a\u00a0space without a break", "a space without a break"),
        ("\u1112\u1161\u11ab\uae00 on a hangul keyboard", "\ud55c\uae00 on a hangul keyboard"),
        ("\ufb01ve grilled scallops", "five grilled scallops"),
    ],
)
"""Passwords that keyboards write in several ways, and their normal form."""


def with_field(name: str) -> list[type[RequestBody]]:
    """Return the bodies that have the field `name`."""
    return [model for model, body in GOOD.items() if name in body]


def read_document[M: RequestBody](model: type[M], document: Any) -> M:
    """Return a body as the endpoint reads it."""
    return read_body(read_request(gateway_event("POST", body=document)), model, optional=False)[0]


def read[M: RequestBody](model: type[M], **changes: Any) -> M:
    """Return the valid body with `changes`, as the endpoint reads it."""
    return read_document(model, GOOD[model] | changes)


def refuse(model: type[RequestBody], **changes: Any) -> list[str]:
    """Return the pointers of the violations in the valid body with `changes`."""
    with pytest.raises(InvalidInput) as refusal:
        read(model, **changes)
    return [fault.pointer for fault in refusal.value.violations]
