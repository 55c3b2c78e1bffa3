"""Every operation accepts a subset of Stripe's parameters and refuses all others."""

from collections.abc import Iterator
from typing import Any

import pytest
from local.fakes.stripe.api.metadata import Metadata
from local.fakes.stripe.api.operation import Operation
from local.fakes.stripe.api.parameters import (
    Array,
    Boolean,
    Choice,
    Group,
    Integer,
    Parameter,
    Text,
    TimeRange,
)
from local.fakes.stripe.api.routes import OPERATIONS
from local.fakes.stripe.fake import FakeStripe
from tests.fakes.stripe import spec
from tests.fakes.stripe.given import CARD_ONLY, PARTY, Caller, intent, paid

_TYPES: dict[type[Parameter], str] = {
    Boolean: "boolean",
    Choice: "string",
    Group: "object",
    Integer: "integer",
    Array: "array",
    Metadata: "object",
    Text: "string",
}


def _name(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=_name)


def _differences(name: str, ours: Parameter, theirs: dict[str, Any]) -> Iterator[str]:
    """Yield the differences by which our parameter accepts values that Stripe's refuses."""
    if "anyOf" in theirs:
        found = [list(_differences(name, ours, each)) for each in theirs["anyOf"]]
        if [] not in found:
            yield from found[0]
        return
    if isinstance(ours, TimeRange):
        if theirs["type"] != "integer":
            yield f"{name} is no moment"
        return
    if theirs["type"] != _TYPES[type(ours)]:
        yield f"{name} is not of type {theirs['type']}"
        return
    if isinstance(ours, Choice) and "enum" in theirs:
        yield from (f"{name} is never {word}" for word in ours.values if word not in theirs["enum"])
    if isinstance(ours, Text) and "maxLength" in theirs and ours.max_length > theirs["maxLength"]:
        yield f"{name} has at most {theirs['maxLength']} characters"
    if isinstance(ours, Array):
        yield from _differences(f"{name}[]", ours.item, theirs["items"])
    if isinstance(ours, Group):
        for part, parameter in ours.parts.items():
            if part not in theirs["properties"]:
                yield f"{name} has no {part}"
            else:
                yield from _differences(f"{name}[{part}]", parameter, theirs["properties"][part])


@each_operation
def test_each_parameter_of_an_operation_is_one_of_stripes(operation: Operation) -> None:
    theirs = spec.properties(operation.method, operation.path)

    for name, parameter in operation.parameters.items():
        assert name in theirs
        assert list(_differences(name, parameter, theirs[name])) == []


@each_operation
def test_a_parameter_that_stripe_requires_is_required(operation: Operation) -> None:
    if operation.method != "POST":
        return
    body = spec.operation(operation.method, operation.path)["requestBody"]
    form = body["content"]["application/x-www-form-urlencoded"]["schema"]

    for name in form.get("required", ()):
        assert operation.parameters[name].required


@each_operation
def test_an_unknown_parameter_is_refused(stripe: Caller, operation: Operation) -> None:
    path = operation.path.partition("{")[0]
    path_with_id = (
        operation.path if path == operation.path else f"{path}x_1" + _tail(operation.path)
    )

    error = stripe.refused(operation.method, path_with_id, {"surprise": "1"})

    assert error["code"] == "parameter_unknown"
    assert error["param"] == "surprise"
    assert error["message"] == "Received unknown parameter: surprise"


def _tail(path: str) -> str:
    return path.partition("}")[2]


