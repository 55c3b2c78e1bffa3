"""API Gateway's own responses: all are deployed, and those that can be provoked have our form."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest
from local.api import Answer, Api
from local.aws.artifacts import Artifact
from local.aws.stack import API_ID, STAGE
from tests.cloud.conftest import RunningCloud
from tests.cloud.local_cloud.archive import archive
from tests.cloud.local_cloud.test_gateway import assert_problem
from tests.contract.documents import GATEWAY_RESPONSES, JSON

from teppan.http.cors import EXPOSED
from teppan.http.headers import SECURITY

BEFORE_THE_FUNCTION: dict[str, tuple[Callable[[Api], Answer], int, str]] = {
    "UNAUTHORIZED": (lambda api: api.request("GET", "/api/v1/bookings"), 401, "unauthorized"),
    "MISSING_AUTHENTICATION_TOKEN": (lambda api: api.request("GET", "/no/path"), 404, "not_found"),
    "BAD_REQUEST_PARAMETERS": (
        lambda api: api.request("GET", "/api/v1/availability"),
        400,
        "missing_parameter",
    ),
}

FAILURES = {
    "crashes": "def handler(event, context):\n    raise ValueError\n",
    "exits": "import os\ndef handler(event, context):\n    os._exit(1)\n",
    "cannot be imported": "import no_such_module\n",
    "returns a text": "def handler(event, context):\n    return 'ok'\n",
    "times out": "import time\ndef handler(event, context):\n    time.sleep(60)\n",
}
"""Functions without a response that API Gateway could send."""


def assert_headers_of_the_gateway(answer: Answer) -> None:
    expected = dict(SECURITY) | {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": EXPOSED,
        "Content-Type": "application/problem+json",
    }
    assert {name: answer.headers.get(name) for name in expected} == expected


@pytest.mark.parametrize("kind", GATEWAY_RESPONSES)
def test_a_response_of_the_contract_is_deployed(cloud: RunningCloud, kind: str) -> None:
    declared = GATEWAY_RESPONSES[kind]

    deployed = cloud.client("apigateway").get_gateway_response(restApiId=API_ID, responseType=kind)

    assert deployed["statusCode"] == str(declared["statusCode"])
    assert deployed["responseParameters"] == declared["responseParameters"]
    assert deployed["responseTemplates"].keys() == {JSON}


@pytest.mark.parametrize("kind", BEFORE_THE_FUNCTION)
def test_a_refusal_of_the_gateway_has_our_form_and_headers(api: Api, kind: str) -> None:
    provoke, status, code = BEFORE_THE_FUNCTION[kind]

    answer = provoke(api)

    assert_problem(answer, status, code)
    assert_headers_of_the_gateway(answer)


@pytest.fixture
def throttled(cloud: RunningCloud) -> Iterator[None]:
    """GET /health takes no request."""
    set_limit = partial(cloud.client("apigateway").update_stage, restApiId=API_ID, stageName=STAGE)
    limits = [f"/health/GET/throttling/{name}" for name in ("rateLimit", "burstLimit")]
    set_limit(patchOperations=[{"op": "replace", "path": each, "value": "0"} for each in limits])
    yield
    set_limit(patchOperations=[{"op": "remove", "path": "/health/GET"}])


@pytest.mark.usefixtures("throttled")
def test_a_request_beyond_the_limit_of_its_operation_is_told_when_to_repeat(api: Api) -> None:
    answer = api.request("GET", "/health")

    assert_problem(answer, 429, "too_many_requests")
    assert_headers_of_the_gateway(answer)
    assert answer.headers["Retry-After"] == "1"


@pytest.fixture
def broken(cloud: RunningCloud) -> Iterator[Callable[[str], None]]:
    """Return a function that replaces the code of GET /health; the code is restored afterwards."""
    if cloud.running is None:
        pytest.skip("another process has started the cloud: its functions are not changed")
    deployment = cloud.running.deployment
    before = deployment.current

    def install(source: str) -> None:
        artifact = Artifact(archive({"app.py": source}), digest=source)
        artifacts = {**before.artifacts, "GetHealthFunction": artifact}
        deployment.update(replace(before, artifacts=artifacts))

    yield install
    deployment.update(before)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failed_function_is_a_502_that_may_be_repeated(
    api: Api, broken: Callable[[str], None], failure: str
) -> None:
    broken(FAILURES[failure])

    answer = api.request("GET", "/health")

    assert_problem(answer, 502, "integration_failed")
    assert_headers_of_the_gateway(answer)
    assert failure not in answer.body.decode()
