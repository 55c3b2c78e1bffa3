"""API Gateway can import the contract, and its own answers have our form.

The import itself needs AWS, so the tests check its known rules one by one.
"""

import json
import re

import pytest
from tests.contract.documents import (
    CONTRACT,
    CONTRACT_TEXT,
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

from teppan.http.headers import SECURITY, cors

LARGEST_INCLUDE = 310_000
"""Bytes; with the template it stays well under CloudFormation's 1 MB after includes."""

PUBLIC = {
    *("searchAvailability", "createQuote"),
    *("register", "confirmRegistration", "resendConfirmationCode"),
    *("login", "refresh", "requestPasswordReset", "confirmPasswordReset"),
    *("getHealth", "headHealth", "getDatabaseHealth", "headDatabaseHealth", "preflight"),
    *("getDocs", "getDocsFile", "getOpenapi"),
}
"""The operations that need no access token."""

each_operation = pytest.mark.parametrize("operation", complete(), ids=lambda each: each.id)
each_gateway_response = pytest.mark.parametrize("kind", GATEWAY_RESPONSES)


def test_the_contract_is_plain_and_small_enough_to_be_included() -> None:
    assert len(CONTRACT_TEXT.encode()) < LARGEST_INCLUDE
    # JSON types only: CloudFormation accepts neither YAML's dates nor null.
    assert json.loads(json.dumps(CONTRACT)) == CONTRACT
    assert not [path for path, node in walk(CONTRACT) if node is None]
    # It accepts neither aliases nor short intrinsics in an include.
    assert not re.search(r"(?m)^[^#'\"]*:\s+[&*!]\w", CONTRACT_TEXT)


def test_schema_names_are_alphanumeric() -> None:
    assert all(re.fullmatch(r"[A-Za-z0-9]+", name) for name in SCHEMAS)


def test_schemas_use_only_keywords_of_api_gateway_models() -> None:
    unknown = {"discriminator", "example", "exclusiveMaximum", "exclusiveMinimum", "nullable"}
    unknown |= {"readOnly", "writeOnly", "xml", "deprecated", "externalDocs"}
    for path, node in walk(SCHEMAS):
        if isinstance(node, dict) and (not path or path[-1] != "properties"):
            assert not unknown & node.keys(), path


@each_operation
def test_responses_and_their_headers_are_written_without_references(operation: Operation) -> None:
    for answer in operation.spec["responses"].values():
        assert "$ref" not in answer
        assert not [name for name, header in answer.get("headers", {}).items() if "$ref" in header]


@each_operation
def test_the_schema_of_a_response_is_a_named_one(operation: Operation) -> None:
    """The import takes a composed schema only by its name: inside a response it is ignored."""
    for _, _, content in operation.contents:
        assert content["schema"].keys() == {"$ref"}


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
def test_the_gateway_validates_no_header(operation: Operation) -> None:
    """The gateway compares names by case, and browsers send them in lower case."""
    has_required_header = any(
        each["in"] == "header" and each.get("required") for each in operation.parameters
    )
    validator = operation.spec.get("x-amazon-apigateway-request-validator", "parameters")

    assert validator == ("nothing" if has_required_header else "parameters")
    assert CONTRACT["x-amazon-apigateway-request-validators"]["nothing"] == {
        "validateRequestParameters": False,
        "validateRequestBody": False,
    }
    # Then the function checks every parameter that the gateway does not.
    if has_required_header:
        assert {each["in"] for each in operation.parameters} == {"header"}


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
    expected = {name: f"'{text}'" for name, text in SECURITY.items()}
    expected |= {name: f"'{text}'" for name, text in cors("any", frozenset({"any"})).items()}
    expected |= {
        "Content-Type": "'application/problem+json'",
        "Access-Control-Allow-Origin": "method.request.header.Origin",
        "X-Request-Id": "context.requestId",
    }
    status = GATEWAY_RESPONSES[kind]["statusCode"]
    extra = {401: {"WWW-Authenticate"}, 429: {"Retry-After"}}.get(status, set())
    # When
    parameters = GATEWAY_RESPONSES[kind]["responseParameters"]
    headers = {name.removeprefix("gatewayresponse.header."): it for name, it in parameters.items()}
    # Then
    assert expected.items() <= headers.items()
    assert headers.keys() - expected.keys() == extra


def test_every_kind_of_gateway_failure_has_its_own_answer() -> None:
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= GATEWAY_RESPONSES.keys()
    # The body has a status, and a kind without its own entry gets the status of the default.
    assert all("statusCode" in response for response in GATEWAY_RESPONSES.values())


def _is_get_att(node: object) -> bool:
    return isinstance(node, dict) and "Fn::GetAtt" in node
