"""Every number in a text of the contract comes from the policy, the template or the code."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from tests.contract.documents import (
    CONTRACT,
    GATEWAY_RESPONSES,
    SCHEMAS,
    gateway_problem,
    operations,
)
from tests.contract.openapi.figures import filled
from tests.contract.openapi.numbered_sentences import EVERYWHERE, SENTENCES

from teppan.domain.bookings.cancellation import FULL_REFUND_PERCENTAGE
from teppan.domain.policy import CURRENT

_TEXTS: Final = {"summary", "description", "title", "detail"}
_NAMES: Final = re.compile(r"`[^`]*/[^`]*`|`bkg_[^`]*`")
"""Paths (`POST /api/v1/quotes`), whose numbers are not checked."""


def texts_of(node: Any, *, with_values: bool) -> Iterator[str]:
    """Yield the texts at `node`, each in one line; example values only `with_values`."""
    match node:
        case dict():
            for name, value in node.items():
                if name in _TEXTS and isinstance(value, str):
                    yield " ".join(value.split())
                elif name != "value" or with_values:
                    yield from texts_of(value, with_values=with_values)
        case list():
            for value in node:
                yield from texts_of(value, with_values=with_values)


def _places() -> Mapping[str, list[str]]:
    components = CONTRACT["components"]
    found: dict[str, list[str]] = defaultdict(list)
    places = {"info": CONTRACT["info"]} | {each.id: each.spec for each in operations()}
    for place, node in (places | components["schemas"] | components["parameters"]).items():
        found[place] += texts_of(node, with_values=False)
    for place, node in components["examples"].items():
        found[place] += texts_of(node, with_values=True)
    for kind in GATEWAY_RESPONSES:
        found[kind].append(gateway_problem(kind)["detail"])
    return found


PLACES: Final = _places()
STATUSES: Final = {each.id: set(each.spec["responses"]) for each in operations()}


def changed_sentences(place: str) -> list[str]:
    """Return the known sentences of a place that none of its texts has."""
    known = filled(SENTENCES.get(place, ""))
    return [each for each in known if not any(each in text for text in PLACES[place])]


def numbers_left(text: str, sentences: str) -> list[str]:
    """Return the numbers of `text` outside the known `sentences`."""
    for sentence in sorted(filled(sentences + EVERYWHERE), key=len, reverse=True):
        text = text.replace(sentence, " ")
    return re.findall(r"\S*\d\S*", _NAMES.sub("", text))


@pytest.mark.parametrize("place", PLACES)
def test_a_text_of_the_contract_has_no_number_outside_the_known_sentences(place: str) -> None:
    statuses = STATUSES.get(place, {str(status) for status in range(200, 600)})
    unknown = [
        f'{number} in "{text}"'
        for text in PLACES[place]
        for number in numbers_left(text, SENTENCES.get(place, ""))
        if number.strip("(),.:;") not in statuses
    ]
    remedy = (
        f"Correct the number: policy, template and code say {missing}."
        if (missing := changed_sentences(place))
        else "Write the text without the number, or add the sentence, with the figure's name in "
        "place of the number, to tests/contract/openapi/numbered_sentences.py."
    )
    assert not unknown, "\n  ".join([f"{place} in openapi.yaml. {remedy}", *unknown])


@pytest.mark.parametrize(
    ("place", "sentence"),
    [(place, sentence) for place, sentences in SENTENCES.items() for sentence in filled(sentences)],
)
def test_a_text_of_the_contract_has_each_number_of_policy_template_or_code(
    place: str, sentence: str
) -> None:
    has_sentence = any(sentence in text for text in PLACES[place])
    assert has_sentence, (
        f'{place} in openapi.yaml no longer says "{sentence}", as policy, template and code do. If '
        "the sentence was reworded, change it in tests/contract/openapi/numbered_sentences.py too."
    )


def test_a_number_outside_the_known_sentences_is_found() -> None:
    assert numbers_left("A party starts 36 hours ahead.", "24 hours ahead") == ["36"]
    assert numbers_left("See `POST /api/v1/quotes`, within 24 hours.", "24 hours") == []


LIMITS: Final[Mapping[str, int]] = {
    **dict.fromkeys(["guests", "adults", "children", "toddlers"], CURRENT.max_guests),
    **dict.fromkeys([*CURRENT.upgrade_prices, *CURRENT.add_on_prices], CURRENT.max_guests),
    "capacity": CURRENT.max_capacity,
    "remaining": CURRENT.max_capacity,
    "refund_percentage": FULL_REFUND_PERCENTAGE,
    "travel_miles": CURRENT.max_miles,
    "status": 599,
}
"""The largest value of a property, in every schema."""

UNLIMITED: Final = {("CreateQuote", "travel_miles"), ("UpdateBooking", "travel_miles")}
"""The service refuses a larger value with `venue_too_far`, which states our limit."""

INTEGERS: Final = [
    (name, field)
    for name, schema in SCHEMAS.items()
    for field, each in schema.get("properties", {}).items()
    if each.get("type") == "integer" and "enum" not in each
]


@pytest.mark.parametrize(("name", "field"), INTEGERS)
def test_an_integer_of_a_schema_has_exactly_the_policys_limit(name: str, field: str) -> None:
    limit = None if (name, field) in UNLIMITED else LIMITS.get(field)
    assert SCHEMAS[name]["properties"][field].get("maximum") == limit
