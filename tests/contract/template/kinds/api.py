"""The expected values of the API, its log role, its permissions and the firewalls."""

from typing import Any, Final

from tests.contract.template.expectations import (
    ABSENT,
    EXCEPT_LOCALLY,
    Check,
    Kind,
    Row,
    get_att,
    proved_by,
    ref,
    sub,
    when,
)
from tests.contract.template.firewall_groups import BODIES, LIMITS, LISTS
from tests.contract.template.kinds.data import KEPT

NEVER_LOGGED: Final = {"MetricsEnabled": True, "LoggingLevel": "OFF", "DataTraceEnabled": False}
"""Execution logs could contain headers and bodies, and so personal data."""

_METHOD: Final = {"HttpMethod", "ResourcePath", "ThrottlingRateLimit", "ThrottlingBurstLimit"}


def _log_no_bodies(settings: list[dict[str, Any]]) -> bool:
    return all(
        each.keys() == _METHOD | NEVER_LOGGED.keys() and each.items() >= NEVER_LOGGED.items()
        for each in settings
    )


APIS: Final = Kind(
    "AWS::Serverless::Api",
    "Api",
    {
        "DependsOn": "ApiGatewayAccount",
        "Properties.Name": ref("AWS::StackName"),
        "Properties.StageName": ref("Stage"),
        "Properties.EndpointConfiguration": {"Type": "REGIONAL"},
        "Properties.MinimumCompressionSize": 1024,
        "Properties.DefinitionBody": proved_by(
            "test_template.py::test_the_template_includes_the_contract"
        ),
        "Properties.TracingEnabled": EXCEPT_LOCALLY,
        "Properties.AccessLogSetting.DestinationArn": get_att("ApiAccessLogGroup", "Arn"),
        "Properties.AccessLogSetting.Format": proved_by(
            "test_template.py::test_the_access_log_has_these_fields_and_none_that_is_personal"
        ),
        # test_the_throttles_of_the_api_are_those_of_the_contract proves paths and limits.
        "Properties.MethodSettings": Check("counted, and never logged", _log_no_bodies),
    },
)

ACCOUNTS: Final = Kind(
    "AWS::ApiGateway::Account",
    "Account",
    KEPT | {"Properties.CloudWatchRoleArn": get_att("ApiGatewayLogRole", "Arn")},
)

MANAGED: Final = "arn:${AWS::Partition}:iam::aws:policy/"


