"""E-mail addresses: our check and the contract's pattern accept the same ones."""

import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from tests.email_addresses import addresses
from tests.unit.http.schemas.bodies import read, refuse, with_field

from teppan.http.body import RequestBody
from teppan.http.schemas.accounts.account import AccountEmailBody
from teppan.http.schemas.email import AccountAddress, ContactAddress

ACCOUNT: TypeAdapter[str] = TypeAdapter(AccountAddress)
CONTACT: TypeAdapter[str] = TypeAdapter(ContactAddress)

LONGEST_LABEL = "b" * 63
ADDRESSES = [
    "a@b.c",
    "a+b@c.co.uk",
    "o'neill@example.com",
    "!#$%&*/=?^_`{|}~-@example.com",
    "aiko@teppan.example",
    "aiko@kitchen.test",
    "aiko@kitchen.local",
    "aiko@1und1.de",
    "aiko@xn--mnchen-3ya.de",
    "aiko@example.xn--p1ai",
    "x" * 64 + "@b.com",
    f"a@{LONGEST_LABEL}.com",
    "x" * 57 + f"@{LONGEST_LABEL}.bcd.ef",  # 128 characters
]
"""Valid addresses."""

INVALID = [
    "",
    "a",
    "a@b",
    "@b.c",
    "a@b.",
    "a@example..com",
    "a@example.com.",
    "a@.example.com",
    "<a@b.c>",
    "Aiko <a@b.c>",
    "mailto:a@b.c",
    "a..b@c.de",
    ".a@b.c",
    "a.@b.c",
    '"a b"@c.de',
    "a@[203.0.113.24]",
    "a@203.0.113.24",
    "a@b.c1",
    "a@b_c.de",
    "a@-b.de",
    "a@b-.de",
    "a@ab--c.de",
    "a b@c.d",
    " a@b.c",
    "a@b.c ",
    "a@b.c\n",
    "a@b@c.d",
    "a,b@c.d",
    "a(b)@c.d",
    "a@b.c,d@e.f",
    "é@b.c",
    "a@bü.c",
    "a@\uff42.de",
    "\u212a@b.c",  # the Kelvin sign, whose lower case is a k
    "x" * 65 + "@b.com",
    f"a@b{LONGEST_LABEL}.com",
]
"""Texts that are not addresses, and addresses that cannot receive mail."""

INVALID_PUNYCODE = ["a@xn--zz.de", "a@xn--a.com"]
"""Invalid addresses that match the pattern."""


class TestAccountAddress:
    @pytest.mark.parametrize("model", with_field("email"), ids=lambda model: model.__name__)
    def test_an_account_address_is_kept_in_lower_case(self, model: type[RequestBody]) -> None:
        assert getattr(read(model, email="Aiko.TANAKA@Example.COM"), "email") == (  # noqa: B009
            "aiko.tanaka@example.com"
        )

    @pytest.mark.parametrize("email", ADDRESSES)
    def test_a_valid_account_address_is_accepted(self, email: str) -> None:
        assert read(AccountEmailBody, email=email).email == email

    @pytest.mark.parametrize("model", with_field("email"), ids=lambda model: model.__name__)
    @pytest.mark.parametrize(
        "email", [*INVALID, *INVALID_PUNYCODE, "x" * 60 + f"@{LONGEST_LABEL}.abc.com"]
    )
    def test_an_invalid_account_address_is_refused(
        self, model: type[RequestBody], email: str
    ) -> None:
        assert refuse(model, email=email)[0] == "/email"


class TestContactAddress:
    @pytest.mark.parametrize(
        "email", [*ADDRESSES, "Aiko.TANAKA@Example.COM", f"{'x' * 62}@{'b.' * 94}com"]
    )
    def test_a_contact_address_is_kept_as_sent(self, email: str) -> None:
        assert CONTACT.validate_python(email) == email

    @pytest.mark.parametrize("email", [*INVALID, *INVALID_PUNYCODE, f"{'x' * 63}@{'b.' * 94}com"])
    def test_an_invalid_contact_address_is_refused(self, email: str) -> None:
        assert not is_accepted(CONTACT, email)


def is_accepted(schema: TypeAdapter[str], text: str) -> bool:
    try:
        schema.validate_json(json.dumps(text), strict=True)
    except ValidationError:
        return False
    return True


def matches_contract(schema: TypeAdapter[str], text: str) -> bool:
    """Return whether a text is valid by the schema's own JSON schema, which the contract equals."""
    declared: dict[str, Any] = schema.json_schema()
    assert declared["format"] == "email"
    return bool(re.search(declared["pattern"], text)) and len(text) <= declared["maxLength"]


@pytest.mark.parametrize("text", [*ADDRESSES, *INVALID])
@pytest.mark.parametrize("schema", [ACCOUNT, CONTACT], ids=["account", "contact"])
def test_the_contracts_pattern_and_our_check_agree(schema: TypeAdapter[str], text: str) -> None:
    # In Python $ also matches before a final line feed; in JSON Schema it does not.
    assert (matches_contract(schema, text) and not text.endswith("\n")) == is_accepted(schema, text)


@given(addresses().filter(lambda text: "xn--" not in text.lower()))
@example("a@ab--c.de")
@example("x" * 65 + "@b.com")
def test_an_address_valid_in_the_contract_is_accepted(text: str) -> None:
    for schema in (ACCOUNT, CONTACT):
        assert matches_contract(schema, text) == is_accepted(schema, text)


@given(st.text(st.characters(max_codepoint=0x7F) | st.sampled_from("a.@-_"), max_size=30))
@example("a@b.c")
@example("a@b.c-")
def test_an_accepted_text_is_valid_in_the_contract(text: str) -> None:
    for schema in (ACCOUNT, CONTACT):
        assert not is_accepted(schema, text) or matches_contract(schema, text)


@pytest.mark.parametrize(
    ("email", "advice"),
    [("mailto:a@b.c", "such as aiko@example.com"), ("a@bü.de", "xn-- form")],
)
def test_a_refused_address_has_a_readable_sentence_that_does_not_quote_it(
    email: str, advice: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        ACCOUNT.validate_python(email)

    (fault,) = refusal.value.errors(include_url=False)
    assert advice in fault["msg"] and fault["msg"].startswith("must be an e-mail address")
    assert email not in fault["msg"]
