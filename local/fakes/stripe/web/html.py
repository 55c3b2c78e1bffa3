"""Small HTML pages with escaped text and without inline scripts."""

from collections.abc import Iterable
from html import escape
from typing import Final

from starlette.responses import HTMLResponse

_POLICY: Final = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


class Markup(str):
    """HTML that is already escaped."""

    __slots__ = ()


def element(name: str, /, *content: str, **attributes: str | bool) -> Markup:
    """Return an element; its plain text is escaped, a true attribute has no value."""
    written = "".join(
        f" {key.rstrip('_')}" + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not False
    )
    inner = "".join(text(each) for each in content)
    return Markup(f"<{name}{written}>{inner}</{name}>")


def field(**attributes: str | bool) -> Markup:
    """Return an input element, which has no content and no end tag."""
    return Markup(element("input", **attributes).removesuffix("</input>"))


def text(content: str) -> Markup:
    """Return text as markup."""
    return content if isinstance(content, Markup) else Markup(escape(content))


def form(action: str, *content: str) -> Markup:
    """Return a form that posts to one of our own paths."""
    return element("form", *content, method="post", action=action)


def table(caption: str, head: Iterable[str], rows: Iterable[Iterable[str]]) -> Markup:
    """Return a table with a caption and a header row."""
    header = element("tr", *(element("th", each, scope="col") for each in head))
    lines = [element("tr", *(element("td", each) for each in row)) for row in rows]
    return element(
        "table", element("caption", caption), element("thead", header), element("tbody", *lines)
    )


def page(title: str, *content: str, status: int = 200) -> HTMLResponse:
    """Return a whole page under a strict content security policy."""
    head = Markup(
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{escape(title)}</title><link rel="stylesheet" href="/fake.css">'
    )
    body = element("main", element("h1", title), *content)
    document = element("html", element("head", head), element("body", body), lang="en")
    return HTMLResponse(
        f"<!doctype html>{document}",
        status,
        {
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            # With "no-referrer" the browser would send our own forms with an Origin of null.
            "Referrer-Policy": "same-origin",
            "Cache-Control": "no-store",
        },
    )


def dollars(cents: int, currency: str = "usd") -> str:
    """Return an amount in cents as text in dollars."""
    return f"{'€' if currency == 'eur' else '$'}{cents / 100:,.2f}"


STYLE: Final = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
main { max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
fieldset { border: 1px solid; border-radius: .5rem; margin: 1rem 0 }
label { display: block; padding: .25rem 0 }
button { font: inherit; padding: .3rem .9rem; cursor: pointer }
table { border-collapse: collapse; margin: 1.5rem 0; width: 100%; font-size: .875rem }
caption { text-align: left; font-weight: 600; font-size: 1.125rem }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #8886 }
td form { display: inline-block; margin: 0 .25rem .25rem 0 }
td button { padding: .1rem .5rem }
[role=alert] { border-left: .3rem solid #c00; padding: .25rem .75rem }
[role=status] { border-left: .3rem solid #080; padding: .25rem .75rem }
:focus-visible { outline: 3px solid #36f; outline-offset: 2px }
"""
