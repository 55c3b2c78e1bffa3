"""The template as CloudFormation gets it."""

from copy import deepcopy
from typing import Any

import pytest
from samtranslator.translator.transform import transform  # type: ignore[import-untyped]
from tests.contract.documents import CONTRACT, TEMPLATE


class NoManagedPolicies:
    """Stands in for the list that SAM gets from IAM: our functions name no managed policy."""

    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture(scope="package", params=TEMPLATE["Parameters"]["Stage"]["AllowedValues"])
def stack(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What CloudFormation is given for a stage: the include inlined, SAM's resources expanded."""
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
