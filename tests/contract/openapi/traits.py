"""What an operation takes, uses and changes, derived from the contract and the template."""

from typing import Any

from tests.contract.documents import FUNCTIONS, JSON, Operation, pascal, resolved


def takes(operation: Operation, parameter: str) -> bool:
    """Return whether the operation has this parameter, in its path, query or headers."""
    return any(each["name"] == parameter for each in operation.parameters)


def takes_body(operation: Operation) -> bool:
    """Return whether the operation has a body."""
    return "requestBody" in operation.spec


def takes_field(operation: Operation, field: str) -> bool:
    """Return whether the body of the operation has this field."""
    body = operation.spec.get("requestBody", {}).get("content", {}).get(JSON, {}).get("schema", {})
    return field in resolved(body).get("properties", {})


def is_documentation(operation: Operation) -> bool:
    """Return whether the operation is one of the pages and files that describe the API."""
    return operation.served_by == "getDocs"


def is_for_staff_only(operation: Operation) -> bool:
    """Return whether the operation is refused to customers."""
    return operation.roles == {"admin"}


def is_about_an_account(operation: Operation) -> bool:
    """Return whether the operation is one of accounts and sessions."""
    return operation.path.startswith("/api/v1/auth/")


def names_a_booking(operation: Operation) -> bool:
    """Return whether a request has the id of a booking, in its path or body."""
    return takes(operation, "booking_id") or takes_field(operation, "booking_id")


def names_a_payment(operation: Operation) -> bool:
    """Return whether a request has the id of a payment intent."""
    return takes_field(operation, "payment_intent_id")


def names_a_slot(operation: Operation) -> bool:
    """Return whether a request has the date and time of one slot, in its path or body."""
    return all(takes(operation, each) or takes_field(operation, each) for each in ("date", "time"))


def changes_a_booking(operation: Operation) -> bool:
    """Return whether the function may write the booking that a request names."""
    names_one = names_a_booking(operation) or names_a_payment(operation)
    return names_one and "dynamodb:PutItem" in _rights(operation)


def uses_the_database(operation: Operation) -> bool:
    """Return whether the function knows the table."""
    return "TABLE_NAME" in _settings(operation)


def uses_the_user_pool(operation: Operation) -> bool:
    """Return whether the function calls Cognito; the client's id alone only checks tokens."""
    return bool({"USER_POOL_ID", "USER_POOL_CLIENT_SECRET_ARN"} & _settings(operation))


def calls_stripe(operation: Operation) -> bool:
    """Return whether the function has the layer with Stripe's package."""
    return {"Ref": "PaymentsLayer"} in _function(operation).get("Layers", [])


def _function(operation: Operation) -> dict[str, Any]:
    name = f"{pascal(operation.served_by)}Function"
    properties: dict[str, Any] = FUNCTIONS.get(name, {"Properties": {}})["Properties"]
    return properties


def _settings(operation: Operation) -> set[str]:
    return {*_function(operation).get("Environment", {}).get("Variables", {})}


def _rights(operation: Operation) -> set[str]:
    return {
        action
        for document in _function(operation).get("Policies", [])
        for statement in document["Statement"]
        for action in _listed(statement["Action"])
    }


def _listed(actions: str | list[str]) -> list[str]:
    return [actions] if isinstance(actions, str) else actions
