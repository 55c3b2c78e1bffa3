"""Check the customer that staff book for (`domain.md §4`)."""

from teppan.domain.errors import InvalidInput, Violation


def check_customer(customer_id: str) -> None:
    """Raise `InvalidInput` unless a confirmed and enabled account has that id.

    Raises `IdentityUnavailable`, also if Cognito throttles.
    """
    # Imported here: a customer's own booking must not load Cognito's client.
    from teppan.identity.cognito.directory import directory  # noqa: PLC0415
    from teppan.identity.errors import IdentityUnavailable, TooManyAttempts  # noqa: PLC0415

    try:
        account = directory().find(customer_id)
    except TooManyAttempts as error:
        raise IdentityUnavailable from error
    # Cognito also finds an account by its address.
    has_id = account is not None and account.id == customer_id
    if account is None or not (has_id and account.is_confirmed and account.is_enabled):
        detail = "must be the id of a confirmed account that is not disabled"
        raise InvalidInput([Violation("body", "/customer_id", detail)])
