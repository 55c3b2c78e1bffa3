"""The pages of `docs/` have no dead link, anchor or citation, and the index is complete."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import pytest
from tests.builders import ROOT
from tests.contract.markdown import anchors, headings, links, repository_files, tables, words

PAGES: Final = repository_files(".md")
DECISIONS: Final = ROOT / "docs" / "decisions"
RECORDS: Final = sorted(DECISIONS.glob("[0-9]*.md"))
SECTIONS: Final = ["Context", "Decision", "Figure", "Consequences"]

PYTHON: Final = repository_files(".py")
SOURCES: Final = [
    *PAGES,
    *PYTHON,
    *repository_files(".yaml", ".toml", ".json", ""),
    ROOT / ".ci/run",
]
"""The files that may cite a page in a comment or a text."""

SECTION: Final = r"\d+(?:\.\d+)*"
NUMBERS: Final = rf"§{SECTION}(?:(?:-|,\s+§|\s+and\s+§){SECTION})*"
"""The numbers of sections: one, a range, or several."""
CITATION: Final = re.compile(rf"\b([a-z-]+)\.md`?\s+({NUMBERS})")
"""Sections of a page of `docs/`."""
STANDARD: Final = re.compile(rf"\b(?:RFC\s+\d+|NIST\s+SP\s+[\w-]+),?\s+{NUMBERS}")
"""Sections of a standard, which is not in the repository."""
ADDRESS: Final = re.compile(r"(?<![\w./])docs/[\w./-]*\w(?:#[\w-]+)?")
"""The path of a page of `docs/`, optionally with an anchor."""
SOURCE: Final = re.compile(r"(?<![\w./<>{}*-])((?:[\w-]+/)*\w+\.py)\b((?:::\w+)*)")
"""A source's file, alone or with the last of its folders, and optionally a name in it."""
POINTING: Final = [*PAGES, ROOT / "template.yaml"]
"""The files whose pointers to sources must exist."""


def shown(page: Path) -> str:
    """Return a file's path for the message of a failure."""
    return page.relative_to(ROOT).as_posix()


def dead_links(page: Path) -> list[str]:
    """Return the links of a page to targets in the repository that do not exist."""
    dead = []
    for link in links(page):
        target = urlsplit(link)
        if target.scheme:
            continue
        file = (page.parent / unquote(target.path)).resolve() if target.path else page
        known = anchors(file) if file.suffix == ".md" and file.is_file() else set()
        if not file.exists() or (target.fragment and target.fragment not in known):
            dead.append(link)
    return dead


def sections(page: Path) -> set[str]:
    """Return the numbers at the beginning of a page's headings, such as `6` and `6.1`."""
    found = (re.match(SECTION, heading.text) for heading in headings(page))
    return {match[0] for match in found if match}


def dead_citations(text: str) -> list[str]:
    """Return the citations in a text whose section, page, anchor or decision does not exist.

    A section without its page is one of them.
    """
    return [*dead_sections(text), *sections_without_page(text), *dead_addresses(text)]


def dead_sections(text: str) -> Iterator[str]:
    for name, cited in CITATION.findall(text):
        page = ROOT / "docs" / f"{name}.md"
        known = sections(page) if page.is_file() else set()
        yield from (
            f"{name}.md §{each}" for each in re.findall(SECTION, cited) if each not in known
        )


def sections_without_page(text: str) -> list[str]:
    return re.findall(NUMBERS, STANDARD.sub("", CITATION.sub("", text)))


def dead_addresses(text: str) -> Iterator[str]:
    for address in ADDRESS.findall(text):
        path, _, anchor = address.partition("#")
        is_record = re.fullmatch(r"docs/decisions/\d{4}", path)
        page = next(ROOT.glob(f"{path}-*.md"), None) if is_record else ROOT / path
        if page is None or not page.exists() or (anchor and anchor not in anchors(page)):
            yield address


def dead_sources(text: str) -> list[str]:
    """Return the sources that a text points to and that do not exist."""
    return [
        path + names
        for path, names in SOURCE.findall(text)
        if not any(
            all(
                re.search(rf"(class|def) {name}\b|(?m:^{name}: )", file.read_text(encoding="utf-8"))
                for name in names.split("::")[1:]
            )
            for file in PYTHON
            if f"/{shown(file)}".endswith(f"/{path}")
        )
    ]


def test_the_document_tests_find_pages_and_sources() -> None:
    assert {ROOT / "README.md", ROOT / "docs" / "domain.md"} <= set(PAGES)
    assert {ROOT / "Makefile", ROOT / "template.yaml", Path(__file__)} <= set(SOURCES)


