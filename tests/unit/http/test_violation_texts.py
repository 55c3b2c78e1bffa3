"""The sentence for each kind of invalid value in a body."""

import json
from typing import Annotated, Any, Literal

import pytest
from pydantic import MISSING, AfterValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from teppan.http.body import RequestBody
from teppan.http.violation_texts import UNKNOWN, Shape, sentence


def _by_hand(text: str) -> str:
    raise PydanticCustomError("hand", "must be written by hand")


def _by_value(text: str) -> str:
    raise ValueError("must be of value")


class Inner(RequestBody):
    code: Annotated[str, Shape(pattern="^[0-9]{6}$", sentence="must be the 6 digits from inside")]


class Order(RequestBody):
    count: Annotated[int, Field(ge=1, le=50)] = 1
    name: Annotated[str, Field(min_length=1, max_length=2)] = "x"
    code: Annotated[str, Shape(pattern="^[0-9]{6}$", sentence="must be 6 digits")] = "123456"
    kind: Literal["deposit", "balance", "full"] = "full"
    by_hand: Annotated[str, AfterValidator(_by_hand)] | MISSING = MISSING
    by_value: Annotated[str, AfterValidator(_by_value)] | MISSING = MISSING
    inner: Inner | MISSING = MISSING
    long: Annotated[str, Field(min_length=2)] | MISSING = MISSING
    unknown_kind: float | MISSING = MISSING


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([], "must be an object"),
        ({"count": "1"}, "must be a whole number"),
        ({"count": 1.5}, "must be a whole number"),
        ({"count": 0}, "must be at least 1"),
        ({"count": 51}, "must be at most 50"),
        ({"name": 1}, "must be a text"),
        ({"name": ""}, "must have at least 1 character"),
        ({"name": "xyz"}, "must have at most 2 characters"),
        ({"long": "x"}, "must have at least 2 characters"),
        ({"code": "12345"}, "must be 6 digits"),
        ({"kind": "tip"}, "must be one of deposit, balance, full"),
        ({"by_hand": "x"}, "must be written by hand"),
        ({"by_value": "x"}, "must be of value"),
        ({"inner": {}}, "is required"),
        ({"inner": {"code": "x"}}, "must be the 6 digits from inside"),
        ({"colour": "red"}, "is not a field of this request"),
    ],
)
def test_every_error_type_has_its_sentence(body: Any, expected: str) -> None:
    assert _sentence_of(body) == expected


def test_an_unknown_error_type_has_a_sentence_without_pydantics_text() -> None:
    assert _sentence_of({"unknown_kind": "x"}) == UNKNOWN


def _sentence_of(body: Any) -> str:
    with pytest.raises(ValidationError) as raised:
        Order.model_validate_json(json.dumps(body))
    (error,) = raised.value.errors()
    return sentence(error, Order)
