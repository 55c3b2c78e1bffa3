"""`sam local invoke` runs our functions in Lambda's container, against the local cloud.

Where no Docker engine runs, these tests are skipped; in CI that is a failure.
"""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from local.containers.engine import require_image
from local.errors import CommandError
from local.paths import ROOT
from local.processes import CONTAINERS_HOST, HOST
from tests.cloud.commands import invoke
from tests.cloud.conftest import RunningCloud
from tests.contract.documents import FUNCTIONS

KINDS = {
    "set_slot_capacity": r"^200$",
    "create_payment_intent": r"^201$",
    "stripe_webhook": r"^200$",
    "customize_tokens": r"groupsToOverride",
    "reconcile_payments": r"^It returned nothing\.$",
    "follow_up_payments": r'"batchItemFailures": \[\]',
}
"""A function of each kind, with its answer: an endpoint, one that calls Stripe, the function URL,
Cognito's trigger, a scheduled job and the job of the table's stream."""


@pytest.fixture
def engine(cloud: RunningCloud) -> str:
    """The name of Lambda's base image or of its stand-in, on a Docker engine that runs."""
    try:
        return require_image()
    except CommandError as error:
        if "CI" in os.environ:
            pytest.fail(str(error))
        pytest.skip(f"not run: {error} On Debian: apt-get install docker.io, then dockerd.")


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("function", KINDS)
def test_make_invoke_runs_a_function_in_a_container(cloud: RunningCloud, function: str) -> None:
    output = invoke(cloud, function, "--docker")

    assert output.returncode == 0, output.stderr
    assert re.search(KINDS[function], output.stdout, re.MULTILINE), output.stdout
    assert "inside runtime container" in output.stdout


@pytest.mark.usefixtures("engine")
def test_the_printed_line_runs_the_function_in_a_container(cloud: RunningCloud) -> None:
    line = invoke(cloud, "list_bookings").stdout.splitlines()[-1]

    answer = subprocess.run(
        ["sh", "-c", line], cwd=ROOT, check=True, capture_output=True, text=True, timeout=120
    )

    assert json.loads(answer.stdout)["statusCode"] == 200


ATTACK = """
import sys, urllib.error, urllib.request
address, *hosts = sys.argv[1:]
for host in hosts:
    for path in ("/2015-03-31/functions", "/_ministack/reset", "/_aws/execute-api/teppan/local"):
        request = urllib.request.Request(address + path, b"{}", {"Host": host}, method="POST")
        try:
            print(urllib.request.urlopen(request, timeout=30).status)
        except urllib.error.HTTPError as error:
            print(error.code, error.read().decode())
"""


def test_a_container_cannot_create_a_function_or_empty_the_cloud(
    cloud: RunningCloud, engine: str
) -> None:
    address = cloud.description.aws_endpoint_url.replace(HOST, CONTAINERS_HOST)
    image = ["--entrypoint", "/var/lang/bin/python3.13", engine]
    mapped = ["--add-host", f"{CONTAINERS_HOST}:host-gateway"]
    hosts = [HOST, "localhost", CONTAINERS_HOST]

    answer = subprocess.run(
        ["docker", "run", "--rm", "--interactive", *mapped, *image, "-", address, *hosts],
        input=ATTACK,
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )

    reason = "A container reaches only the services that the functions call."
    assert answer.stdout.splitlines() == [f'403 {{"message": "{reason}"}}'] * 9


def test_containers_get_the_deployed_variables_with_addresses_that_they_reach(
    cloud: RunningCloud,
) -> None:
    directory = Path(cloud.description.directory)
    variables = json.loads((directory / "variables.json").read_text(encoding="utf-8"))
    here = cloud.description.aws_endpoint_url

    assert variables.keys() == FUNCTIONS.keys()
    for each in variables.values():
        assert each["AWS_ENDPOINT_URL"] == here.replace(HOST, CONTAINERS_HOST)
        assert HOST not in str(each)
    assert variables["CreateBookingFunction"]["TABLE_NAME"] == cloud.description.table