def test_several_unknown_parameters_are_named_together(stripe: Caller) -> None:
    error = stripe.refused("POST", "/v1/payment_intents", PARTY | {"a": "1", "b": "2"})

    assert error["message"] == "Received unknown parameters: a, b"


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"amount": "ten"}, "parameter_invalid_integer", "amount"),
        ({"amount": "10.5"}, "parameter_invalid_integer", "amount"),
        ({"amount": "0"}, "parameter_invalid_integer", "amount"),
        ({"amount": ""}, "parameter_invalid_empty", "amount"),
        ({"amount": "49"}, "amount_too_small", "amount"),
        ({"amount": "100000000"}, "amount_too_large", "amount"),
        ({"amount[0]": "1"}, None, None),
        ({"currency": "xyz"}, None, "currency"),
        ({"currency": ""}, "parameter_invalid_empty", "currency"),
        ({"confirm": "yes"}, None, "confirm"),
        ({"confirm": "true"}, "parameter_missing", "payment_method"),
        ({"return_url": "https://a.example"}, None, "return_url"),
        ({"metadata": "x"}, None, "metadata"),
        ({"description[0]": "x"}, None, "description"),
        ({"description": "x" * 1001}, None, "description"),
        ({"metadata[a]": "v" * 501}, None, "metadata"),
        ({f"metadata[{'k' * 41}]": "v"}, None, "metadata"),
        ({f"metadata[k{n}]": "v" for n in range(51)}, None, "metadata"),
        ({"metadata[a][b]": "v"}, None, "metadata[a]"),
        ({"automatic_payment_methods": "x"}, None, "automatic_payment_methods"),
        (
            {"automatic_payment_methods[allow_redirects]": "never"},
            "parameter_missing",
            "automatic_payment_methods[enabled]",
        ),
        (
            {"automatic_payment_methods[on]": "1"},
            "parameter_unknown",
            "automatic_payment_methods[on]",
        ),
        (CARD_ONLY | {"automatic_payment_methods[enabled]": "true"}, None, None),
        ({"payment_method_types": "card"}, None, "payment_method_types"),
        ({"payment_method_types[]": "cash"}, None, "payment_method_types[0]"),
        ({"payment_method": "pm_nobody"}, "resource_missing", "payment_method"),
        (
            {"payment_method": "pm_usBankAccount_success"} | CARD_ONLY,
            "payment_intent_incompatible_payment_method",
            "payment_method",
        ),
        ({"statement_descriptor_suffix": "s" * 23}, None, "statement_descriptor_suffix"),
        ({"capture_method": "manual"}, None, "capture_method"),
    ],
)
def test_an_invalid_parameter_value_is_refused(
    stripe: Caller, changes: dict[str, str], code: str | None, param: str | None
) -> None:
    parameters = {k: v for k, v in PARTY.items() if not any(c.startswith(f"{k}[") for c in changes)}

    error = stripe.refused("POST", "/v1/payment_intents", parameters | changes)

    assert error["type"] == "invalid_request_error"
    if code is not None:
        assert error["code"] == code
    if param is not None:
        assert error["param"] == param
    assert spec.complaints({"error": error}, "error") == []


def test_a_missing_parameter_is_named(stripe: Caller) -> None:
    error = stripe.refused("POST", "/v1/payment_intents", {"currency": "usd"})

    assert error["code"] == "parameter_missing"
    assert error["message"] == "Missing required param: amount."


def test_a_currency_is_accepted_in_any_case(stripe: Caller) -> None:
    created = stripe.post("/v1/payment_intents", {"amount": 5000, "currency": "USD"})

    assert created["currency"] == "usd"


def test_a_list_parameter_is_accepted_with_and_without_indexes(stripe: Caller) -> None:
    by_number = stripe.post(
        "/v1/payment_intents",
        PARTY | {"payment_method_types[0]": "card", "payment_method_types[1]": "us_bank_account"},
    )
    by_turn = stripe.post(
        "/v1/payment_intents", PARTY | {"payment_method_types[]": ["card", "us_bank_account"]}
    )

    assert by_number["payment_method_types"] == ["card", "us_bank_account"]
    assert by_turn["payment_method_types"] == ["card", "us_bank_account"]


def test_metadata_keys_may_be_numbers(stripe: Caller) -> None:
    created = stripe.post("/v1/payment_intents", PARTY | {"metadata[0]": "zero"})

    assert created["metadata"] == {"0": "zero"}


def test_an_empty_value_removes_an_optional_field(stripe: Caller) -> None:
    path = f"/v1/payment_intents/{intent(stripe, {'receipt_email': 'aiko@example.com'})}"
    stripe.post(path, {"metadata[a]": "1", "metadata[b]": "2"})

    assert stripe.post(path, {"metadata[a]": ""})["metadata"] == {"b": "2"}
    assert stripe.post(path, {"metadata": ""})["metadata"] == {}
    assert stripe.post(path, {"receipt_email": ""})["receipt_email"] is None


def test_a_list_limit_outside_1_to_100_is_refused(fake: FakeStripe, stripe: Caller) -> None:
    paid(fake)

    for limit in ("0", "101", "many"):
        error = stripe.refused("GET", "/v1/refunds", {"limit": limit})
        assert error["code"] == "parameter_invalid_integer"
