"""template.yaml becomes a clean stack with the contract inside, and allows no more than needed."""

import json
import re
import tomllib
from typing import Any

import pytest
from cfnlint.api import lint  # type: ignore[import-untyped]
from local.aws.template import resources_of_type
from tests.builders import ROOT
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

from teppan.store.webhooks.listing import LISTED

each_function = pytest.mark.parametrize("name", FUNCTIONS)
each_secured = pytest.mark.parametrize(
    "operation", [each for each in complete() if each.is_secured], ids=lambda each: each.id
)

USER_POOL = TEMPLATE["Resources"]["UserPool"]["Properties"]
CLIENT = TEMPLATE["Resources"]["UserPoolClient"]["Properties"]
SECOND_FACTOR_CLIENT = TEMPLATE["Resources"]["SecondFactorClient"]["Properties"]

SECRETS = {
    "CURSOR_SECRET_ARN",
    "PSEUDONYM_SECRET_ARN",
    "STRIPE_API_KEY_ARN",
    "STRIPE_WEBHOOK_SECRET_ARN",
    "USER_POOL_CLIENT_SECRET_ARN",
}
"""The variables that name a secret."""

SPARSE = {"GSI3", "GSI4"}
"""The indexes that tell a job which bookings to look at, and nothing of them."""


def test_the_stack_is_clean(stack: dict[str, Any]) -> None:
    assert not [
        f"{match.rule.id} {match.path}: {match.message}" for match in lint(json.dumps(stack))
    ]


def test_the_template_includes_the_contract() -> None:
    include = TEMPLATE["Resources"]["Api"]["Properties"]["DefinitionBody"]["Fn::Transform"]
    assert include == {"Name": "AWS::Include", "Parameters": {"Location": "openapi.yaml"}}


@each_function
def test_functions_may_do_exactly_what_is_named(name: str) -> None:
    for statement in _statements(name):
        assert statement.keys() == {"Effect", "Action", "Resource"}
        assert statement["Effect"] == "Allow"
        assert not [action for action in statement["Action"] if "*" in action]
        assert "*" not in json.dumps(statement["Resource"])


@each_function
def test_functions_are_told_of_what_they_may_use_and_of_nothing_else(name: str) -> None:
    told = FUNCTIONS[name]["Properties"].get("Environment", {}).get("Variables", {})
    used = {"dynamodb": {"TABLE_NAME"}, "cognito-idp": {"USER_POOL_ID"}, "secretsmanager": SECRETS}
    # The pool's trigger learns its pool from its event.
    if name.removesuffix("Function") not in map(pascal, called_by(POOL)):
        for service, variables in used.items():
            assert (service in _services(name)) == bool(variables & told.keys()), service
    told_secrets = [told[each] for each in sorted(SECRETS & told.keys())]
    assert told_secrets == _resources(name, "secretsmanager:GetSecretValue")


@each_secured
def test_secured_functions_can_ask_whether_the_session_has_ended(operation: Operation) -> None:
    name = pascal(operation.served_by) + "Function"
    told = FUNCTIONS[name]["Properties"]["Environment"]["Variables"]
    # The gateway's authorizer takes tokens of every client of the pool, ours of one.
    assert told["USER_POOL_CLIENT_ID"] == {"Ref": "UserPoolClient"}
    assert _resources(name, "dynamodb:BatchGetItem") == [{"Fn::GetAtt": ["Table", "Arn"]}]


def test_the_client_is_known_where_tokens_are_read_or_issued_and_nowhere_else() -> None:
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


