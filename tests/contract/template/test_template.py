"""template.yaml makes a valid stack with the contract, and gives only the needed rights."""

import json
import tomllib
from typing import Any

import pytest
from cfnlint.api import lint  # type: ignore[import-untyped]
from tests.builders import ROOT
from tests.contract.conftest import STAGES, expanded
from tests.contract.documents import (
    CONTRACT,
    FUNCTIONS,
    POOL,
    SCHEMAS,
    TEMPLATE,
    Operation,
    called_by,
    operations,
    pascal,
)
from tests.contract.places import complete, complete_functions
from tests.sizes import SIZES

from teppan.store import keys
from teppan.store.webhooks.listing import LISTED

each_function = pytest.mark.parametrize("name", FUNCTIONS)
each_secured = pytest.mark.parametrize(
    "operation", [each for each in complete() if each.is_secured], ids=lambda each: each.id
)


SECRETS = {
    "CURSOR_SECRET_ARN",
    "PSEUDONYM_SECRET_ARN",
    "STRIPE_API_KEY_ARN",
    "STRIPE_WEBHOOK_SECRET_ARN",
    "USER_POOL_CLIENT_SECRET_ARN",
}
"""The variables that name a secret."""

SPARSE = {"GSI3", "GSI4"}
"""The indexes with keys only, from which jobs read the ids of bookings."""


@pytest.mark.parametrize("stack", STAGES[-SIZES.linted_stages :], indirect=True)
def test_the_stack_of_each_stage_passes_cfn_lint(stack: dict[str, Any]) -> None:
    assert not [
        f"{match.rule.id} {match.path}: {match.message}" for match in lint(json.dumps(stack))
    ]


def test_the_processed_template_stays_far_below_the_limit_of_cloudformation() -> None:
    """1,000,000 bytes; how they are counted is not public, so this counts them generously.

    A contract of 180 KB was refused once it was processed (public reports).
    """
    assert len(json.dumps(expanded("prod"), indent=4).encode()) <= 500_000


def test_the_template_includes_the_contract() -> None:
    include = TEMPLATE["Resources"]["Api"]["Properties"]["DefinitionBody"]["Fn::Transform"]
    assert include == {"Name": "AWS::Include", "Parameters": {"Location": "openapi.yaml"}}


@each_function
def test_a_policy_of_a_function_names_actions_and_resources_without_wildcards(name: str) -> None:
    for statement in _statements(name):
        assert statement.keys() - {"Condition"} == {"Effect", "Action", "Resource"}
        assert statement["Effect"] == "Allow"
        assert not [action for action in statement["Action"] if "*" in action]
        assert "*" not in json.dumps(statement["Resource"])


def test_the_check_of_the_database_may_use_one_item_only() -> None:
    partition, _ = keys.health()
    conditions = {
        name: [each["Condition"] for each in _statements(name) if "Condition" in each]
        for name in FUNCTIONS
    }
    assert {name: found for name, found in conditions.items() if found} == {
        "GetDatabaseHealthFunction": [
            {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [partition]}}
        ]
    }


@each_function
def test_the_variables_of_a_function_name_exactly_what_its_policy_allows(name: str) -> None:
    told = FUNCTIONS[name]["Properties"].get("Environment", {}).get("Variables", {})
    used = {"dynamodb": {"TABLE_NAME"}, "cognito-idp": {"USER_POOL_ID"}, "secretsmanager": SECRETS}
    # The pool's trigger gets the pool's id from its event.
    if name.removesuffix("Function") not in map(pascal, called_by(POOL)):
        for service, variables in used.items():
            assert (service in _services(name)) == bool(variables & told.keys()), service
    told_secrets = [told[each] for each in sorted(SECRETS & told.keys())]
    assert told_secrets == _resources(name, "secretsmanager:GetSecretValue")
    assert ("STRIPE_API_BASE" in told) == ("STRIPE_API_KEY_ARN" in told)


@each_function
def test_a_function_has_the_layer_of_a_package_if_it_imports_from_it(name: str) -> None:
    properties = FUNCTIONS[name]["Properties"]
    source = (ROOT / properties["CodeUri"] / "app.py").read_text(encoding="utf-8")
    layers = properties.get("Layers", [])
    own = [each for each in layers if each != {"Ref": "CacheLayer"}]
    imported = [each for each in ("Docs", "Payments") if f"teppan_{each.lower()}" in source]
    assert own == [{"Ref": f"{each}Layer"} for each in imported]


@each_function
def test_a_function_has_the_layer_of_the_cache_if_it_may_share_one(name: str) -> None:
    properties = FUNCTIONS[name]["Properties"]
    variables = properties.get("Environment", {}).get("Variables", {})
    assert ("CACHE_URL" in variables) == ({"Ref": "CacheLayer"} in properties.get("Layers", []))


@each_secured
def test_a_secured_function_may_check_whether_the_session_has_ended(operation: Operation) -> None:
    name = pascal(operation.served_by) + "Function"
    told = FUNCTIONS[name]["Properties"]["Environment"]["Variables"]
    # The authorizer accepts tokens of every client of the pool, our check those of one.
    assert told["USER_POOL_CLIENT_ID"] == {"Ref": "UserPoolClient"}
    allowed = _resources(name, "dynamodb:BatchGetItem")
    assert allowed == [{"Fn::GetAtt": ["Table", "Arn"]}], (
        f"{name} in template.yaml lacks dynamodb:BatchGetItem on the table, with which a secured "
        "operation checks whether the session has ended"
    )


