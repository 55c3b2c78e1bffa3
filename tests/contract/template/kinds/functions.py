"""The expected values of functions, of the stream's mapping and of schedules."""

from typing import Any, Final

from tests.builders import ROOT
from tests.contract.template.expectations import (
    ABSENT,
    Check,
    Kind,
    PartOf,
    Row,
    get_att,
    proved_by,
    ref,
    sentence,
    sub,
    when,
)

QUEUE: Final = get_att("FailureQueue", "Arn")

VARIABLES: Final[dict[str, Any]] = {
    "TABLE_NAME": ref("Table"),
    "USER_POOL_ID": ref("UserPool"),
    "USER_POOL_CLIENT_ID": ref("UserPoolClient"),
    "USER_POOL_CLIENT_SECRET_ARN": get_att("UserPoolClientSecret", "Id"),
    "CURSOR_SECRET_ARN": get_att("CursorSecret", "Id"),
    "PSEUDONYM_SECRET_ARN": get_att("PseudonymSecret", "Id"),
    "STRIPE_API_KEY_ARN": get_att("StripeApiKeySecret", "Id"),
    "STRIPE_WEBHOOK_SECRET_ARN": get_att("StripeWebhookSecret", "Id"),
    "CACHE_URL": when("HasSharedCache", sub("{{resolve:secretsmanager:${CacheUrlSecret}}}"), ""),
    "STRIPE_API_BASE": when("IsLocal", ref("StripeApiBase"), "https://api.stripe.com"),
    "DOCS_ENABLED": ref("DocsEnabled"),
    "ADMIN_MFA": when("IsProd", "required", "optional"),
    "SECOND_FACTOR_CLIENT_NAME": sub("${AWS::StackName}-second-factor"),
}
"""The value of each variable; test_template.py proves which functions have it."""

WITHOUT_AWS: Final = {"Properties.Environment.Variables": ABSENT, "Properties.Policies": ABSENT}
WITH_STRIPE: Final = {"Properties.Layers": [ref("PaymentsLayer")], "Properties.Timeout": 28}
WITH_CACHE: Final = {
    "Properties.Layers": [ref("CacheLayer")],
    "Properties.VpcConfig": when(
        "HasSharedCache",
        {
            "SubnetIds": {"Fn::Split": [",", ref("CacheSubnetIds")]},
            "SecurityGroupIds": {"Fn::Split": [",", ref("CacheSecurityGroupIds")]},
        },
        ref("AWS::NoValue"),
    ),
    "Properties.Role": get_att("<Name>Role", "Arn"),
    "Properties.Policies": ABSENT,
}


def scheduled(timeout: int, event_age: int) -> dict[str, Any]:
    """Return the values of a scheduled job: one run at a time, and a failure queue."""
    return {
        "Properties.Timeout": timeout,
        "Properties.ReservedConcurrentExecutions": 1,
        "Properties.EventInvokeConfig": {
            "MaximumEventAgeInSeconds": event_age,
            "MaximumRetryAttempts": 2,
            "DestinationConfig": {"OnFailure": {"Type": "SQS", "Destination": QUEUE}},
        },
    }


def _is_a_folder(uri: str) -> bool:
    return uri.startswith("functions/") and (ROOT / uri / "app.py").is_file()