def test_passwords_are_measured_by_their_length_alone() -> None:
    policy = USER_POOL["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] == SCHEMAS["Register"]["properties"]["password"]["minLength"]
    assert {name: value for name, value in policy.items() if name.startswith("Require")} == {
        "RequireLowercase": False,
        "RequireUppercase": False,
        "RequireNumbers": False,
        "RequireSymbols": False,
    }
    for name in ("Register", "ConfirmRegistration", "ConfirmPasswordReset"):
        properties = SCHEMAS[name]["properties"]
        chosen = properties.get("new_password") or properties["password"]
        assert (chosen["minLength"], chosen["maxLength"]) == (12, 99)


def test_people_sign_in_with_an_address_they_have_proved() -> None:
    assert USER_POOL["UsernameAttributes"] == USER_POOL["AutoVerifiedAttributes"] == ["email"]
    assert USER_POOL["UsernameConfiguration"] == {"CaseSensitive": False}
    changes = USER_POOL["UserAttributeUpdateSettings"]["AttributesRequireVerificationBeforeUpdate"]
    assert changes == ["email"]
    assert USER_POOL["AccountRecoverySetting"] == {
        "RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]
    }
    assert USER_POOL["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": False}


def test_the_pool_is_hard_to_lose() -> None:
    resource = TEMPLATE["Resources"]["UserPool"]
    assert USER_POOL["DeletionProtection"] == {"Fn::If": ["IsLocal", "INACTIVE", "ACTIVE"]}
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_the_mail_says_what_the_code_is_for_and_how_long_it_is_good() -> None:
    template = USER_POOL["VerificationMessageTemplate"]
    text = template["EmailMessage"]
    assert template["DefaultEmailOption"] == "CONFIRM_WITH_CODE"
    assert template["EmailSubject"] == "Your Teppan code"
    assert text.count("{####}") == 1
    for needed in ("confirm your new account", "24 hours", "new password", "1 hour", "ignore"):
        assert needed in " ".join(text.split())


def test_mail_comes_from_the_identity_that_is_named_or_from_cognito() -> None:
    assert TEMPLATE["Conditions"]["HasSender"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "SenderIdentityArn"}, ""]}]
    }
    condition, ours, cognitos = USER_POOL["EmailConfiguration"]["Fn::If"]
    assert condition == "HasSender"
    assert ours["EmailSendingAccount"] == "DEVELOPER"
    assert cognitos == {"EmailSendingAccount": "COGNITO_DEFAULT"}


