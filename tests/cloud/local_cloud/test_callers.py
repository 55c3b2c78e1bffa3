"""The local cloud serves programs of this machine; web pages and containers only in part."""

import socket
import time
from collections.abc import Callable, Iterator
from ipaddress import IPv4Interface
from typing import Any
from urllib.parse import urlsplit

import pytest
import urllib3
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError
from local.aws.emulator import Aws
from local.containers import bridge
from local.containers.bridge import forward_from_bridge
from local.processes import CONTAINERS_HOST, HOST
from tests.cloud.conftest import RunningCloud

BRIDGE = "127.0.0.3"
"""An address of this machine in place of Docker's bridge."""
ANOTHER = "127.0.0.5"
"""An address of this machine at which nothing of ours listens."""
EVIL = "https://evil.example"
FUNCTIONS = "/2015-03-31/functions"

type ClientOf = Callable[[str, str], BaseClient]


@pytest.fixture
def http() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(retries=False, timeout=30) as pool:
        yield pool


def port_of(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port


class TestAddresses:
    def test_the_servers_listen_on_one_address_only(self, cloud: RunningCloud) -> None:
        for url in (cloud.description.aws_endpoint_url, cloud.description.stripe_url):
            with pytest.raises(OSError, match=r"refused|assign|timed out"):
                socket.create_connection((ANOTHER, port_of(url)), timeout=10).close()


class TestHost:
    @pytest.mark.parametrize(
        "host",
        ["evil.example", "127.0.0.1.evil.example", "xn--x.lambda-url.us-west-2.on.aws", "", "[::1"],
    )
    def test_a_host_that_is_not_this_machines_is_refused(
        self, cloud: RunningCloud, http: urllib3.PoolManager, host: str
    ) -> None:
        url = cloud.description.aws_endpoint_url
        for path in ("/_ministack/ready", "/_aws/execute-api/teppan/local/health", FUNCTIONS):
            headers = {"Host": host and f"{host}:{port_of(url)}"}
            answer = http.request("GET", f"{url}{path}", headers=headers)

            assert answer.status == 403
            assert answer.json() == {"message": "The local cloud has no such Host."}

    def test_localhost_is_this_machine(
        self, cloud: RunningCloud, http: urllib3.PoolManager
    ) -> None:
        url = cloud.description.api_url
        headers = {"Host": f"localhost:{port_of(url)}"}

        assert http.request("GET", f"{url}/health", headers=headers).status == 200


class TestWebPage:
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
            ("OPTIONS", FUNCTIONS),
            ("POST", FUNCTIONS),
            ("POST", "/_ministack/reset"),
            ("POST", "/_ministack/config"),
            ("GET", "/_ministack/ses/messages"),
            ("POST", "/"),
            ("POST", "/_aws/execute-api/teppan"),
            ("POST", "/_aws/lambda-url/"),
            ("POST", "/restapis/teppan/local/_user_request_/health"),
        ],
    )
    def test_a_page_reaches_nothing_but_apis_and_function_urls(
        self,
        cloud: RunningCloud,
        http: urllib3.PoolManager,
        method: str,
        path: str,
        headers: dict[str, str],
    ) -> None:
        plain = {"Content-Type": "text/plain"}
        url = f"{cloud.description.aws_endpoint_url}{path}"
        answer = http.request(method, url, headers=plain | headers, body=b"{}", redirect=False)

        assert answer.status == 403
        assert answer.json() == {"message": "A web page reaches only the API."}
        assert "Access-Control-Allow-Origin" not in answer.headers

    def test_a_signed_request_of_a_page_creates_no_function(self, cloud: RunningCloud) -> None:
        client = sending(Aws(cloud.description.aws_endpoint_url), "lambda", {"Origin": EVIL})

        assert refusal_of(client) == "A web page reaches only the API."

    @pytest.mark.parametrize("path", ["nothing/x", "..", "../.."])
    def test_a_path_below_the_api_is_for_nothing_else(
        self, cloud: RunningCloud, http: urllib3.PoolManager, path: str
    ) -> None:
        # urllib3 takes "/../" out of a URL, and leaves it in the path of a pool.
        pool = http.connection_from_url(cloud.description.aws_endpoint_url)
        headers = {"Origin": EVIL, "X-Amz-Target": "DynamoDB_20120810.ListTables"}
        answer = pool.urlopen(
            "POST", f"/_aws/execute-api/{path}{FUNCTIONS}", headers=headers, body=b"{}"
        )

        assert (answer.status, answer.json()) == (404, {"message": "Not Found"})

    def test_a_page_opens_no_web_socket(
        self, cloud: RunningCloud, http: urllib3.PoolManager
    ) -> None:
        upgrade = {
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        }
        url = f"{cloud.description.aws_endpoint_url}/_aws/execute-api/teppan/local"

        assert http.request("GET", url, headers=upgrade).status == 403


