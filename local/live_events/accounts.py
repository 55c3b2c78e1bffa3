"""Change the requests of `events/` about accounts so that they can be sent today.

A code can be used once, and an address gets few mails. So each request gets a new account in the
state that the request needs.
"""

import uuid
from collections.abc import Callable
from typing import Any, Final

from local.api import Api
from local.aws.emulator import Aws
from local.demo.mails import newest_code
from local.demo.users import DemoTokens, create_user
from local.description import DemoUser, Description

_REGISTERED: Final = {"resend_confirmation_code", "confirm_registration"}
_CONFIRMED: Final = {"request_password_reset", "confirm_password_reset"}


def account_fields(
    function: str, cloud: Description, tokens: Callable[[], DemoTokens]
) -> dict[str, Any]:
    """Return the body's fields for the account, the code or the session of `tokens()`."""
    match function:
        case "login":
            demo = cloud.users["customer"]
            return {"email": demo.email, "password": demo.password}
        case "refresh" | "logout":
            return {"refresh_token": tokens().refresh}
        case "register":
            return {"email": _new_user().email}
        case _ if function in _REGISTERED | _CONFIRMED:
            return _new_account_fields(function, cloud)
        case _:
            return {}


def _new_account_fields(function: str, cloud: Description) -> dict[str, Any]:
    user = _new_user()
    fields = {"email": user.email}
    if function in _REGISTERED:
        _post(cloud, "register", "/register", {"email": user.email, "password": user.password})
    else:
        cognito = Aws(cloud.aws_endpoint_url, cloud.region).client("cognito-idp")
        create_user(cognito, cloud.user_pool_id, user, "customer")
    if function == "confirm_registration":
        fields["password"] = user.password
    if function == "confirm_password_reset":
        _post(cloud, "request_password_reset", "/reset-password", {"email": user.email})
    if function.startswith("confirm_"):
        fields["code"] = newest_code(cloud, user.email)
    return fields


def _new_user() -> DemoUser:
    return DemoUser(f"{uuid.uuid4()}@teppan.example", f"Somebody-{uuid.uuid4()}")


def _post(cloud: Description, function: str, path: str, body: dict[str, Any]) -> None:
    answer = Api(cloud.api_url).request("POST", f"/api/v1/auth{path}", body=body)
    answer.require(202, function)
