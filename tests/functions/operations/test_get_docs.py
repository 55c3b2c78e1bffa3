"""The documentation: its pages, their assets, and the contract for clients."""

import os
import re
from unittest.mock import patch

import pytest
from tests.builders import DOMAIN, load_function
from tests.functions.example import Example, Request
from tests.functions.handlers import Answer, Handlers
from tests.functions.provocations import Scene

from teppan_docs import application, asgi

IMMUTABLE = "public, max-age=31536000, immutable"


def without_documentation(scene: Scene, operation: str) -> Answer:
    with patch.dict(os.environ, {"DOCS_ENABLED": "false"}):
        disabled = asgi.answered_by(application.application())
    with patch.object(load_function("operations/get_docs"), "answer", disabled):
        return scene.ask(operation)


OPERATION = Example(
    request=lambda _: Request(path={"file": "problems"}),
    provocations={"not_found": without_documentation},
)


def policy(answer: Answer) -> dict[str, list[str]]:
    """Return the sources of each directive of the Content-Security-Policy."""
    directives = answer.headers["Content-Security-Policy"].split("; ")
    return {name: sources for name, *sources in map(str.split, directives)}


def assets_of(page: str) -> list[str]:
    """Return the file names of the scripts and style sheets that a page loads."""
    return re.findall(r'(?:src|href)="(?:docs/)?([\w.-]+\.(?:js|css))"', page)


@pytest.mark.parametrize("path", ["/docs/", "/docs/problems/", "/docs//problems"])
def test_a_path_with_one_more_slash_does_not_exist(call: Handlers, path: str) -> None:
    event = call.event("getDocsFile", by=None, file=path.removeprefix("/docs/")) | {"path": path}

    assert call.send("getDocsFile", event).problem == (404, "not_found")


@pytest.mark.parametrize("scheme", ["javascript", "", "https, http", "ws"])
def test_a_scheme_that_no_gateway_sends_is_ignored(call: Handlers, scheme: str) -> None:
    answer = call("getOpenapi", by=None, headers={"X-Forwarded-Proto": scheme})

    assert answer.status == 200
    assert answer.body["servers"][0]["url"].startswith("https://")


@pytest.mark.parametrize(
    ("operation", "path", "title"),
    [
        ("getDocs", {}, "Teppan Booking API"),
        ("getDocsFile", {"file": "problems"}, "Problems of the Teppan Booking API"),
    ],
)
def test_a_page_has_a_title_and_a_policy_that_allows_only_this_api(
    call: Handlers, operation: str, path: dict[str, str], title: str
) -> None:
    answer = call(operation, by=None, **path)

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f"<title>{title}</title>" in answer.body
    assert answer.headers["Cache-Control"] == "no-store"
    allowed = {source for sources in policy(answer).values() for source in sources}
    assert allowed == {"'none'", "'self'", "data:"}
    assert policy(answer)["img-src"] == ["'self'", "data:"]


@pytest.mark.parametrize(
    ("operation", "path"), [("getDocs", {}), ("getDocsFile", {"file": "problems"})]
)
def test_a_page_has_no_inline_script_or_style(
    call: Handlers, operation: str, path: dict[str, str]
) -> None:
    page = call(operation, by=None, **path).body

    assert not re.search(r"<style|style=|<script(?![^>]* src=)|\son\w+=|javascript:", page)


def test_the_assets_of_the_page_may_be_kept_for_ever(call: Handlers) -> None:
    names = assets_of(call("getDocs", by=None).body)
    assert len(names) == 4

    for name in names:
        answer = call("getDocsFile", by=None, file=name)

        assert re.search(r"\.[0-9a-f]{12}\.(js|css)$", name)
        assert answer.headers["Cache-Control"] == IMMUTABLE
        assert answer.headers["Vary"] == "Origin, Accept-Encoding"
        kind = "text/css" if name.endswith("css") else "text/javascript"
        assert answer.headers["Content-Type"] == f"{kind}; charset=utf-8"
        assert policy(answer)["default-src"] == ["'none'"]
        assert answer.body


@pytest.mark.parametrize(
    "name", ["index.html", "openapi.json", "problems.html", "nothing.js", ".."]
)
def test_a_name_that_is_no_asset_is_not_found(call: Handlers, name: str) -> None:
    answer = call("getDocsFile", by=None, file=name)

    assert answer.problem == (404, "not_found")
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_problem_has_its_anchor_on_the_page_of_problems(call: Handlers) -> None:
    from tests.contract.documents import SCHEMAS

    page = call("getDocsFile", by=None, file="problems").body

    anchors = set(re.findall(r'<h3 id="(\w+)">', page))
    assert anchors >= set(SCHEMAS["ProblemCode"]["enum"])
    assert set(re.findall(r'<a href="([^"]+)"', page)) <= {"../docs", "../openapi.json"} | {
        f"#{anchor}" for anchor in anchors
    }


def test_the_contract_names_the_server_that_was_asked(call: Handlers) -> None:
    answer = call("getOpenapi", by=None, headers={"X-Forwarded-Proto": "https"})

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.body["servers"] == [
        {"url": f"https://{DOMAIN}/dev", "description": "The stage dev"}
    ]


def test_an_error_of_the_application_is_answered_without_detail(call: Handlers) -> None:
    with patch("teppan_docs.site.read", side_effect=OSError("/opt/python")):
        answer = call("getDocs", by=None)

    assert answer.problem == (500, "internal_error")
    assert "/opt" not in str(answer.body)
