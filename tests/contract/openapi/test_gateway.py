"""API Gateway can import the contract, and its own answers have our form.

The import itself needs AWS, so the tests check its known rules one by one.
"""

import json
import re

import pytest
from tests.contract.documents import (
    CONTRACT,
    CONTRACT_TEXT,
    DEPLOYED,
    FUNCTIONS,
    GATEWAY_RESPONSES,
    SCHEMAS,
    TEMPLATE,
    TRIGGERS,
    Operation,
    faults,
    gateway_problem,
    operations,
    pascal,
    walk,
)
from tests.contract.places import complete, complete_functions

from teppan.http.cors import EXPOSED
from teppan.http.headers import SECURITY

PUBLIC = {
    *("searchAvailability", "createQuote"),
    *("register", "confirmRegistration", "resendConfirmationCode"),
    *("login", "refresh", "requestPasswordReset", "confirmPasswordReset"),
    *("getHealth", "headHealth", "getDatabaseHealth", "headDatabaseHealth", "preflight"),
    *("getCacheHealth", "headCacheHealth"),
    *("getDocs", "getDocsFile", "getOpenapi"),
}
"""The operations that need no access token."""

each_operation = pytest.mark.parametrize("operation", complete(), ids=lambda each: each.id)
each_gateway_response = pytest.mark.parametrize("kind", GATEWAY_RESPONSES)


def test_the_deployed_contract_is_plain_json() -> None:
    # CloudFormation accepts neither YAML's dates nor null.
    assert json.loads(json.dumps(DEPLOYED)) == DEPLOYED
    assert not [path for path, node in walk(DEPLOYED) if node is None]


def test_the_deployed_contract_has_the_parts_that_api_gateway_uses() -> None:
    assert {path: set(item) for path, item in DEPLOYED["paths"].items()} == {
        path: {each.method.lower() for each in operations() if each.path == path}
        for path in CONTRACT["paths"]
    }
    keys = {key for path, _ in walk(DEPLOYED) for key in path}
    left_out = {"description", "summary", "example", "examples", "tags", "servers", "schemas"}
    assert not keys & left_out
    assert not [key for key in keys if key.startswith("x-teppan")]


@each_operation
def test_an_operation_is_deployed_with_what_the_gateway_does_for_it(operation: Operation) -> None:
    deployed = DEPLOYED["paths"][operation.path][operation.method.lower()]

    kept = {"security"} if "security" in operation.spec else set()
    assert deployed.keys() - kept == {
        "operationId",
        "parameters",
        "responses",
        "x-amazon-apigateway-integration",
    }
    assert {name: deployed[name] for name in ("operationId", *kept)} == {
        name: operation.spec[name] for name in ("operationId", *kept)
    }


@each_operation
def test_the_gateway_checks_all_parameters_but_headers(operation: Operation) -> None:
    """It compares names of headers by case, and HTTP/2, so every browser, sends lower case.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
    """
    deployed = DEPLOYED["paths"][operation.path][operation.method.lower()]["parameters"]

    assert {(each["name"], each["in"], each["required"]) for each in deployed} == {
        (each["name"], each["in"], each.get("required", False))
        for each in operation.parameters
        if each["in"] != "header"
    }


def test_the_gateway_maps_no_header_of_a_request() -> None:
    assert "method.request.header" not in json.dumps(DEPLOYED)


def test_paths_of_the_contract_can_be_routed_by_api_gateway() -> None:
    variables: dict[str, set[str]] = {}
    for path in CONTRACT["paths"]:
        parent = ""
        for segment in path.removeprefix("/").split("/"):
            assert re.fullmatch(r"[\w.,:-]+|\{\w+\+?\}", segment), path
            if segment.startswith("{"):
                variables.setdefault(parent, set()).add(segment)
            parent += "/" + segment
    # Sibling paths must use one name for their variable.
    assert all(len(names) == 1 for names in variables.values())


@each_operation
def test_an_operation_is_integrated_with_its_function(operation: Operation) -> None:
    integration = operation.spec["x-amazon-apigateway-integration"]
    function = pascal(operation.served_by) + "Function"
    assert integration["type"] == "aws_proxy"
    assert integration["httpMethod"] == "POST"
    assert integration["uri"]["Fn::Sub"] == (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"${{{function}.Arn}}/invocations"
    )
    # The function times out first, so that its own answer reaches the caller.
    usual = TEMPLATE["Globals"]["Function"]["Timeout"]
    timeout = FUNCTIONS[function]["Properties"].get("Timeout", usual)
    assert integration["timeoutInMillis"] == (timeout + 1) * 1000 <= 29_000


def test_every_resource_that_the_contract_names_is_in_the_template() -> None:
    named = set(re.findall(r"\$\{(\w+)\.\w+\}", CONTRACT_TEXT))
    named |= {node["Fn::GetAtt"][0] for _, node in walk(CONTRACT) if _is_get_att(node)}
    triggers = {pascal(each) + "Function" for each in TRIGGERS}
    lacking = {f"{pascal(each.served_by)}Function" for each in operations()} - complete_functions()
    assert named - lacking == (complete_functions() | {"UserPool"}) - triggers


