"""Requests as API Gateway passes them to a function: REST API, proxy integration.

Amazon API Gateway developer guide, "Input format of a Lambda function for proxy integration".
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from local.example_events.example_values import (
    ACCOUNT,
    ADMIN,
    BOOKED_AT,
    CLIENT,
    CUSTOMER,
    REGION,
    SOURCE_IP,
    USER_POOL,
)

_API: Final = "a1b2c3d4e5"
_DOMAIN: Final = f"{_API}.execute-api.{REGION}.amazonaws.com"
_STAGE: Final = "dev"
_AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
_BEARER: Final = "Bearer eyJraWQiOiJleGFtcGxlIn0.eyJ0b2tlbl91c2UiOiJhY2Nlc3MifQ.c2lnbmF0dXJl"
_IDENTITY: Final = (
    *("accessKey", "accountId", "caller", "principalOrgId", "user", "userArn"),
    *("cognitoAuthenticationProvider", "cognitoAuthenticationType"),
    *("cognitoIdentityId", "cognitoIdentityPoolId"),
)
"""The fields for callers who sign with IAM; they are null in our requests."""

_PREFLIGHT: Final = {
    "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    "Access-Control-Request-Method": "POST",
}


def request_event(
    path: str, method: str, operation: Mapping[str, Any], parameters: list[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return a request of an operation with the examples of its `parameters` and body.

    It has the required query parameters and all headers. The caller is a customer, or an admin if
    customers may not call the operation.
    """
    path_parameters = _examples(parameters, "path")
    query = _examples([each for each in parameters if each.get("required")], "query")
    target = path.replace("+}", "}").format(**path_parameters)
    headers = _headers(method, operation, _examples(parameters, "header"))
    return {
        "resource": path,
        "path": target,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [text] for name, text in headers.items()},
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": {name: [text] for name, text in query.items()} or None,
        "pathParameters": path_parameters or None,
        "stageVariables": None,
        "requestContext": _context(path, target, method, operation),
        "body": _body(operation),
        "isBase64Encoded": False,
    }


def _headers(
    method: str, operation: Mapping[str, Any], examples: Mapping[str, str]
) -> dict[str, str]:
    headers = {
        "Accept": "application/json",
        "Host": _DOMAIN,
        "Origin": "http://localhost:3000",
        "User-Agent": _AGENT,
        "X-Amzn-Trace-Id": "Root=1-6bef2a10-3c5d7e9f1a2b4c6d8e0f1a2b",
        "X-Forwarded-For": SOURCE_IP,
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
        **examples,
    }
    if "x-teppan-roles" in operation:
        headers["Authorization"] = _BEARER
    if "requestBody" in operation:
        headers["Content-Type"] = "application/json"
    if method == "OPTIONS":
        headers |= _PREFLIGHT
    return dict(sorted(headers.items()))


def _context(path: str, target: str, method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    roles = operation.get("x-teppan-roles")
    return {
        "resourceId": "r3s0rc",
        **({"authorizer": {"claims": _claims(roles)}} if roles else {}),
        "resourcePath": path,
        "operationName": operation["operationId"],
        "httpMethod": method,
        "extendedRequestId": "KfW2uE5mvHcEXYQ=",
        "requestTime": f"{BOOKED_AT:%d/%b/%Y:%H:%M:%S +0000}",
        "path": f"/{_STAGE}{target}",
        "accountId": ACCOUNT,
        "protocol": "HTTP/1.1",
        "stage": _STAGE,
        "domainPrefix": _API,
        "requestTimeEpoch": int(BOOKED_AT.timestamp() * 1000),
        "requestId": "e2b7c9d1-4f6a-4b3c-8d5e-7f9a0b1c2d3e",
        "identity": {**dict.fromkeys(_IDENTITY), "sourceIp": SOURCE_IP, "userAgent": _AGENT},
        "domainName": _DOMAIN,
        "deploymentId": "x1y2z3",
        "apiId": _API,
    }


def _examples(parameters: list[Mapping[str, Any]], location: str) -> dict[str, str]:
    return {each["name"]: str(each["example"]) for each in parameters if each["in"] == location}


def _body(operation: Mapping[str, Any]) -> str | None:
    """Return the first example of the body."""
    if "requestBody" not in operation:
        return None
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    return json.dumps(next(iter(examples.values()))["value"])


def _claims(roles: list[str]) -> dict[str, str]:
    """Return the claims of an access token; API Gateway passes every claim on as text."""
    account, groups = (CUSTOMER, "customer") if "customer" in roles else (ADMIN, "admin,customer")
    logged_in_at = BOOKED_AT - timedelta(minutes=10)
    return {
        "sub": account,
        "cognito:groups": groups,
        "iss": f"https://cognito-idp.{REGION}.amazonaws.com/{USER_POOL}",
        "client_id": CLIENT,
        "origin_jti": "0f6c2b1a-93d4-4f0e-8b1c-5a7d2e9f4c36",
        "event_id": "9a3d6c52-1f7b-4e08-8c25-b4e0d7f19a63",
        "token_use": "access",
        "scope": "teppan/api",
        "auth_time": f"{logged_in_at.timestamp():.0f}",
        "exp": f"{logged_in_at + timedelta(minutes=15):%a %b %d %H:%M:%S UTC %Y}",
        "iat": f"{logged_in_at:%a %b %d %H:%M:%S UTC %Y}",
        "jti": "c7e1a9d4-5b26-4d8f-a0f3-6e9b2c84d715",
        "username": account,
    }
