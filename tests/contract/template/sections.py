"""The expected values of the template's sections other than the resources."""

from collections.abc import Mapping
from typing import Any, Final

from tests.contract.template.expectations import (
    Check,
    get_att,
    proved_by,
    ref,
    sentence,
    sub,
    when,
)

NAMESPACE: Final = "Teppan"
"""The namespace of our metrics, the same for functions and alarms."""

SERVICE: Final = "teppan"
"""The value of the dimension `service`."""


def _text(default: str, pattern: str) -> dict[str, Any]:
    return {
        "Type": "String",
        "Description": sentence,
        "Default": default,
        "AllowedPattern": pattern,
    }


def _choice(default: Any, *values: Any, of: str = "String") -> dict[str, Any]:
    return {
        "Type": of,
        "Description": sentence,
        "Default": default,
        "AllowedValues": list(values),
    }


_DAYS: Final = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731)
_HTTPS_ORIGIN: Final = r"https://[a-z0-9.-]+(:[0-9]{1,5})?"
_SECRET_NAME: Final = "[A-Za-z0-9/_+=.@-]+"
_LOCAL_ORIGIN: Final = r"http://(localhost|127\.0\.0\.1):[0-9]{1,5}"
_CACHE_NETWORK: Final = ("CacheSubnetIds", "CacheSecurityGroupIds")
_PARAMETERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Stage": _choice("dev", "local", "dev", "staging", "prod"),
    "AllowedOrigins": _text("", rf"^({_HTTPS_ORIGIN}(,{_HTTPS_ORIGIN})*)?$"),
    "LocalOrigins": _text(
        "http://localhost:3000,http://localhost:5173", rf"^{_LOCAL_ORIGIN}(,{_LOCAL_ORIGIN})*$"
    ),
    "AllowCredentials": _choice("false", "true", "false"),
    "FirewallEnabled": _choice("true", "true", "false"),
    "ServiceVersion": _text("", r"^[0-9A-Za-z.+-]{1,64}$")
    | {
        "Default": proved_by(
            "test_template.py::test_template_contract_and_project_have_the_same_version"
        )
    },
    "DocsEnabled": _choice("true", "true", "false"),
    "Architecture": _choice("arm64", "arm64", "x86_64"),
    "LogLevel": _choice("INFO", "DEBUG", "INFO", "WARNING", "ERROR"),
    "LogRetentionDays": _choice(14, *_DAYS, of="Number"),
    "SenderIdentityArn": _text("", r"^(arn:[a-z-]+:ses:[a-z0-9-]+:[0-9]{12}:identity/\S+)?$"),
    "SenderAddress": {
        "Type": "String",
        "Description": sentence,
        "Default": "Teppan <no-reply@teppan.example>",
    },
    "CacheUrlSecret": _text(
        "",
        rf"^({_SECRET_NAME}|arn:[a-z-]+:secretsmanager:[a-z0-9-]+:[0-9]{{12}}:secret:{_SECRET_NAME})?$",
    ),
    "CacheSubnetIds": _text("", "^(subnet-[0-9a-f]+(,subnet-[0-9a-f]+)*)?$"),
    "CacheSecurityGroupIds": _text("", "^(sg-[0-9a-f]+(,sg-[0-9a-f]+)*)?$"),
    "StripeApiBase": _text("https://api.stripe.com", "^https?://[a-z0-9.-]+(:[0-9]{1,5})?$"),
    "FrontendHeaders": _choice("off", "on", "off"),
    "SentryOrigin": _text("", rf"^({_HTTPS_ORIGIN})?$"),
    "AwsEndpointUrl": _text("", "^(http://[a-z0-9.-]+:[0-9]{1,5})?$"),
    "AlarmEmail": _text("", r"^([^@\s]+@[^@\s]+)?$"),
}

_FUNCTION: Final[Mapping[str, Any]] = {
    "Runtime": "python3.13",
    "Architectures": [ref("Architecture")],
    "Handler": "app.handler",
    "MemorySize": 1024,
    "Timeout": 14,
    "Tracing": when("IsLocal", "PassThrough", "Active"),
    "Layers": [ref("RuntimeLayer"), ref("CoreLayer")],
    "Environment": {
        "Variables": {
            "STAGE": ref("Stage"),
            "AWS_ENDPOINT_URL": when("IsLocal", ref("AwsEndpointUrl"), ref("AWS::NoValue")),
            "SERVICE_VERSION": ref("ServiceVersion"),
            "ALLOWED_ORIGINS": when("IsLocal", ref("LocalOrigins"), ref("AllowedOrigins")),
            "ALLOW_CREDENTIALS": ref("AllowCredentials"),
            "POWERTOOLS_SERVICE_NAME": SERVICE,
            "POWERTOOLS_METRICS_NAMESPACE": NAMESPACE,
            "POWERTOOLS_LOG_LEVEL": ref("LogLevel"),
            "POWERTOOLS_TRACE_DISABLED": when("IsLocal", "true", "false"),
        }
    },
}