def test_no_link_of_a_page_is_dead() -> None:
    assert {shown(page): dead for page in PAGES if (dead := dead_links(page))} == {}


def test_no_citation_of_a_page_is_dead() -> None:
    texts = {shown(source): source.read_text(encoding="utf-8") for source in SOURCES}

    assert {name: dead for name, text in texts.items() if (dead := dead_citations(text))} == {}


@pytest.mark.parametrize(
    "link", ["gone.md", "gone.md#a", "#gone", "other.md#gone", "../Makefile#a"]
)
def test_a_dead_link_is_found(link: str, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "Makefile").touch()
    (tmp_path / "docs" / "other.md").write_text("# A heading\n")
    page = tmp_path / "docs" / "page.md"
    page.write_text(f"# Page\n[good](other.md#a-heading) [bad]({link}) [self](#page)\n")

    assert dead_links(page) == [link]


@pytest.mark.parametrize(
    "cited",
    [
        "domain.md §{n}",
        "domain.md §6.{n}",
        "`domain.md` §6-{n}",
        "domain.md §6, §{n}",
        "gone.md §{n}",
        "(§{one})",
        "domain.md §{one}: as before. §{one}, §{one}",
        "{docs}/gone.md",
        "{docs}/domain.md#gone",
        "{docs}/decisions/{n}99",
    ],
)
def test_a_dead_citation_is_found(cited: str) -> None:
    # The text is put together here, so that this file has no dead citation itself.
    assert len(dead_citations(cited.format(n=99, one=1, docs="docs"))) == 1


def test_a_citation_of_an_existing_section_is_not_dead() -> None:
    text = "`domain.md §6-7`, domain.md §6.1, docs/decisions/0001, docs/domain.md, a.com/docs/gone"
    text += ", RFC 9110 §13.1.1, NIST SP 800-63B §5.1.1.2"

    assert dead_citations(text) == []


def test_every_source_that_a_page_or_the_template_points_to_exists() -> None:
    texts = {shown(file): file.read_text(encoding="utf-8") for file in POINTING}

    assert {name: dead for name, text in texts.items() if (dead := dead_sources(text))} == {}


@pytest.mark.parametrize(
    "pointer",
    [
        "test_documents.py",
        "contract/test_documents.py",
        "`tests/contract/test_documents.py::TestDecisions`",
        "store/keys.py",
        "test_documents.py::SOURCE",
        "test_<operation>.py, functions/<wing>/<operation>/app.py",
    ],
)
def test_a_pointer_to_an_existing_source_is_not_dead(pointer: str) -> None:
    assert dead_sources(pointer) == []


@pytest.mark.parametrize(
    "pointer",
    [
        "test_gone.py",
        "unit/test_documents.py",
        "tests/test_documents.py",
        "contract/tests/test_documents.py",
        "test_documents.py::TestGone",
        "store/ledger/items.py",
        "documents.py::test_gone",
    ],
)
def test_a_pointer_to_a_missing_source_is_found(pointer: str) -> None:
    assert dead_sources(f"See `{pointer}`.") == [pointer]


def test_the_index_of_the_documents_has_a_row_for_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    indexed = {link.partition("#")[0] for link in links(index)}
    pages = {page.name for page in index.parent.glob("*.md") if page != index}

    assert pages | {"decisions/README.md"} <= indexed


class TestDecisions:
    def test_decision_records_are_numbered_without_a_gap(self) -> None:
        numbers = [int(record.name[:4]) for record in RECORDS]

        assert numbers == [*range(1, len(RECORDS) + 1)]

    def test_a_decision_record_has_its_number_in_the_title_and_its_sections_in_order(self) -> None:
        written = {record.name: [each.text for each in headings(record)] for record in RECORDS}

        for name, (title, *others) in written.items():
            assert title.startswith(f"{name[:4]}. ")
            assert others == [each for each in SECTIONS if each != "Figure" or each in others]

    def test_the_index_lists_every_decision_record_with_its_date_and_status(self) -> None:
        [index] = tables(DECISIONS / "README.md")
        listed = {row[0].content: (words(row[1]), words(row[3])) for row in index.rows}

        assert listed == {
            f"[{record.name[:4]}]({record.name})": date_and_status(record) for record in RECORDS
        }


def date_and_status(record: Path) -> tuple[str, str]:
    """Return the date and the status of a record, without the records that it supersedes."""
    text = record.read_text(encoding="utf-8")
    fields = dict(re.findall(r"^- (Date|Status): (.+)$", text, flags=re.MULTILINE))
    status = re.sub(r"\[(\d+)\]\(.+?\)", r"\1", fields["Status"])
    return fields["Date"], status.partition("; supersedes")[0]
