"""template.yaml becomes a clean stack with the contract inside, and allows no more than needed."""

import json
import tomllib
from copy import deepcopy
from typing import Any

import pytest
from cfnlint.api import lint  # type: ignore[import-untyped]
from samtranslator.translator.transform import transform  # type: ignore[import-untyped]
from tests.builders import ROOT
from tests.contract.documents import CONTRACT, FUNCTIONS, SCHEMAS, TEMPLATE, operations

each_function = pytest.mark.parametrize("name", FUNCTIONS)


class NoManagedPolicies:
    """Stands in for the list that SAM gets from IAM: our functions name no managed policy."""

    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture(scope="module", params=TEMPLATE["Parameters"]["Stage"]["AllowedValues"])
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


def test_the_stack_is_clean(stack: dict[str, Any]) -> None:
    assert not [
        f"{match.rule.id} {match.path}: {match.message}" for match in lint(json.dumps(stack))
    ]


def test_the_template_includes_the_contract() -> None:
    include = TEMPLATE["Resources"]["Api"]["Properties"]["DefinitionBody"]["Fn::Transform"]
    assert include == {"Name": "AWS::Include", "Parameters": {"Location": "openapi.yaml"}}


@each_function
def test_functions_may_do_exactly_what_is_named(name: str) -> None:
    policies = FUNCTIONS[name]["Properties"].get("Policies", [])
    for statement in (each for policy in policies for each in policy["Statement"]):
        assert statement.keys() == {"Effect", "Action", "Resource"}
        assert statement["Effect"] == "Allow"
        assert not [action for action in statement["Action"] if "*" in action]
        assert "*" not in json.dumps(statement["Resource"])


@each_function
def test_functions_are_told_of_what_they_may_use_and_of_nothing_else(name: str) -> None:
    properties = FUNCTIONS[name]["Properties"]
    allowed = json.dumps(properties.get("Policies", []))
    told = properties.get("Environment", {}).get("Variables", {})
    assert ("dynamodb:" in allowed) == ("TABLE_NAME" in told)
    assert ("secretsmanager:" in allowed) == ("CURSOR_SECRET_ARN" in told)


def test_the_throttles_are_the_ones_that_the_contract_tells() -> None:
    # Given
    settings = TEMPLATE["Resources"]["Api"]["Properties"]["MethodSettings"]
    limits = {
        (each["HttpMethod"], each["ResourcePath"].removeprefix("/").replace("~1", "/")): {
            "rate": each["ThrottlingRateLimit"],
            "burst": each["ThrottlingBurstLimit"],
        }
        for each in settings
    }
    # When
    default = limits.pop(("*", "*"))
    told = {
        (each.method, each.path): each.spec["x-teppan-throttle"]
        for each in operations()
        if "x-teppan-throttle" in each.spec
    }
    # Then
    assert limits == told
    everything = f"{default['rate']} a second with bursts of {default['burst']}"
    assert everything in " ".join(CONTRACT["info"]["description"].split())


def test_the_access_log_knows_nobody() -> None:
    log = TEMPLATE["Resources"]["Api"]["Properties"]["AccessLogSetting"]["Format"]
    assert json.loads(log).keys() >= {"request_id", "method", "resource", "status"}
    for personal in ("identity", "authorizer", "claims", "context.path", "querystring"):
        assert personal not in log


def test_the_indexes_hold_what_a_list_shows() -> None:
    indexes = TEMPLATE["Resources"]["Table"]["Properties"]["GlobalSecondaryIndexes"]
    assert [index["IndexName"] for index in indexes] == ["GSI1", "GSI2"]
    for index in indexes:
        projected = index["Projection"]["NonKeyAttributes"]
        assert sorted(projected) == sorted(SCHEMAS["BookingSummary"]["properties"])


def test_there_is_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert TEMPLATE["Parameters"]["ServiceVersion"]["Default"] == project["version"]
    assert CONTRACT["info"]["version"] == project["version"]


def test_stages_differ_in_their_name_and_parameters_only() -> None:
    # Given
    config = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    del config["version"]
    parameters = {}
    # When
    for name, stage in config.items():
        deploy = stage["deploy"]["parameters"]
        overrides = dict(each.split("=", 1) for each in deploy.pop("parameter_overrides"))
        assert deploy.pop("stack_name") == f"teppan-{overrides['Stage']}"
        parameters[name] = overrides
    # Then
    assert {name: each["Stage"] for name, each in parameters.items()} == {
        "default": "dev",
        "staging": "staging",
        "prod": "prod",
    }
    assert len({tuple(each) for each in parameters.values()}) == 1
    assert config["default"] == config["staging"] == config["prod"]