class TestContainer:
    """The emulator, seen through the forwarder."""

    @pytest.fixture
    def client(self, cloud: RunningCloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClientOf]:
        """Return a function that makes a client of a service, which sends a Host."""
        monkeypatch.setattr(bridge, "bridge_interface", lambda: IPv4Interface(f"{BRIDGE}/8"))
        port = port_of(cloud.description.aws_endpoint_url)
        with forward_from_bridge([port], pytest.fail):
            wait_for(BRIDGE, port)
            yield lambda service, host: sending(
                Aws(f"http://{BRIDGE}:{port}"), service, {"Host": f"{host}:{port}"}
            )

    @pytest.mark.parametrize("host", [HOST, "localhost", CONTAINERS_HOST])
    def test_a_container_runs_no_code_on_this_machine(self, client: ClientOf, host: str) -> None:
        reason = "A container reaches only the services that the functions call."

        assert refusal_of(client("lambda", host)) == reason
        for service, call in (("iam", "list_users"), ("cloudformation", "list_stacks")):
            with pytest.raises(ResponseParserError, match=reason):  # these answer in XML
                getattr(client(service, host), call)()

    @pytest.mark.parametrize("host", [HOST, CONTAINERS_HOST])
    def test_a_container_reaches_the_services_of_the_functions(
        self, cloud: RunningCloud, client: ClientOf, host: str
    ) -> None:
        assert cloud.description.table in client("dynamodb", host).list_tables()["TableNames"]
        assert client("cognito-idp", host).list_user_pools(MaxResults=1)["UserPools"]
        assert client("secretsmanager", host).list_secrets()["SecretList"]

    @pytest.mark.usefixtures("client")
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "/_ministack/reset"),
            ("GET", "/_ministack/ses/messages"),
            ("GET", "/_aws/execute-api/teppan/local/health"),
            ("POST", "/?Action=ListUsers&Version=2010-05-08"),
            ("POST", FUNCTIONS),
        ],
    )
    def test_the_name_of_a_service_opens_no_other_path(
        self,
        cloud: RunningCloud,
        http: urllib3.PoolManager,
        method: str,
        path: str,
    ) -> None:
        port = port_of(cloud.description.aws_endpoint_url)
        headers = {
            "Host": f"{CONTAINERS_HOST}:{port}",
            "X-Amz-Target": "DynamoDB_20120810.ListTables",
        }
        answer = http.request(method, f"http://{BRIDGE}:{port}{path}", headers=headers)

        assert answer.status == 403
        assert "A container reaches only" in answer.json()["message"]

    @pytest.mark.usefixtures("client")
    def test_two_targets_are_refused(self, cloud: RunningCloud, http: urllib3.PoolManager) -> None:
        port = port_of(cloud.description.aws_endpoint_url)
        headers = urllib3.HTTPHeaderDict({"Host": f"{CONTAINERS_HOST}:{port}"})
        headers.add("X-Amz-Target", "AWSLambda.CreateFunction")
        headers.add("X-Amz-Target", "DynamoDB_20120810.ListTables")

        answer = http.request("POST", f"http://{BRIDGE}:{port}/", headers=headers)

        assert answer.status == 403


def sending(aws: Aws, service: str, headers: dict[str, str]) -> BaseClient:
    """Return a client of the emulator's root user, which signs and sends these headers too."""

    def add(request: Any, **_: Any) -> None:
        for name, text in headers.items():
            request.headers[name] = text

    client = aws.client(service)
    client.meta.events.register("before-sign", add)
    return client


def refusal_of(client: BaseClient) -> str:
    """Return the reason for which a client of Lambda cannot create a function."""
    with pytest.raises(ClientError) as error:
        client.create_function(
            FunctionName="attack",
            Runtime="python3.13",
            Role="arn:aws:iam::000000000000:role/attack",
            Handler="attack.handler",
            Code={"ZipFile": b"PK"},
        )
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    reason: str = error.value.response["Error"]["Message"]
    return reason


def wait_for(address: str, port: int) -> None:
    """Wait until the forwarder listens."""
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection((address, port), timeout=10).close()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        else:
            return
