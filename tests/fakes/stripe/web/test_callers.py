"""The fake serves programs of this machine and its own pages, and containers in part."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import urllib3
from local.fakes.stripe.fake import FakeStripe
from local.processes import CONTAINERS_HOST, FORWARDER
from tests.fakes.stripe.given import Caller, intent, paid
from tests.fakes.stripe.serving import served

EVIL = "https://evil.example"
KEY = {"Authorization": "Bearer sk_test_fake"}


@pytest.fixture
def url(fake: FakeStripe) -> Iterator[str]:
    with served(fake) as url:
        yield url


@pytest.fixture
def http() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(retries=False, timeout=5) as pool:
        yield pool


@pytest.fixture
def container() -> Iterator[urllib3.PoolManager]:
    """A client that connects as the forwarder does for a container."""
    with urllib3.PoolManager(retries=False, timeout=5, source_address=(FORWARDER, 0)) as pool:
        yield pool


def port_of(url: str) -> str:
    return f":{urlsplit(url).port}"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "abc.on.aws"])
def test_another_host_is_refused(url: str, http: urllib3.PoolManager, host: str) -> None:
    for path in ("/", "/v1/refunds", "/_fake/health"):
        headers = {"Host": f"{host}{port_of(url)}", "Origin": f"http://{host}{port_of(url)}"}
        answer = http.request("GET", f"{url}{path}", headers=headers)

        assert (answer.status, answer.data) == (400, b"Invalid host header")


def test_this_machine_has_two_names(url: str, http: urllib3.PoolManager) -> None:
    host = {"Host": f"localhost{port_of(url)}"}

    assert http.request("GET", f"{url}/", headers=host).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": EVIL},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_fake/faults"),
        ("GET", "/_fake/pay"),
        ("POST", "/actions/dispute"),
        ("POST", "/v1/payment_intents"),
        ("POST", "/"),
    ],
)
def test_a_request_of_a_foreign_page_is_refused(
    url: str, http: urllib3.PoolManager, method: str, path: str, headers: dict[str, str]
) -> None:
    body = b"{}" if method == "POST" else None
    plain = KEY | {"Content-Type": "text/plain"}
    answer = http.request(method, f"{url}{path}", body=body, headers=plain | headers)

    assert (answer.status, answer.data) == (403, b"The request is not of one of our pages.")


def test_a_foreign_page_pays_for_nobody(
    fake: FakeStripe, url: str, http: urllib3.PoolManager
) -> None:
    identifier = intent(Caller(fake))
    secret = Caller(fake).get(f"/v1/payment_intents/{identifier}")["client_secret"]

    def pay(origin: str) -> int:
        page = f"{url}/checkout/{secret}"
        headers = {"Origin": origin}
        body = b"card=4242424242424242"
        return http.request("POST", page, body=body, headers=headers, redirect=False).status

    assert pay(EVIL) == 403
    assert fake.all_objects("payment_intents")[0]["status"] == "requires_payment_method"
    assert pay(url) == 303
    assert fake.all_objects("payment_intents")[0]["status"] == "succeeded"


def test_a_page_of_the_shop_may_lead_to_the_checkout_and_to_the_dashboard(
    fake: FakeStripe, url: str, http: urllib3.PoolManager
) -> None:
    identifier = intent(Caller(fake))
    secret = Caller(fake).get(f"/v1/payment_intents/{identifier}")["client_secret"]
    navigation = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}

    for path in ("/", f"/checkout/{secret}"):
        assert http.request("GET", f"{url}{path}", headers=navigation).status == 200


@pytest.mark.parametrize("host", ["127.0.0.1", CONTAINERS_HOST])
def test_a_container_reaches_the_api_only(
    fake: FakeStripe, url: str, container: urllib3.PoolManager, host: str
) -> None:
    payment = paid(fake)
    headers = KEY | {"Host": f"{host}{port_of(url)}"}

    listed = container.request("GET", f"{url}/v1/payment_intents/{payment}", headers=headers)
    assert listed.status == 200
    for path in ("/", "/_fake/health", "/_fake/dispute", "/actions/dispute", "/checkout/x"):
        refused = container.request("POST", f"{url}{path}", headers=headers)
        assert (refused.status, refused.data) == (403, b"A container reaches only the API.")
    assert fake.all_objects("disputes") == []


def test_a_container_is_known_by_its_host_too(url: str, http: urllib3.PoolManager) -> None:
    headers = {"Host": f"{CONTAINERS_HOST}{port_of(url)}"}

    assert http.request("GET", f"{url}/_fake/health", headers=headers).status == 403


def test_a_header_does_not_hide_a_container(url: str, container: urllib3.PoolManager) -> None:
    headers = {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1"}

    assert container.request("GET", f"{url}/_fake/health", headers=headers).status == 403