def test_the_gateway_validates_parameters_but_not_bodies() -> None:
    name = CONTRACT["x-amazon-apigateway-request-validator"]
    validator = CONTRACT["x-amazon-apigateway-request-validators"][name]
    assert validator == {"validateRequestParameters": True, "validateRequestBody": False}


@each_operation
def test_every_operation_but_the_public_ones_requires_an_access_token(operation: Operation) -> None:
    security = operation.spec.get("security", CONTRACT["security"])
    assert security in ([], [{"CognitoAccessToken": ["teppan/api"]}])
    assert operation.is_secured == (operation.id not in PUBLIC)


@each_operation
def test_a_secured_operation_declares_the_roles_that_may_call_it(operation: Operation) -> None:
    assert operation.is_secured == bool(operation.roles)
    assert ("x-teppan-roles" in operation.spec) == operation.is_secured
    assert operation.roles <= {"customer", "admin"}


def test_the_authorizer_is_the_user_pool() -> None:
    scheme = CONTRACT["components"]["securitySchemes"]["CognitoAccessToken"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "Authorization")
    assert scheme["x-amazon-apigateway-authtype"] == "cognito_user_pools"
    assert scheme["x-amazon-apigateway-authorizer"] == {
        "type": "cognito_user_pools",
        "providerARNs": [{"Fn::GetAtt": ["UserPool", "Arn"]}],
    }


@each_gateway_response
def test_the_gateways_own_answers_are_problem_documents(kind: str) -> None:
    # Given
    response = GATEWAY_RESPONSES[kind]
    # When
    problem = gateway_problem(kind)
    # Then
    assert not faults(problem, SCHEMAS["Problem"])
    assert problem["status"] == response["statusCode"]
    assert problem["type"] == f"/docs/problems#{problem['code']}"


@each_gateway_response
def test_the_gateways_own_answers_have_the_headers_of_our_functions(kind: str) -> None:
    # Given
    ours = dict(SECURITY) | {
        "Content-Type": "application/problem+json",
        # Any page may read these responses: they hold nothing of a caller.
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Expose-Headers": EXPOSED,
    }
    expected = {name: f"'{text}'" for name, text in ours.items()}
    expected["X-Request-Id"] = "context.requestId"
    status = GATEWAY_RESPONSES[kind]["statusCode"]
    extra = {401: {"WWW-Authenticate"}, 429: {"Retry-After"}}.get(status, set())
    # When
    parameters = GATEWAY_RESPONSES[kind]["responseParameters"]
    headers = {name.removeprefix("gatewayresponse.header."): it for name, it in parameters.items()}
    # Then
    assert expected.items() <= headers.items()
    assert headers.keys() - expected.keys() == extra


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        # What has no type of its own: a function that crashes, times out or is throttled.
        ("DEFAULT_5XX", 502, "integration_failed"),
        ("INTEGRATION_FAILURE", 502, "integration_failed"),
        ("INTEGRATION_TIMEOUT", 504, "integration_timeout"),
        # Errors of our configuration stay when the request is repeated.
        ("API_CONFIGURATION_ERROR", 500, "internal_error"),
        ("AUTHORIZER_CONFIGURATION_ERROR", 500, "internal_error"),
        ("AUTHORIZER_FAILURE", 500, "internal_error"),
        ("DEFAULT_4XX", 400, "bad_request"),
    ],
)
def test_only_a_failure_that_may_be_repeated_is_a_502_or_504(
    kind: str, status: int, code: str
) -> None:
    assert GATEWAY_RESPONSES[kind]["statusCode"] == status
    assert gateway_problem(kind)["code"] == code


def test_every_kind_of_gateway_failure_has_its_own_answer() -> None:
    """A kind without an entry gets the default's status, and the body has to agree with it.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
    """
    assert GATEWAY_RESPONSES.keys() == {
        *("ACCESS_DENIED", "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR"),
        *("AUTHORIZER_FAILURE", "BAD_REQUEST_PARAMETERS", "BAD_REQUEST_BODY", "DEFAULT_4XX"),
        *("DEFAULT_5XX", "EXPIRED_TOKEN", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"),
        *("INVALID_API_KEY", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN"),
        *("QUOTA_EXCEEDED", "REQUEST_TOO_LARGE", "RESOURCE_NOT_FOUND", "THROTTLED"),
        *("UNAUTHORIZED", "UNSUPPORTED_MEDIA_TYPE", "WAF_FILTERED"),
    }
    assert all("statusCode" in response for response in GATEWAY_RESPONSES.values())


def _is_get_att(node: object) -> bool:
    return isinstance(node, dict) and "Fn::GetAtt" in node
