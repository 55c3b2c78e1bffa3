"""The documentation over HTTP: addresses, caching and compression."""

import gzip
import re

import pytest
from local.api import Api
from tests.cloud.conftest import RunningCloud
from tests.cloud.local_cloud.test_gateway import assert_problem

from teppan.http.headers import SECURITY

BROWSER = "gzip, deflate, br, zstd"
"""The codings that Chromium accepts."""


def script(api: Api) -> str:
    """Return the path of Swagger UI's script."""
    page = api.request("GET", "/docs").body.decode()
    [name] = re.findall(r'src="docs/(swagger-ui-bundle[^"]+)"', page)
    return f"/docs/{name}"


@pytest.mark.parametrize("path", ["/docs", "/docs/problems", "/openapi.json"])
def test_a_page_has_the_security_headers_and_is_not_stored(api: Api, path: str) -> None:
    answer = api.request("GET", path)

    assert answer.status == 200
    own = {"Content-Security-Policy"}
    for name in SECURITY.keys() - own:
        assert answer.headers[name] == SECURITY[name]


def test_the_contract_names_the_address_of_the_api(cloud: RunningCloud) -> None:
    contract = cloud.api.request("GET", "/openapi.json").json()

    assert [server["url"] for server in contract["servers"]] == [cloud.description.api_url]


def test_a_file_that_does_not_exist_is_a_404_of_the_function(api: Api) -> None:
    assert_problem(api.request("GET", "/docs/nothing.js"), 404, "not_found")
    assert_problem(api.request("GET", "/docs/problems/x"), 404, "not_found")


def test_an_asset_is_compressed_for_browsers_and_kept(api: Api) -> None:
    path = script(api)
    plain = api.request("GET", path)

    answer = api.request("GET", path, headers={"Accept-Encoding": BROWSER})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.body == plain.body  # urllib3 has decompressed it
    assert int(answer.headers["Content-Length"]) < len(plain.body) / 3


@pytest.mark.parametrize("codings", ["br", "gzip;q=0", "br, gzip;q=0.5", "identity"])
def test_a_caller_that_prefers_another_coding_gets_the_plain_text(api: Api, codings: str) -> None:
    answer = api.request("GET", "/openapi.json", headers={"Accept-Encoding": codings})

    assert "Content-Encoding" not in answer.headers
    assert answer.json()["openapi"] == "3.0.3"


def test_a_short_answer_is_not_compressed(api: Api) -> None:
    answer = api.request("GET", "/health", headers={"Accept-Encoding": BROWSER})

    assert "Content-Encoding" not in answer.headers
    assert len(gzip.compress(answer.body)) > 0.9 * len(answer.body)
