"""The glossary: its names exist, and names have none of the words that it refuses."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from markdown_it.token import Token
from tests.builders import ROOT
from tests.contract.markdown import tables, words

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


def unused_phrases() -> Iterator[Any]:
    """Yield each phrase that names may not have, with its exceptions."""
    table = next(each for each in tables(GLOSSARY) if each.header[0] == "not")
    for cells in rows_of(table.rows):
        phrases, exceptions = re.sub(r" \(.*?\)", "", words(cells[0])).split(", "), codes(cells[2])
        for phrase in phrases:
            yield pytest.param(phrase, exceptions, id=phrase)


def rows_of(rows: list[list[Token]]) -> list[list[Token]]:
    assert len(rows) >= 15
    assert {len(cells) for cells in rows} == {3}
    return rows


def codes(cell: Token) -> list[str]:
    return [child.content for child in cell.children or () if child.type == "code_inline"]


def names_of(source: str) -> Iterator[str]:
    """Yield the names that a module defines: of classes, functions, arguments and variables."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def snake(name: str) -> str:
    return "_".join(each.lower() for each in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name))


def has(name: str, phrase: str) -> bool:
    """Return whether a name has the phrase, in any form: `settle` is in `is_unsettled`."""
    stems = [word.removesuffix("e") for word in phrase.split() if word != "a"]
    pattern = "_".join(f"(?:un)?{stem}[a-z]*" for stem in stems)
    return re.search(rf"(?:^|_){pattern}(?:_|$)", snake(name)) is not None


@cache
def defined_names() -> list[tuple[str, str]]:
    """Return each name of `layers` and `functions`, with its module."""
    return [
        (str(module.relative_to(ROOT)), name)
        for folder in ("layers", "functions")
        for module in sorted((ROOT / folder).rglob("*.py"))
        for name in [*module.relative_to(ROOT).with_suffix("").parts, *names_of(module.read_text())]
    ]


@pytest.mark.parametrize(("phrase", "exceptions"), list(unused_phrases()))
def test_no_name_has_a_word_that_we_do_not_use(phrase: str, exceptions: list[str]) -> None:
    names = defined_names()
    assert len(names) > 3_000
    with_phrase = {(module, name) for module, name in names if has(name, phrase)}

    def is_exception(exception: str, module: str, name: str) -> bool:
        if "/" in exception:
            return f"/{exception}" in f"/{module}"
        return has(name, exception.replace("_", " "))

    unexplained = {
        each for each in with_phrase if not any(is_exception(one, *each) for one in exceptions)
    }
    unneeded = [one for one in exceptions if not any(is_exception(one, *e) for e in with_phrase)]

    assert (unexplained, unneeded) == (set(), [])


@pytest.mark.parametrize(
    ("name", "phrase", "expected"),
    [
        ("RefundsSettled", "settle", True),
        ("is_unsettled", "settle", True),
        ("settings", "settle", False),
        ("NOBODY_THERE", "nobody there", True),
        ("nobody", "nobody there", False),
        ("keeps_promises", "keep a promise", True),
        ("outstanding", "standing", False),
        ("tries", "try", False),
    ],
)
def test_a_name_has_a_phrase_in_any_form(name: str, phrase: str, expected: bool) -> None:
    assert has(name, phrase) is expected
