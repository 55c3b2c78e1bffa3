"""The glossary refers to names that exist, in alphabetical order."""

import re
from importlib import import_module
from operator import attrgetter
from pathlib import Path

import pytest

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"
ROWS = re.findall(r"^\| (.+?) \| .+ \| `(.+)\.py::(.+)` \|$", GLOSSARY.read_text(), re.MULTILINE)
TERMS = [term for term, _, _ in ROWS]


def test_the_glossary_has_its_terms_once_and_in_alphabetical_order() -> None:
    assert len(TERMS) >= 60
    assert sorted(set(TERMS), key=str.casefold) == TERMS


@pytest.mark.parametrize(("module", "name"), [row[1:] for row in ROWS], ids=TERMS)
def test_a_term_of_the_glossary_refers_to_an_existing_name(module: str, name: str) -> None:
    owner, _, attribute = name.rpartition(".")
    found = import_module("teppan." + module.replace("/", "."))
    if owner:
        found = attrgetter(owner)(found)
    annotations = getattr(found, "__annotations__", {})

    assert hasattr(found, attribute) or attribute in annotations
