"""The user pool: its password rules, its mails and the validity of its sessions."""

import re

from local.aws.template import resources_of_type
from tests.contract.documents import CONTRACT, FUNCTIONS, SCHEMAS, TEMPLATE, operations

USER_POOL = TEMPLATE["Resources"]["UserPool"]["Properties"]
CLIENT = TEMPLATE["Resources"]["UserPoolClient"]["Properties"]
SECOND_FACTOR_CLIENT = TEMPLATE["Resources"]["SecondFactorClient"]["Properties"]


def test_a_password_must_have_a_length_and_no_kinds_of_characters() -> None:
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


def test_the_mail_states_what_the_code_is_for_and_how_long_it_is_valid() -> None:
    template = USER_POOL["VerificationMessageTemplate"]
    text = template["EmailMessage"]
    assert template["DefaultEmailOption"] == "CONFIRM_WITH_CODE"
    assert template["EmailSubject"] == "Your Teppan code"
    assert text.count("{####}") == 1
    for needed in ("confirm your new account", "24 hours", "new password", "1 hour", "ignore"):
        assert needed in " ".join(text.split())


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
    # Cognito waits 5 s for its trigger.
    assert function["Timeout"] < 5


def test_access_tokens_are_valid_15_minutes_and_refresh_tokens_rotate() -> None:
    units = CLIENT["TokenValidityUnits"]
    assert (CLIENT["AccessTokenValidity"], units["AccessToken"]) == (15, "minutes")
    assert (CLIENT["IdTokenValidity"], units["IdToken"]) == (15, "minutes")
    assert (CLIENT["RefreshTokenValidity"], units["RefreshToken"]) == (30, "days")
    assert CLIENT["EnableTokenRevocation"] is True
    rotation = CLIENT["RefreshTokenRotation"]
    assert rotation == {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60}
    # And the contract has the same figures.
    refresh = CONTRACT["paths"]["/api/v1/auth/refresh"]["post"]
    for text in (CONTRACT["info"]["description"], refresh["description"]):
        told = re.findall(r"valid for (\d+)\s+seconds", text)
        assert told == [str(rotation["RetryGracePeriodSeconds"])]


def test_the_groups_of_the_user_pool_are_the_roles_of_the_contract() -> None:
    groups = resources_of_type(TEMPLATE, "AWS::Cognito::UserPoolGroup").values()
    names = {group["Properties"]["GroupName"] for group in groups}
    assert names == frozenset().union(*(each.roles for each in operations()))
