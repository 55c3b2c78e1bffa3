"""The paths of the application; `tests/functions/operations/test_get_docs.py` has its answers."""

import pytest
from starlette.routing import Route

from teppan_docs.application import PAGE_POLICY, application


def paths() -> list[str]:
    return [route.path for route in application().routes if isinstance(route, Route)]


def test_the_application_has_two_pages_their_assets_and_the_contract() -> None:
    assert paths() == ["/docs", "/docs/problems", "/docs/{file}", "/openapi.json"]


@pytest.mark.parametrize("setting", ["false", "", "True"])
def test_without_documentation_the_application_has_no_paths(
    monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    monkeypatch.setenv("DOCS_ENABLED", setting)

    assert paths() == []


def test_a_page_may_use_nothing_but_its_own_origin_and_images_in_style_sheets() -> None:
    directives = [directive.split() for directive in PAGE_POLICY.split("; ")]

    assert directives == [
        ["default-src", "'none'"],
        ["script-src", "'self'"],
        ["style-src", "'self'"],
        ["img-src", "'self'", "data:"],
        ["connect-src", "'self'"],
        ["frame-ancestors", "'none'"],
        ["base-uri", "'none'"],
        ["form-action", "'none'"],
    ]
