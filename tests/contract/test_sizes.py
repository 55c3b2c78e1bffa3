"""The sizes of the suites: `full` is never smaller than `quick`; docs/testing.md lists all."""

import re
from dataclasses import asdict
from itertools import product

import pytest
from tests import sizes
from tests.builders import ROOT
from tests.sizes import FULL, QUICK, Sizes, examples, pairs

ROWS, COLUMNS = ("a", "b", "c"), (1, 2, 3, 4, 5)
FEWER_IS_MORE = {"share_of_examples", "share_of_texts", "stops_apart"}
"""Sizes for which a smaller number means more cases."""


@pytest.mark.parametrize("name", asdict(FULL))
def test_the_full_profile_has_at_least_the_sizes_of_the_quick_one(name: str) -> None:
    quick, full = getattr(QUICK, name), getattr(FULL, name)

    assert full <= quick if name in FEWER_IS_MORE else full >= quick


def test_the_testing_document_lists_every_size_of_both_profiles() -> None:
    text = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    listed = {
        name: (quick, full)
        for name, quick, full in re.findall(
            r"^\| `(\w+)` \| ([\d,]+) \| ([\d,]+) \|", text, re.MULTILINE
        )
    }

    assert listed == {
        name: (f"{int(getattr(QUICK, name)):,}", f"{int(getattr(FULL, name)):,}")
        for name in asdict(FULL)
    }


@pytest.mark.parametrize(("rows", "columns"), [(ROWS, COLUMNS), (COLUMNS, ROWS), (ROWS, ROWS)])
def test_the_quick_profile_pairs_each_row_and_each_column_at_least_once(
    monkeypatch: pytest.MonkeyPatch, rows: tuple[object, ...], columns: tuple[object, ...]
) -> None:
    monkeypatch.setattr(sizes, "SIZES", QUICK)

    chosen = pairs(rows, columns)

    assert {row for row, _ in chosen} == set(rows)
    assert {column for _, column in chosen} == set(columns)
    assert len(chosen) == len(set(chosen)) == max(len(rows), len(columns))


def test_the_full_profile_pairs_every_row_with_every_column(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sizes, "SIZES", FULL)

    assert pairs(ROWS, COLUMNS) == list(product(ROWS, COLUMNS))


@pytest.mark.parametrize(("sizes_of_run", "tried"), [(FULL, 50), (QUICK, 5)])
def test_examples_are_a_share_of_those_of_the_full_profile(
    monkeypatch: pytest.MonkeyPatch, sizes_of_run: Sizes, tried: int
) -> None:
    monkeypatch.setattr(sizes, "SIZES", sizes_of_run)

    assert examples(50) == tried
    assert examples(1) == 1
