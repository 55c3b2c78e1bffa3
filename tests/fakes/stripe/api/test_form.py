"""Stripe's form encoding."""

from typing import Any

import pytest
from local.fakes.stripe.api.form import decode


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [
        ("", {}),
        ("a=1&b=", {"a": "1", "b": ""}),
        ("a=1&a=2", {"a": "2"}),
        ("m[a]=1&m[b]=2", {"m": {"a": "1", "b": "2"}}),
        ("m[a][b]=1&m[a][c]=2", {"m": {"a": {"b": "1", "c": "2"}}}),
        ("l[]=1&l[]=2", {"l": ["1", "2"]}),
        ("l[0]=1&l[1]=2", {"l": ["1", "2"]}),
        ("l[1]=1", {"l": {"1": "1"}}),
        ("l[0][a]=1&l[1][a]=2", {"l": [{"a": "1"}, {"a": "2"}]}),
        ("m%5Ba%5D=%C3%A9+%26", {"m": {"a": "é &"}}),
        ("a=1&a[b]=2", {"a": {"b": "2"}}),
        ("a[b]=1&a=2", {"a": "2"}),
        ("[a]=1", {"[a]": "1"}),
    ],
)
def test_form_parameters_with_brackets_become_nested_objects(
    encoded: str, decoded: dict[str, Any]
) -> None:
    assert decode(encoded) == decoded
