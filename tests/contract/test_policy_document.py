"""`docs/domain.md` has the numbers of the policy, all of them and no others.

A bold number is followed by its name in the policy, or is in a table with that name.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from tests.builders import ROOT
from tests.contract.documents import SCHEMAS
from tests.contract.markdown import inlines, tables, words

from teppan.domain.policy import CURRENT, RefundTier

PAGE: Final = ROOT / "docs" / "domain.md"
TIERS: Final = ["time to the start", "refund"]
PRICES: Final = ("guest_prices", "upgrade_prices", "add_on_prices")


def span(text: str) -> timedelta:
    """Return a span such as `48 hours`."""
    amount, unit = text.split(" ")
    return timedelta(**{unit: int(amount)})


def value(text: str, like: Any) -> Any:
    """Return `text` as a value of the type of `like`."""
    match like:
        case timedelta():
            return span(text)
        case tuple():
            return tuple(time.fromisoformat(each) for each in text.split(", "))
        case str():
            return text
        case _ if text.endswith(" %"):
            return int(Decimal(text.removesuffix(" %")) * 100)
        case _:
            return int(text)


MARKED: Final = [
    mark
    for inline in inlines(PAGE)
    for mark in re.findall(r"\*\*([^*]+)\*\*\s\(`(\w+)`\)", inline.content)
]
"""Each bold number and the name that follows it."""


@pytest.mark.parametrize(("text", "name"), MARKED)
def test_a_bold_number_of_the_document_is_the_policys(text: str, name: str) -> None:
    expected = getattr(CURRENT, name)

    assert value(text, expected) == expected


@pytest.mark.parametrize("name", PRICES)
def test_a_price_table_of_the_document_is_the_policys(name: str) -> None:
    table = next(each for each in tables(PAGE) if each.header[0] == name)

    listed = {words(code): int(words(price)) for code, price in table.rows}

    assert listed == getattr(CURRENT, name)


def test_a_bold_number_outside_the_tables_has_its_name() -> None:
    named = [each for each in tables(PAGE) if each.header[0] in PRICES or each.header == TIERS]
    cells = [cell for table in named for row in table.rows for cell in row]
    bold = [
        text
        for inline in inlines(PAGE)
        if inline not in cells
        for text in re.findall(r"\*\*([^*]*\d[^*]*)\*\*", inline.content)
    ]

    assert bold == [text for text, _ in MARKED if re.search(r"\d", text)]


def test_the_refund_table_of_the_document_has_the_policys_tiers() -> None:
    table = next(each for each in tables(PAGE) if each.header == TIERS)
    *tiers, (rest, _) = [[words(cell) for cell in row] for row in table.rows]

    written = tuple(
        RefundTier(
            notice=span(notice.removeprefix("more than ").removeprefix("at least ")),
            inclusive=notice.startswith("at least "),
            percentage=int(refund.removesuffix(" %")),
        )
        for notice, refund in tiers
    )

    assert written == CURRENT.refund_tiers
    assert rest == "less"


def test_every_field_of_the_policy_is_in_the_domain_document() -> None:
    assert {name for _, name in MARKED} | {*PRICES, "refund_tiers"} == set(CURRENT.__slots__)


def of_the_contract() -> Mapping[str, set[str]]:
    """Return the numbers that only the contract has, by their meaning."""
    contact, booking = SCHEMAS["Contact"]["properties"], SCHEMAS["CreateBooking"]["properties"]
    return {
        "name": {str(contact["name"]["minLength"]), str(contact["name"]["maxLength"])},
        "special requests": {str(booking["special_requests"]["maxLength"])},
        "state": set(re.findall(r"\{(\d+)\}", SCHEMAS["Venue"]["properties"]["state"]["pattern"])),
        "ages of guests": {"13", "6", "12", "5"},
    }


def unmarked_numbers() -> Iterator[str]:
    """Yield each number that is not bold, code, a link or a section's number."""
    for inline in inlines(PAGE):
        text = re.sub(r"\*\*.+?\*\*|`.+?`|\[.+?\]\(.+?\)", "", inline.content, flags=re.DOTALL)
        text = re.sub(r"^\d\.(\d+)? |\b\d\.\d\b|RFC \d+|E\.164", "", text)
        yield from re.findall(r"\d+", text)


def test_no_number_of_the_policy_is_in_the_document_without_its_name() -> None:
    known = set().union(*of_the_contract().values())

    assert set(unmarked_numbers()) == known
