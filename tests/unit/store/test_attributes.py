"""Conversion of plain values to attribute values and back."""

from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import pytest

from teppan.store.attributes import from_attributes, to_attribute, to_attributes


class Colour(StrEnum):
    RED = "red"


@pytest.mark.parametrize(
    ("value", "attribute"),
    [
        ("", {"S": ""}),
        ("text", {"S": "text"}),
        (Colour.RED, {"S": "red"}),
        (0, {"N": "0"}),
        (-12, {"N": "-12"}),
        (10**30, {"N": "1" + "0" * 30}),
        (True, {"BOOL": True}),
        (False, {"BOOL": False}),
        (["a", 1], {"L": [{"S": "a"}, {"N": "1"}]}),
        (("a",), {"L": [{"S": "a"}]}),
        ({}, {"M": {}}),
        ({"a": {"b": 1}}, {"M": {"a": {"M": {"b": {"N": "1"}}}}}),
        (frozenset({"b", "a"}), {"SS": ["a", "b"]}),
        (b"raw", {"B": b"raw"}),
        (MappingProxyType({"a": 1}), {"M": {"a": {"N": "1"}}}),
    ],
)
def test_a_plain_value_becomes_its_attribute_value(value: Any, attribute: dict[str, Any]) -> None:
    assert to_attribute(value) == attribute


@pytest.mark.parametrize(
    "value",
    [1.5, 0.0, float("nan"), Decimal(1), None, {"set"}, object(), [1.5], {"a": 1.5}],
)
def test_a_value_of_a_type_that_is_not_stored_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        to_attribute(value)


def test_a_value_of_none_becomes_no_attribute() -> None:
    assert to_attributes({"a": None, "b": {"c": None, "d": 1}}) == {"b": {"M": {"d": {"N": "1"}}}}


def test_an_item_is_read_back_as_it_was_stored() -> None:
    item = {
        "pk": "BOOKING#1",
        "version": 3,
        "paid": True,
        "lines": [{"code": "adult", "quantity": 12}],
        "claims": frozenset({"bkg_1", "bkg_2"}),
        "menu": {"upgrades": {}, "add_ons": {"gyoza": 2}},
    }

    assert from_attributes(to_attributes(item)) == item


def test_a_stored_number_is_read_back_as_int() -> None:
    (amount,) = from_attributes({"amount": {"N": "71445"}}).values()

    assert type(amount) is int
