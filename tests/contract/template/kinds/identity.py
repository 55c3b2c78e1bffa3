"""The expected values of the user pool, its scope, clients, groups and trigger's rights."""

from typing import Final

from tests.contract.template.expectations import (
    ABSENT,
    Kind,
    Row,
    get_att,
    proved_by,
    ref,
    sentence,
    sub,
    when,
)
from tests.contract.template.kinds.data import KEPT

_POOL: Final = {"Properties.UserPoolId": ref("UserPool")}

USER_POOLS: Final = Kind(
    "AWS::Cognito::UserPool",
    "UserPool",
    KEPT
    | {
        "Properties.UserPoolName": sub("${AWS::StackName}"),
        "Properties.UserPoolTier": "ESSENTIALS",
        "Properties.DeletionProtection": when("IsLocal", "INACTIVE", "ACTIVE"),
        "Properties.UsernameAttributes": ["email"],
        "Properties.UsernameConfiguration": {"CaseSensitive": False},
        "Properties.AutoVerifiedAttributes": ["email"],
        "Properties.UserAttributeUpdateSettings": {
            "AttributesRequireVerificationBeforeUpdate": ["email"]
        },
        "Properties.AdminCreateUserConfig": {"AllowAdminCreateUserOnly": False},
        "Properties.AccountRecoverySetting": {
            "RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]
        },
        "Properties.MfaConfiguration": "OPTIONAL",
        "Properties.EnabledMfas": ["SOFTWARE_TOKEN_MFA"],
        "Properties.Policies.PasswordPolicy": {
            "MinimumLength": 12,
            "RequireLowercase": False,
            "RequireUppercase": False,
            "RequireNumbers": False,
            "RequireSymbols": False,
            "TemporaryPasswordValidityDays": 3,
        },
        "Properties.EmailConfiguration": when(
            "HasSender",
            {
                "EmailSendingAccount": "DEVELOPER",
                "SourceArn": ref("SenderIdentityArn"),
                "From": ref("SenderAddress"),
            },
            {"EmailSendingAccount": "COGNITO_DEFAULT"},
        ),
        "Properties.VerificationMessageTemplate.DefaultEmailOption": "CONFIRM_WITH_CODE",
        "Properties.VerificationMessageTemplate.EmailSubject": "Your Teppan code",
        "Properties.VerificationMessageTemplate.EmailMessage": proved_by(
            "test_user_pool.py::test_the_mail_states_what_the_code_is_for_and_how_long_it_is_valid"
        ),
        "Properties.LambdaConfig.PreTokenGenerationConfig": {
            "LambdaArn": get_att("CustomizeTokensFunction", "Arn"),
            "LambdaVersion": "V2_0",
        },
    },
)

RESOURCE_SERVERS: Final = Kind(
    "AWS::Cognito::UserPoolResourceServer",
    "ResourceServer",
    _POOL
    | {
        # tests/unit/identity/test_scopes.py compares identifier and scope with the contract.
        "Properties.Identifier": "teppan",
        "Properties.Name": "The Teppan API",
        "Properties.Scopes": [
            {
                "ScopeName": "api",
                "ScopeDescription": "Every operation that the account's role allows.",
            }
        ],
    },
)

CLIENTS: Final = Kind(
    "AWS::Cognito::UserPoolClient",
    "Client",
    _POOL
    | {
        "Properties.ClientName": sub("${AWS::StackName}"),
        "Properties.GenerateSecret": True,
        "Properties.ExplicitAuthFlows": ["ALLOW_USER_PASSWORD_AUTH"],
        "Properties.ReadAttributes": ["email", "email_verified"],
        # An empty list would mean the default, every standard attribute.
        "Properties.WriteAttributes": ["email"],
        "Properties.PreventUserExistenceErrors": "ENABLED",
        "Properties.EnableTokenRevocation": True,
        "Properties.RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60},
        "Properties.AccessTokenValidity": 15,
        "Properties.IdTokenValidity": 15,
        "Properties.RefreshTokenValidity": 30,
        "Properties.TokenValidityUnits": {
            "AccessToken": "minutes",
            "IdToken": "minutes",
            "RefreshToken": "days",
        },
    },
    {
        "SecondFactorClient": Row(
            "operators use it, with AWS credentials and for minutes: nothing to rotate",
            {
                "Properties.ClientName": sub("${AWS::StackName}-second-factor"),
                "Properties.ExplicitAuthFlows": ["ALLOW_ADMIN_USER_PASSWORD_AUTH"],
                "Properties.RefreshTokenRotation": ABSENT,
                "Properties.AccessTokenValidity": 5,
                "Properties.IdTokenValidity": 5,
                # Cognito's minimum.
                "Properties.RefreshTokenValidity": 1,
                "Properties.TokenValidityUnits": {
                    "AccessToken": "minutes",
                    "IdToken": "minutes",
                    "RefreshToken": "hours",
                },
            },
        ),
    },
)

GROUPS: Final = Kind(
    "AWS::Cognito::UserPoolGroup",
    "Group",
    _POOL
    | {
        "Properties.GroupName": "<name>",
        "Properties.Description": sentence,
        "Properties.Precedence": 10,
    },
    {
        "AdminGroup": Row(
            "who is in both groups is an admin: the lowest number comes first",
            {"Properties.Precedence": 1},
        ),
    },
)

POLICIES: Final = Kind(
    "AWS::IAM::Policy",
    "Policy",
    {
        "Properties.PolicyName": sub("${AWS::StackName}-<name>"),
        "Properties.Roles": [ref("<Name>FunctionRole")],
        "Properties.PolicyDocument.Version": "2012-10-17",
        "Properties.PolicyDocument.Statement": proved_by(
            "test_template.py::test_the_token_trigger_may_only_read_accounts_and_client_names"
        ),
    },
    {
        "SearchAvailabilityPolicy": Row(
            "its role is a resource of ours, not SAM's",
            {
                "Properties.Roles": [ref("<Name>Role")],
                "Properties.PolicyDocument.Statement": proved_by(
                    "tests/functions/permissions/test_permissions.py"
                    "::test_a_function_may_call_what_it_is_seen_to_call_and_nothing_else"
                ),
            },
        ),
    },
)

KINDS: Final = (USER_POOLS, RESOURCE_SERVERS, CLIENTS, GROUPS, POLICIES)
