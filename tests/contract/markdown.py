"""The Markdown pages of the repository as data: headings, links and tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from tests.builders import ROOT

_PARSER: Final = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: its level (1 to 6), its text and its anchor on GitHub."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table; each cell is its inline tokens."""

    header: list[str]
    rows: list[list[Token]]


def repository_files(*suffixes: str) -> list[Path]:
    """Return the repository's files with those suffixes, without fetched or built files."""
    folders = [each for each in ROOT.iterdir() if each.is_dir() and each.name[0] != "."]
    files = [*ROOT.iterdir(), *(file for folder in folders for file in folder.rglob("*"))]
    own = (file for file in files if file.is_file() and not file.is_symlink())
    return sorted(file for file in own if file.suffix in suffixes)


@cache
def tokens(page: Path) -> list[Token]:
    """Return the block tokens of a page."""
    return _PARSER.parse(page.read_text(encoding="utf-8"))


def inlines(page: Path) -> Iterator[Token]:
    """Yield the inline content of every paragraph, heading and table cell."""
    return (token for token in tokens(page) if token.type == "inline")


def words(inline: Token) -> str:
    """Return the visible text, without markup."""
    return "".join(child.content for child in inline.children or ())


def headings(page: Path) -> Iterator[Heading]:
    """Yield the headings of a page, in order."""
    seen: dict[str, int] = {}
    for opening, inline in zip(tokens(page), tokens(page)[1:], strict=False):
        if opening.type == "heading_open":
            text = words(inline)
            slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
            again = seen.get(slug, 0)
            seen[slug] = again + 1
            yield Heading(int(opening.tag[1:]), text, f"{slug}-{again}" if again else slug)


def anchors(page: Path) -> set[str]:
    """Return every anchor that a link to the page may name."""
    return {heading.anchor for heading in headings(page)}


def links(page: Path) -> Iterator[str]:
    """Yield the target of every link and image of a page."""
    for inline in inlines(page):
        for child in inline.children or ():
            target = child.attrGet("href") or child.attrGet("src")
            if target is not None:
                yield str(target)


def tables(page: Path) -> Iterator[Table]:
    """Yield the tables of a page, in order."""
    header: list[str] = []
    rows: list[list[Token]] = []
    for opening, inline in zip(tokens(page), tokens(page)[1:], strict=False):
        match opening.type:
            case "table_open":
                header, rows = [], []
            case "th_open":
                header.append(words(inline))
            case "tr_open":
                rows.append([])
            case "td_open":
                rows[-1].append(inline)
            case _:
                pass
        if inline.type == "table_close":
            yield Table(header, rows[1:])