def test_a_second_factor_is_optional_and_an_admin_needs_it_in_production() -> None:
    assert (USER_POOL["MfaConfiguration"], USER_POOL["EnabledMfas"]) == (
        "OPTIONAL",
        ["SOFTWARE_TOKEN_MFA"],
    )
    assert USER_POOL["UserPoolTier"] == "ESSENTIALS"
    assert USER_POOL["LambdaConfig"] == {
        "PreTokenGenerationConfig": {
            "LambdaArn": {"Fn::GetAtt": ["CustomizeTokensFunction", "Arn"]},
            "LambdaVersion": "V2_0",
        }
    }
    function = FUNCTIONS["CustomizeTokensFunction"]["Properties"]
    assert TEMPLATE["Conditions"]["IsProd"] == {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
    assert function["Environment"]["Variables"] == {
        "ADMIN_MFA": {"Fn::If": ["IsProd", "required", "optional"]},
        "SECOND_FACTOR_CLIENT_NAME": SECOND_FACTOR_CLIENT["ClientName"],
    }
    # Cognito waits 5 s.
    assert function["Timeout"] < 5


def test_accounts_are_managed_where_it_is_needed_and_nowhere_else() -> None:
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


def test_the_trigger_may_look_at_accounts_and_the_names_of_clients_and_do_nothing_else() -> None:
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


def test_no_client_of_the_pool_is_public() -> None:
    clients = resources_of_type(TEMPLATE, "AWS::Cognito::UserPoolClient")
    assert clients.keys() == {"UserPoolClient", "SecondFactorClient"}
    for client in clients.values():
        assert client["Properties"]["GenerateSecret"] is True
        assert client["Properties"]["PreventUserExistenceErrors"] == "ENABLED"
        assert client["Properties"]["EnableTokenRevocation"] is True
        # An empty list is Cognito's default: every standard attribute.
        assert client["Properties"]["WriteAttributes"] == ["email"]
    assert CLIENT["ExplicitAuthFlows"] == ["ALLOW_USER_PASSWORD_AUTH"]


def test_the_secret_of_the_client_is_the_one_that_cognito_made() -> None:
    kept = TEMPLATE["Resources"]["UserPoolClientSecret"]["Properties"]
    assert kept["SecretString"] == {"Fn::GetAtt": ["UserPoolClient", "ClientSecret"]}


def test_operators_set_up_second_factors_with_aws_credentials_and_short_sessions() -> None:
    assert SECOND_FACTOR_CLIENT["ExplicitAuthFlows"] == ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    units = SECOND_FACTOR_CLIENT["TokenValidityUnits"]
    assert (SECOND_FACTOR_CLIENT["AccessTokenValidity"], units["AccessToken"]) == (5, "minutes")
    assert (SECOND_FACTOR_CLIENT["IdTokenValidity"], units["IdToken"]) == (5, "minutes")
    # Cognito takes no less.
    assert (SECOND_FACTOR_CLIENT["RefreshTokenValidity"], units["RefreshToken"]) == (1, "hours")


def test_sessions_are_short_rotating_and_revocable() -> None:
    units = CLIENT["TokenValidityUnits"]
    assert (CLIENT["AccessTokenValidity"], units["AccessToken"]) == (15, "minutes")
    assert (CLIENT["IdTokenValidity"], units["IdToken"]) == (15, "minutes")
    assert (CLIENT["RefreshTokenValidity"], units["RefreshToken"]) == (30, "days")
    assert CLIENT["EnableTokenRevocation"] is True
    rotation = CLIENT["RefreshTokenRotation"]
    assert rotation == {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60}
    # And the contract says so, wherever it says it.
    refresh = CONTRACT["paths"]["/api/v1/auth/refresh"]["post"]
    for text in (CONTRACT["info"]["description"], refresh["description"]):
        told = re.findall(r"valid for (\d+)\s+seconds", text)
        assert told == [str(rotation["RetryGracePeriodSeconds"])]


def test_the_groups_are_the_roles() -> None:
    groups = resources_of_type(TEMPLATE, "AWS::Cognito::UserPoolGroup").values()
    names = {group["Properties"]["GroupName"] for group in groups}
    assert names == frozenset().union(*(each.roles for each in operations()))


@pytest.mark.parametrize(
    "name",
    sorted(
        {*resources_of_type(TEMPLATE, "AWS::SecretsManager::Secret")} - {"UserPoolClientSecret"}
    ),
)
def test_secrets_are_generated_and_long(name: str) -> None:
    generated = TEMPLATE["Resources"][name]["Properties"]["GenerateSecretString"]
    assert generated["PasswordLength"] >= 64


def test_every_public_operation_on_accounts_has_a_throttle_of_its_own() -> None:
    for operation in operations():
        if operation.path.startswith("/api/v1/auth/"):
            assert ("x-teppan-throttle" in operation.spec) != operation.is_secured


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
    assert json.loads(log).keys() >= {"gateway_request_id", "method", "resource", "status"}
    for personal in ("identity", "authorizer", "claims", "context.path", "querystring"):
        assert personal not in log


def test_the_indexes_hold_what_a_list_shows_or_only_keys() -> None:
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
            assert sorted(projection["NonKeyAttributes"]) == sorted(shown)


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


def _statements(name: str) -> list[dict[str, Any]]:
    policies = FUNCTIONS[name]["Properties"].get("Policies", [])
    return [statement for policy in policies for statement in policy["Statement"]]


def _services(name: str) -> set[str]:
    actions = (action for statement in _statements(name) for action in statement["Action"])
    return {action.partition(":")[0] for action in actions}


def _resources(name: str, action: str) -> list[Any]:
    """Return what a function may do `action` on."""
    named = [each["Resource"] for each in _statements(name) if action in each["Action"]]
    return [one for each in named for one in (each if isinstance(each, list) else [each])]
