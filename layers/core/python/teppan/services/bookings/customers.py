"""Customers as accounts of the user pool, for staff who book for them (`domain.md §4`)."""

from teppan.domain.errors import InvalidInput, Violation


def check_customer(customer_id: str) -> None:
    """Raise `InvalidInput` unless there is a confirmed account with that id, not disabled.

    Raises `IdentityUnavailable`, also when Cognito takes no more calls for the moment.
    """
    # Imported here: whoever books for themselves must not load Cognito's client.
    from teppan.identity.cognito.directory import directory  # noqa: PLC0415
    from teppan.identity.errors import IdentityUnavailable, TooManyAttempts  # noqa: PLC0415

    try:
        account = directory().find(customer_id)
    except TooManyAttempts as error:
        raise IdentityUnavailable from error
    # Cognito would also find an account by another name of it.
    known = account is not None and account.id == customer_id
    if account is None or not (known and account.is_confirmed and account.is_enabled):
        detail = "must be the id of a confirmed account that is not disabled"
        raise InvalidInput([Violation("body", "/customer_id", detail)])