def test_only_functions_that_read_or_issue_tokens_know_the_app_client() -> None:
    assert {
        name
        for name, function in FUNCTIONS.items()
        if name in complete_functions()
        and "USER_POOL_CLIENT_ID" in json.dumps(function["Properties"].get("Environment", {}))
    } == {
        pascal(each.served_by) + "Function"
        for each in complete()
        if each.is_secured or each.path.startswith("/api/v1/auth/")
    }


def test_five_functions_have_exactly_the_rights_on_the_user_pool_that_they_use() -> None:
    rights = {
        name: sorted(statement["Action"])
        for name in FUNCTIONS
        for statement in _statements(name)
        if statement["Resource"] == {"Fn::GetAtt": ["UserPool", "Arn"]}
    }
    assert rights == {
        "ConfirmPasswordResetFunction": [
            "cognito-idp:AdminGetUser",
            "cognito-idp:AdminUserGlobalSignOut",
        ],
        "ConfirmRegistrationFunction": [
            "cognito-idp:AdminGetUser",
            "cognito-idp:AdminSetUserPassword",
            "cognito-idp:AdminUserGlobalSignOut",
        ],
        "GetMeFunction": ["cognito-idp:AdminGetUser"],
        "RequestPasswordResetFunction": [
            "cognito-idp:AdminGetUser",
            "cognito-idp:AdminSetUserPassword",
            "cognito-idp:AdminUpdateUserAttributes",
        ],
        "CreateBookingFunction": ["cognito-idp:AdminGetUser"],
    }


def test_the_token_trigger_may_only_read_accounts_and_client_names() -> None:
    assert "Policies" not in FUNCTIONS["CustomizeTokensFunction"]["Properties"]
    policy = TEMPLATE["Resources"]["CustomizeTokensPolicy"]["Properties"]
    assert policy["Roles"] == [{"Ref": "CustomizeTokensFunctionRole"}]
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["cognito-idp:AdminGetUser", "cognito-idp:ListUserPoolClients"],
            "Resource": {"Fn::GetAtt": ["UserPool", "Arn"]},
        }
    ]


def test_the_account_operations_have_throttles_except_those_that_only_read() -> None:
    without = {
        each.id
        for each in operations()
        if each.path.startswith("/api/v1/auth/") and "x-teppan-throttle" not in each.spec
    }
    assert without == {"getMe"}


def test_the_throttles_of_the_api_are_those_of_the_contract() -> None:
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


def test_the_access_log_has_these_fields_and_none_that_is_personal() -> None:
    log = TEMPLATE["Resources"]["Api"]["Properties"]["AccessLogSetting"]["Format"]
    assert json.loads(log) == {
        "time": "$context.requestTime",
        "gateway_request_id": "$context.requestId",
        "trace_id": "$context.xrayTraceId",
        "stage": "$context.stage",
        "method": "$context.httpMethod",
        "resource": "$context.resourcePath",
        "status": "$context.status",
        "latency_ms": "$context.responseLatency",
        "integration_status": "$context.integration.status",
        "integration_latency_ms": "$context.integration.latency",
        "response_bytes": "$context.responseLength",
        "error": "$context.error.responseType",
    }
    for personal in ("identity", "authorizer", "claims", "context.path", "querystring"):
        assert personal not in log


def test_an_index_projects_what_its_list_shows_or_only_keys() -> None:
    indexes = {
        index["IndexName"]: index["Projection"]
        for index in TEMPLATE["Resources"]["Table"]["Properties"]["GlobalSecondaryIndexes"]
    }
    assert indexes.keys() == {"GSI1", "GSI2"} | SPARSE
    for name, projection in indexes.items():
        if name in SPARSE:
            assert projection == {"ProjectionType": "KEYS_ONLY"}
        else:
            shown = {*SCHEMAS["BookingSummary"]["properties"], *(LISTED if name == "GSI2" else ())}
            assert set(projection["NonKeyAttributes"]) == shown, name
            assert len(projection["NonKeyAttributes"]) == len(shown), f"{name} lists one twice"


def test_template_contract_and_project_have_the_same_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert TEMPLATE["Parameters"]["ServiceVersion"]["Default"] == project["version"]
    assert CONTRACT["info"]["version"] == project["version"]


def _statements(name: str) -> list[dict[str, Any]]:
    properties = FUNCTIONS[name]["Properties"]
    policies = properties.get("Policies", [])
    if "Role" in properties:
        own = TEMPLATE["Resources"].get(name.removesuffix("Function") + "Policy")
        policies = [own["Properties"]["PolicyDocument"]] if own else []
    return [statement for policy in policies for statement in policy["Statement"]]


def _services(name: str) -> set[str]:
    actions = (action for statement in _statements(name) for action in statement["Action"])
    return {action.partition(":")[0] for action in actions}


def _resources(name: str, action: str) -> list[Any]:
    """Return the resources on which a function may do `action`."""
    named = [each["Resource"] for each in _statements(name) if action in each["Action"]]
    return [one for each in named for one in (each if isinstance(each, list) else [each])]
