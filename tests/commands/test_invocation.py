"""`make invoke DOCKER=1` and its printed line: what `sam local invoke` gets."""

import json
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from local.containers.engine import base_image, stand_in_image
from local.containers.invocation import command_line, run_in_container, write_event
from local.containers.sam_config import write_sam_config
from local.description import Description
from local.errors import CommandError
from local.paths import ROOT
from tests.commands.developer import require_no_account, set_account, write_program

SAM = """\
import json, os, sys
print(json.dumps({"environment": dict(os.environ), "arguments": sys.argv[1:]}))
"""
DOCKER = """\
import sys
if sys.argv[1] == "pull":
    sys.exit("no pull is allowed")
if sys.argv[1] == "image" and sys.argv[-1] in IMAGES:
    print("6376c9411997")
"""
ENDPOINT = "http://127.0.0.1:4566"

type WithImages = Callable[..., None]


@pytest.fixture
def with_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WithImages:
    """Return a function that puts a fake in docker's place, which has some images."""

    def install(*images: str) -> None:
        write_program(tmp_path / "docker", DOCKER.replace("IMAGES", repr(images)))
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    return install


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, with_images: WithImages) -> Description:
    """A cloud with one deployed function, seen by a developer with an AWS account."""
    monkeypatch.setattr("local.containers.invocation.SAM", write_program(tmp_path / "sam", SAM))
    set_account(monkeypatch)
    with_images(base_image())
    directory = tmp_path / 'a "cloud"'
    (directory / "build").mkdir(parents=True)
    (directory / "build" / "template.yaml").touch()
    functions = [{"FunctionName": "teppan-local-get_health", "Environment": {"Variables": {}}}]
    write_sam_config(aws_with(functions), {"AwsEndpointUrl": ENDPOINT}, directory)
    write_event(directory, "get_health", {})
    return Description(
        *("http://api", ENDPOINT, "us-west-2", "table", "pool", "client"),
        *("http://stripe", "http://webhook", None, str(directory)),
        users={},
    )


def aws_with(functions: list[dict[str, Any]]) -> Any:
    pages = SimpleNamespace(paginate=lambda: [{"Functions": functions}])
    client = SimpleNamespace(get_paginator=lambda _: pages)
    return SimpleNamespace(region="us-west-2", client=lambda _: client)


def run_line(line: str) -> Any:
    answer = subprocess.run(["sh", "-c", line], cwd=ROOT, check=True, capture_output=True)
    return json.loads(answer.stdout)


def test_sam_and_the_container_get_the_emulators_credentials_only(cloud: Description) -> None:
    result, _ = run_in_container(cloud, "get_health")

    environment = result["environment"]
    require_no_account(environment)
    assert {name: text for name, text in environment.items() if name.startswith("AWS_")} == {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": ENDPOINT,
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    assert environment["NO_PROXY"] == environment["no_proxy"] == "127.0.0.1,localhost"


def test_a_developers_exceptions_from_the_proxy_stay(
    cloud: Description, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet.example")

    result, _ = run_in_container(cloud, "get_health")

    assert result["environment"]["no_proxy"] == "intranet.example,127.0.0.1,localhost"


def test_the_printed_line_does_the_same(cloud: Description) -> None:
    line = command_line(cloud, "get_health")

    result = run_line(line)

    environment = result["environment"]
    assert not {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"} & environment.keys()
    assert environment["AWS_ACCESS_KEY_ID"] == environment["AWS_SECRET_ACCESS_KEY"] == "test"
    assert environment["AWS_ENDPOINT_URL"] == ENDPOINT
    assert result["arguments"] == run_in_container(cloud, "get_health")[0]["arguments"]


def test_the_base_image_is_sams_default(cloud: Description, with_images: WithImages) -> None:
    with_images(base_image(), stand_in_image())

    assert "--invoke-image" not in run_in_container(cloud, "get_health")[0]["arguments"]
    assert "--invoke-image" not in command_line(cloud, "get_health")


def test_the_stand_in_is_named_where_the_base_image_is_missing(
    cloud: Description, with_images: WithImages
) -> None:
    with_images(stand_in_image())

    arguments = run_in_container(cloud, "get_health")[0]["arguments"]

    assert arguments[-2:] == ["--invoke-image", stand_in_image()]
    assert run_line(command_line(cloud, "get_health"))["arguments"] == arguments
    assert not stand_in_image().startswith("public.ecr.aws")


def test_the_line_is_printed_without_docker(
    cloud: Description, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_docker = command_line(cloud, "get_health")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))

    assert command_line(cloud, "get_health") == with_docker


def test_a_function_that_is_not_deployed_is_refused(cloud: Description) -> None:
    with pytest.raises(CommandError, match=r"^create_booking is not deployed: try again when"):
        run_in_container(cloud, "create_booking")


def test_the_config_has_the_addresses_also_for_a_function_without_variables(
    tmp_path: Path,
) -> None:
    directory = tmp_path / 'folder "1" of é\\'
    directory.mkdir()
    parameters = {
        "Stage": "local",
        "AwsEndpointUrl": ENDPOINT,
        "StripeApiBase": f"{ENDPOINT[:-1]}7",
    }

    write_sam_config(aws_with([]), parameters, directory)

    config = tomllib.loads((directory / "samconfig.toml").read_text(encoding="utf-8"))
    options = config["default"]["local_invoke"]["parameters"]
    assert options["parameter_overrides"] == [
        "Stage=local",
        "AwsEndpointUrl=http://host.docker.internal:4566",
        "StripeApiBase=http://host.docker.internal:4567",
    ]
    assert options["template_file"] == str(directory / "build" / "template.yaml")
    assert options["env_vars"] == str(directory / "variables.json")
    assert options["add_host"] == ["host.docker.internal:host-gateway"]
    assert options["skip_pull_image"] is True


def test_only_the_developer_can_read_an_event_with_its_token(cloud: Description) -> None:
    directory = Path(cloud.directory)
    path = write_event(directory, "get_health", {"token": "long ago"})
    path.chmod(0o644)

    write_event(directory, "get_health", {"token": "new"})

    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text(encoding="utf-8")) == {"token": "new"}
