"""The deployed stacks in samconfig.toml, read with the AWS credentials of the environment."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.client import BaseClient
from local.aws.stack import outputs_of
from local.errors import CommandError
from local.paths import SAMCONFIG


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed stack: its region and its outputs."""

    region: str
    outputs: Mapping[str, str]

    def client(self, service: str) -> BaseClient:
        """Return a boto3 client of `service` in the stack's region."""
        client: BaseClient = boto3.client(service, self.region)
        return client


def deployed(stage: str) -> Stack:
    """Return the stack of a stage. Raises CommandError when there is no such stage."""
    section = section_of(stage)
    region = section["global"]["parameters"]["region"]
    name = section["deploy"]["parameters"]["stack_name"]
    return Stack(region, outputs_of(boto3.client("cloudformation", region), name))


def section_of(stage: str) -> dict[str, Any]:
    """Return the section of a stage in samconfig.toml; `dev` is the section `default`."""
    sections = {
        section["deploy"]["parameters"]["stack_name"].removeprefix("teppan-"): section
        for section in tomllib.loads(SAMCONFIG.read_text(encoding="utf-8")).values()
        if isinstance(section, dict)
    }
    if stage not in sections:
        raise CommandError(f"There is no stage {stage!r}: choose {', '.join(sections)}.")
    return sections[stage]
