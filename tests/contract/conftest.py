"""Fixtures with the template in the form that CloudFormation gets."""

from copy import deepcopy
from functools import cache
from typing import Any, Final

import pytest
from samtranslator.translator.transform import transform  # type: ignore[import-untyped]
from tests.contract.documents import DEPLOYED, TEMPLATE

STAGES: Final[list[str]] = TEMPLATE["Parameters"]["Stage"]["AllowedValues"]


class NoManagedPolicies:
    """An empty list in place of IAM's managed policies, which our functions do not use."""

    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture(params=STAGES)
def stack(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return a stage's template with the contract included and SAM's resources expanded."""
    return deepcopy(expanded(request.param))


@cache
def expanded(stage: str) -> dict[str, Any]:
    template = deepcopy(TEMPLATE)
    for resource in template["Resources"].values():
        for uri in ("CodeUri", "ContentUri"):
            if uri in resource.get("Properties", {}):
                resource["Properties"][uri] = "s3://bucket/key"
    template["Resources"]["Api"]["Properties"]["DefinitionBody"] = deepcopy(DEPLOYED)
    values = {name: parameter["Default"] for name, parameter in TEMPLATE["Parameters"].items()} | {
        "Stage": stage
    }
    stack: dict[str, Any] = transform(template, values, NoManagedPolicies())
    return stack