def assumed_by(service: str) -> dict[str, Any]:
    """Return the document that lets a service of AWS use a role."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


WITH_CACHE: Final = {
    "DeletionPolicy": ABSENT,
    "UpdateReplacePolicy": ABSENT,
    "Properties.AssumeRolePolicyDocument": assumed_by("lambda.amazonaws.com"),
    "Properties.ManagedPolicyArns": [
        when(
            "HasSharedCache",
            sub(f"{MANAGED}service-role/AWSLambdaVPCAccessExecutionRole"),
            sub(f"{MANAGED}service-role/AWSLambdaBasicExecutionRole"),
        ),
        sub(f"{MANAGED}AWSXRayDaemonWriteAccess"),
    ],
}

ROLES: Final = Kind(
    "AWS::IAM::Role",
    "Role",
    KEPT
    | {
        "Properties.AssumeRolePolicyDocument": assumed_by("apigateway.amazonaws.com"),
        "Properties.ManagedPolicyArns": [
            sub(f"{MANAGED}service-role/AmazonAPIGatewayPushToCloudWatchLogs")
        ],
    },
    {
        name: Row("a function with the rights of a VPC only if it is in one", WITH_CACHE)
        for name in ("SearchAvailabilityRole", "GetCacheHealthRole")
    },
)

NAMES: Final = "tests/contract/test_names.py"
PERMISSIONS: Final = Kind(
    "AWS::Lambda::Permission",
    "Permission",
    {
        "Properties": proved_by(
            f"{NAMES}::test_the_gateway_may_call_a_function_for_its_operation_only"
        )
    },
    {
        name: Row(why, {"Properties": proved_by(f"{NAMES}::{test}")})
        for why, test, names in (
            (
                "Cognito calls it",
                "test_only_the_user_pool_may_call_its_trigger",
                ["CustomizeTokensPermission"],
            ),
            (
                "a schedule calls it",
                "test_only_its_schedule_may_call_a_scheduled_job",
                [
                    "ReleaseUnpaidBookingsPermission",
                    "CompletePastBookingsPermission",
                    "ReconcileRecentPaymentsPermission",
                    "ReconcileAllPaymentsPermission",
                ],
            ),
        )
        for name in names
    },
)


def _count_each_address(
    names: list[str], metrics: list[str], keys: list[set[str]]
) -> list[dict[str, Any]]:
    """Return rate-based rules in this order that block, count five minutes and keep no samples."""
    return [
        {
            "Name": name,
            "Priority": priority,
            "Action": {"Block": {}},
            "VisibilityConfig": visible_as(metric),
            "Statement": {"RateBasedStatement": _counts_with(more)},
        }
        for priority, (name, metric, more) in enumerate(
            zip(names, metrics, keys, strict=True), start=1
        )
    ]


def _counts_with(more: set[str]) -> Check:
    keys = {"AggregateKeyType", "EvaluationWindowSec", "Limit"} | more
    return Check(
        f"a window of 300 s and the keys {sorted(keys)}",
        lambda value: (
            isinstance(value, dict) and value.keys() == keys and value["EvaluationWindowSec"] == 300
        ),
    )


def _other_rule(name: str, action: set[str]) -> Check:
    """Return a check of a rule without a count; test_firewall.py proves action and statement."""
    keys = {"Name", "Priority", "Statement", "VisibilityConfig"} | action
    return Check(
        f"{name}, with its metric",
        lambda rule: (
            rule.keys() == keys
            and rule["Name"] == name
            and rule["VisibilityConfig"] == visible_as(name)
        ),
    )


def visible_as(metric: str) -> dict[str, Any]:
    """Return the visibility settings with `metric` and without samples."""
    return {
        "CloudWatchMetricsEnabled": True,
        "MetricName": metric,
        "SampledRequestsEnabled": False,
    }


_OF_THE_API: Final = [*LIMITS]

# test_firewall.py proves limits, paths, transformations and custom keys.
FIREWALLS: Final = Kind(
    "AWS::WAFv2::WebACL",
    "Firewall",
    {
        "Condition": "HasFirewall",
        "Properties.Name": ref("AWS::StackName"),
        "Properties.Scope": "REGIONAL",
        "Properties.DefaultAction": {"Allow": {}},
        "Properties.VisibilityConfig": visible_as("firewall"),
        "Properties.Rules": [
            *_count_each_address(
                _OF_THE_API,
                _OF_THE_API,
                [*({"ScopeDownStatement"} for _ in {*LIMITS} - {"everything"}), set()],
            ),
            *(_other_rule(name, {"OverrideAction"}) for name in LISTS),
            _other_rule(BODIES, {"Action"}),
        ],
        "Properties.CustomResponseBodies": proved_by(
            "test_firewall.py::test_the_refusal_of_a_body_is_our_problem_without_a_request_id"
        ),
    },
    {
        "UserPoolFirewall": Row(
            "Cognito shows it an operation in place of a path",
            {
                "Properties.Name": sub("${AWS::StackName}-user-pool"),
                "Properties.VisibilityConfig": visible_as("user-pool-firewall"),
                "Properties.CustomResponseBodies": ABSENT,
                "Properties.Rules": _count_each_address(
                    ["operations", "everything"],
                    ["user-pool-operations", "user-pool-everything"],
                    [{"CustomKeys"}, set()],
                ),
            },
        ),
    },
)

ASSOCIATIONS: Final = Kind(
    "AWS::WAFv2::WebACLAssociation",
    "Association",
    {
        "Condition": "HasFirewall",
        "Properties": proved_by(
            "test_firewall.py::test_a_firewall_is_associated_with_the_api_and_one_with_the_user_pool"
        ),
    },
)

KINDS: Final = (APIS, ACCOUNTS, ROLES, PERMISSIONS, FIREWALLS, ASSOCIATIONS)
