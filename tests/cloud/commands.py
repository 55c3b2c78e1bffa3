"""Run our commands as developers do, and replace the deployed stack of a stage."""

import os
import subprocess
import sys

import pytest
from local.aws.stack import STACK
from local.description import CLOUD_VARIABLE
from local.paths import ROOT
from tests.cloud.conftest import RunningCloud


def run_module(
    *arguments: str, cloud: RunningCloud | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `python -m` in the checkout, for `cloud`."""
    environment = {"PYTHONPATH": "layers/core/python"}
    if cloud is not None:
        environment[CLOUD_VARIABLE] = str(cloud.path)
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=os.environ | environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


def invoke(cloud: RunningCloud, name: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `make invoke F=<name>` without make."""
    return run_module("local.commands.invoke", *options, name, cloud=cloud)


def stand_in_for_a_stage(cloud: RunningCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the cloud's stack for every stage of samconfig.toml."""
    aws = {
        "AWS_ENDPOINT_URL": cloud.description.aws_endpoint_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    for name, text in aws.items():
        monkeypatch.setenv(name, text)
    stack = {
        "global": {"parameters": {"region": cloud.description.region}},
        "deploy": {"parameters": {"stack_name": STACK}},
    }
    monkeypatch.setattr("operations.stages.section_of", lambda _: stack)