FUNCTIONS: Final = Kind(
    "AWS::Serverless::Function",
    "Function",
    {
        "Properties.FunctionName": sub("${AWS::StackName}-<name>"),
        "Properties.Description": sentence,
        # test_names.py proves that it is the folder of that name.
        "Properties.CodeUri": Check("a folder with an app.py", _is_a_folder),
        "Properties.LoggingConfig": {"LogGroup": ref("<Name>LogGroup")},
        "Properties.Environment.Variables": PartOf(VARIABLES),
        "Properties.Policies": proved_by(
            "tests/functions/permissions/test_permissions.py"
            "::test_a_function_may_call_what_it_is_seen_to_call_and_nothing_else"
        ),
    },
    {
        "CreateQuoteFunction": Row("it calls nothing", WITHOUT_AWS),
        "GetHealthFunction": Row("it calls nothing", WITHOUT_AWS),
        "GetDocsFunction": Row(
            "it calls nothing; only it has the pages",
            {"Properties.Layers": [ref("DocsLayer")], "Properties.Policies": ABSENT},
        ),
        "PreflightFunction": Row("it calls nothing", WITHOUT_AWS),
        "CustomizeTokensFunction": Row(
            "Cognito waits 5 s; its policy is a resource, since the pool needs the function",
            {"Properties.Timeout": 4, "Properties.Policies": ABSENT},
        ),
        "SearchAvailabilityFunction": Row("it may share a cache", WITH_CACHE),
        "GetCacheHealthFunction": Row("it may share a cache, and calls nothing", WITH_CACHE),
        "CreatePaymentIntentFunction": Row("Stripe answers within the gateway's 29 s", WITH_STRIPE),
        "ConfirmPaymentFunction": Row("Stripe answers within the gateway's 29 s", WITH_STRIPE),
        "StripeWebhookFunction": Row(
            "Stripe calls it directly: nothing else throttles it",
            WITH_STRIPE
            | {
                "Properties.ReservedConcurrentExecutions": 20,
                "Properties.FunctionUrlConfig": {"AuthType": "NONE", "InvokeMode": "BUFFERED"},
            },
        ),
        "FollowUpPaymentsFunction": Row(
            "a batch of ten records, each with calls of Stripe",
            WITH_STRIPE | {"Properties.Timeout": 120},
        ),
        "ReleaseUnpaidBookingsFunction": Row(
            "it runs every five minutes", WITH_STRIPE | scheduled(300, 300)
        ),
        "CompletePastBookingsFunction": Row("it runs every hour", scheduled(300, 3_600)),
        "ReconcilePaymentsFunction": Row(
            "its daily run compares everything", WITH_STRIPE | scheduled(900, 3_600)
        ),
    },
)

SOURCES: Final = Kind(
    "AWS::Lambda::EventSourceMapping",
    "Source",
    {
        "Properties": proved_by(
            "test_stream.py::test_the_stream_is_read_from_its_start_with_retries_one_by_one"
        ),
    },
)


def starts(
    job: str, function: str, age: int, retries: int, **input_text: str
) -> list[dict[str, Any]]:
    """Return the one target of a rule."""
    return [
        {
            "Id": job,
            "Arn": get_att(function, "Arn"),
            **input_text,
            "RetryPolicy": {"MaximumEventAgeInSeconds": age, "MaximumRetryAttempts": retries},
            "DeadLetterConfig": {"Arn": QUEUE},
        }
    ]


RECENT, ALL = '{"scope": "recent"}', '{"scope": "full"}'
RULES: Final = Kind(
    "AWS::Events::Rule",
    "Rule",
    {
        "Properties.Description": sentence,
        "Properties.ScheduleExpression": "rate(5 minutes)",
        "Properties.Targets": starts("<name>", "<Name>Function", 300, 3),
    },
    {
        "CompletePastBookingsRule": Row(
            "nobody waits for it",
            {
                "Properties.ScheduleExpression": "rate(1 hour)",
                "Properties.Targets": starts("<name>", "<Name>Function", 3_600, 3),
            },
        ),
        "ReconcileRecentPaymentsRule": Row(
            "one of two that start the same job",
            {
                "Properties.Targets": starts(
                    "reconcile_payments", "ReconcilePaymentsFunction", 300, 3, Input=RECENT
                )
            },
        ),
        "ReconcileAllPaymentsRule": Row(
            "daily, at night at the venue; a run of the other kind may be in its way",
            {
                "Properties.ScheduleExpression": "cron(0 11 * * ? *)",
                "Properties.Targets": starts(
                    "reconcile_payments", "ReconcilePaymentsFunction", 3_600, 10, Input=ALL
                ),
            },
        ),
    },
)

KINDS: Final = (FUNCTIONS, SOURCES, RULES)
