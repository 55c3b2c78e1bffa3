"""Fixtures with the template in the form that CloudFormation gets."""

from copy import deepcopy
from typing import Any

import pytest
from samtranslator.translator.transform import transform  # type: ignore[import-untyped]
from tests.contract.documents import CONTRACT, TEMPLATE


class NoManagedPolicies:
    """An empty list in place of IAM's managed policies, which our functions do not use."""

    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture(scope="package", params=TEMPLATE["Parameters"]["Stage"]["AllowedValues"])
def stack(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return a stage's template with the contract included and SAM's resources expanded."""
    template = deepcopy(TEMPLATE)
    for resource in template["Resources"].values():
        for uri in ("CodeUri", "ContentUri"):
            if uri in resource.get("Properties", {}):
                resource["Properties"][uri] = "s3://bucket/key"
    template["Resources"]["Api"]["Properties"]["DefinitionBody"] = deepcopy(CONTRACT)
    values = {name: parameter["Default"] for name, parameter in TEMPLATE["Parameters"].items()} | {
        "Stage": request.param
    }
    expanded: dict[str, Any] = transform(template, values, NoManagedPolicies())
    return expanded
