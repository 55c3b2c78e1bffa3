"""Every file that names the licence names the same one."""

import tomllib
from typing import Final

import pytest
from tests.builders import ROOT
from tests.contract.documents import CONTRACT
from tests.contract.markdown import inlines, links, words

LICENCE: Final = "MIT"


def test_the_licence_is_the_mit_licence_with_our_copyright() -> None:
    title, copyright_line, *_ = (ROOT / "LICENSE").read_text(encoding="utf-8").split("\n\n")

    assert title == f"{LICENCE} License"
    assert copyright_line == "Copyright 2026 the Teppan authors"


def test_the_contract_names_the_licence() -> None:
    assert CONTRACT["info"]["license"] == {
        "name": LICENCE,
        "url": "https://opensource.org/license/mit",
    }


def test_the_python_project_names_the_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["license"] == LICENCE


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_a_page_names_and_links_the_licence(name: str) -> None:
    page = ROOT / name

    assert "LICENSE" in links(page)
    assert any(f"{LICENCE} licence" in words(inline) for inline in inlines(page))
