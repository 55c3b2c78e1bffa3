"""Build the site of the documentation: its pages, their assets, and the public contract.

    python3.13 build_site.py DESTINATION

An asset has a hash of its content in its name, so that browsers may keep it for ever. The packages
are those of `site-requirements.txt`.
"""

import hashlib
import json
import re
import sys
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from string import Template
from typing import Any, Final

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

_HERE: Final = Path(__file__).parent
_PAGES: Final = _HERE / "site"
_AWS_EXTENSIONS: Final = ("x-amazon-", "x-teppan-gateway-")

_BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "The access token that a login returns, without the word `Bearer`.",
}
"""How clients send the access token. API Gateway's import takes only the type `apiKey`."""


def main(destination: Path) -> None:
    """Write the site into the folder `destination`."""
    destination.mkdir(parents=True, exist_ok=True)
    contract = yaml.load((_HERE / "openapi.yaml").read_bytes(), Loader=yaml.CSafeLoader)
    values = {
        "title": contract["info"]["title"],
        "problems": problems_as_html((_HERE / "problems.md").read_text(encoding="utf-8")),
        "swagger_css": _add_asset(destination, _swagger_ui() / "swagger-ui.css"),
        "swagger_js": _add_asset(destination, _swagger_ui() / "swagger-ui-bundle.js"),
        "page_css": _add_asset(destination, _PAGES / "page.css"),
        "page_js": _add_asset(destination, _PAGES / "page.js"),
    }
    for page in ("index.html", "problems.html"):
        template = Template((_PAGES / page).read_text(encoding="utf-8"))
        (destination / page).write_text(template.substitute(values), encoding="utf-8")
    document = json.dumps(public_contract(contract), ensure_ascii=False, separators=(",", ":"))
    (destination / "openapi.json").write_text(document, encoding="utf-8")


def public_contract(contract: dict[str, Any]) -> dict[str, Any]:
    """Return the contract for clients: without internal operations and extensions of API Gateway.

    It has no `servers`: the function that serves it adds its own stage.
    """
    public: dict[str, Any] = _without_extensions({**contract, "paths": _public_paths(contract)})
    public["tags"] = [tag for tag in public["tags"] if not tag.get("x-internal")]
    del public["servers"]
    schemes = public["components"]["securitySchemes"]
    public["components"]["securitySchemes"] = dict.fromkeys(schemes, _BEARER)
    for secured in [public, *_operations(public["paths"])]:
        if "security" in secured:
            # Only OAuth schemes have scopes (OpenAPI 3.0.3, Security Requirement Object).
            secured["security"] = [{name: [] for name in each} for each in secured["security"]]
    return public


def _public_paths(contract: dict[str, Any]) -> dict[str, Any]:
    paths = {
        path: {
            name: value
            for name, value in item.items()
            if not (isinstance(value, dict) and value.get("x-internal"))
        }
        for path, item in contract["paths"].items()
    }
    return {path: item for path, item in paths.items() if item}


def _operations(paths: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the operations; what else a path may have, its parameters, is a list."""
    return [each for item in paths.values() for each in item.values() if isinstance(each, dict)]


def _without_extensions(node: Any) -> Any:
    match node:
        case dict():
            return {
                name: _without_extensions(value)
                for name, value in node.items()
                if not name.startswith(_AWS_EXTENSIONS)
            }
        case list():
            return [_without_extensions(each) for each in node]
        case _:
            return node


def problems_as_html(markdown: str) -> str:
    """Return the page of problems as HTML, with an anchor at each `code`."""
    parser = MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(markdown)
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open" and (code := re.fullmatch(r"`(\w+)`", inline.content)):
            opening.attrSet("id", code[1])
        inline.children = _without_links_to_pages(inline.children)
    html: str = parser.renderer.render(tokens, parser.options, {})
    return html


def _without_links_to_pages(children: list[Token] | None) -> list[Token] | None:
    """Return inline tokens with links to other pages as plain text: only this page is served."""
    kept: list[Token] = []
    is_left_out = False
    for token in children or []:
        if token.type == "link_open":
            is_left_out = not str(token.attrGet("href")).startswith("#")
        if not (token.type in {"link_open", "link_close"} and is_left_out):
            kept.append(token)
    return None if children is None else kept


def _swagger_ui() -> Path:
    """Return the folder of Swagger UI. Its package is not imported: that needs Flask."""
    found = find_spec("flask_swagger_ui")
    if found is None or found.origin is None:
        sys.exit("flask-swagger-ui is missing: see site-requirements.txt.")
    return Path(found.origin).parent / "dist"


def _add_asset(destination: Path, source: Path) -> str:
    """Copy an asset; return its new name, such as `page.4f1d2c3b5a60.css`."""
    content = source.read_bytes()
    name = f"{source.stem}.{hashlib.sha256(content).hexdigest()[:12]}{source.suffix}"
    (destination / name).write_bytes(content)
    return name


if __name__ == "__main__":
    main(Path(sys.argv[1]))