_OUTPUTS: Final[Mapping[str, Any]] = {
    "ApiUrl": sub("https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/${Stage}"),
    "ApiId": ref("Api"),
    "TableName": ref("Table"),
    "TableStreamArn": get_att("Table", "StreamArn"),
    "UserPoolId": ref("UserPool"),
    "UserPoolClientId": ref("UserPoolClient"),
    "CursorSecretArn": get_att("CursorSecret", "Id"),
    "StripeWebhookUrl": get_att("StripeWebhookFunctionUrl", "FunctionUrl"),
    "StripeApiKeySecretArn": get_att("StripeApiKeySecret", "Id"),
    "StripeWebhookSecretArn": get_att("StripeWebhookSecret", "Id"),
    "FailureQueueUrl": ref("FailureQueue"),
    "AlarmTopicArn": ref("AlarmTopic"),
    "AccessLogGroupName": ref("ApiAccessLogGroup"),
    "SentryOrigin": ref("SentryOrigin"),
    "CustomerSiteHeadersPolicyId": ref("CustomerSiteHeadersPolicy"),
    "AdminConsoleHeadersPolicyId": ref("AdminConsoleHeadersPolicy"),
    "FunctionNamePrefix": sub("${AWS::StackName}-"),
}

_CONDITIONAL_OUTPUTS: Final[Mapping[str, str]] = {
    "SentryOrigin": "HasSentryOrigin",
    "CustomerSiteHeadersPolicyId": "HasFrontendHeaders",
    "AdminConsoleHeadersPolicyId": "HasFrontendHeaders",
}


def _stage_is(name: str) -> dict[str, list[Any]]:
    return {"Fn::Equals": [ref("Stage"), name]}


def _is_empty(parameter: str) -> dict[str, list[Any]]:
    return {"Fn::Equals": [ref(parameter), ""]}


def _is_given(parameter: str) -> dict[str, list[Any]]:
    return {"Fn::Not": [_is_empty(parameter)]}


def _group_each_parameter(groups: list[dict[str, Any]]) -> bool:
    named = [name for group in groups for name in group["Parameters"]]
    labels = [group["Label"].keys() for group in groups]
    return sorted(named) == sorted(_PARAMETERS) and labels == [{"default"}] * len(groups)


SECTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Metadata": {
        "cfn-lint.config.ignore_checks": ["W1033"],
        "AWS::CloudFormation::Interface.ParameterGroups": Check(
            "each parameter in one group with a label", _group_each_parameter
        ),
    },
    "Parameters": {
        f"{name}.{member}": wanted
        for name, members in _PARAMETERS.items()
        for member, wanted in members.items()
    },
    "Conditions": {
        "IsLocal": _stage_is("local"),
        "IsProd": _stage_is("prod"),
        "HasFirewall": {
            "Fn::And": [
                {"Fn::Not": [_stage_is("local")]},
                {"Fn::Equals": [ref("FirewallEnabled"), "true"]},
            ]
        },
        "HasSender": _is_given("SenderIdentityArn"),
        "HasFrontendHeaders": {"Fn::Equals": [ref("FrontendHeaders"), "on"]},
        "HasSentryOrigin": _is_given("SentryOrigin"),
        "HasAlarmEmail": _is_given("AlarmEmail"),
        "HasSharedCache": _is_given("CacheUrlSecret"),
    },
    "Rules": {
        "StripeIsStripe.RuleCondition": {"Fn::Not": [_stage_is("local")]},
        "StripeIsStripe.Assertions": [
            {
                "Assert": {"Fn::Equals": [ref("StripeApiBase"), "https://api.stripe.com"]},
                "AssertDescription": "StripeApiBase may differ from https://api.stripe.com"
                " in the stage `local` only.",
            }
        ],
        "SharedCacheHasNetwork.RuleCondition": _is_given("CacheUrlSecret"),
        "SharedCacheHasNetwork.Assertions": [
            {
                "Assert": _is_given(name),
                "AssertDescription": f"CacheUrlSecret needs {name}.",
            }
            for name in _CACHE_NETWORK
        ],
        "NetworkHasSharedCache.RuleCondition": _is_empty("CacheUrlSecret"),
        "NetworkHasSharedCache.Assertions": [
            {
                "Assert": _is_empty(name),
                "AssertDescription": f"{name} needs CacheUrlSecret.",
            }
            for name in _CACHE_NETWORK
        ],
    },
    "Globals": {
        "Api.OpenApiVersion": "3.0.3",
        **{f"Function.{name}": wanted for name, wanted in _FUNCTION.items()},
    },
    "Outputs": {
        path: wanted
        for name, value in _OUTPUTS.items()
        for path, wanted in ((f"{name}.Description", sentence), (f"{name}.Value", value))
    }
    | {f"{name}.Condition": condition for name, condition in _CONDITIONAL_OUTPUTS.items()},
}

WHOLE: Final[Mapping[str, Any]] = {
    "AWSTemplateFormatVersion": "2010-09-09",
    "Transform": "AWS::Serverless-2016-10-31",
    "Description": sentence,
    **{
        name: proved_by("test_expectations.py::test_a_section_of_the_template_is_as_its_table")
        for name in SECTIONS
    },
    "Resources": proved_by("test_expectations.py::test_a_resource_of_the_template_is_as_its_table"),
}
"""The sections of the template by name."""
