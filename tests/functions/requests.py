"""A request of each operation that succeeds: declared once, sent to a handler or over HTTP.

The test file of an operation declares it (`tests.functions.example`), in terms of `Given`: what
must exist first. `Given` has two implementations: `InProcess` here, for handlers, and `OverHttp` in
the cloud suite.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import import_module
from typing import Any, Protocol

from tests.builders import ADMIN, CUSTOMER, ROOT
from tests.functions import contract, people
from tests.functions.cognito import CONFIRMATION_CODE, RESET_CODE
from tests.functions.given import confirmed_booking, stored_booking
from tests.functions.handlers import Handlers
from tests.functions.payment_steps import open_payment
from tests.functions.people import Tokens

from teppan.domain.bookings.booking import Booking

type Keywords = dict[str, Any]

NEW_PASSWORD = "a dozen lobster tails"


@dataclass(frozen=True, slots=True)
class Request:
    """A request of an operation. The sender adds the headers that the contract requires."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    session: Tokens | None = None
    """The caller's own session, for an operation that is about it."""


@dataclass(frozen=True, slots=True)
class Account:
    """A person's credentials, and the newest code in their mailbox, if any."""

    email: str
    password: str
    code: str = ""

    @property
    def credentials(self) -> dict[str, Any]:
        """The body that registers or logs in."""
        return {"email": self.email, "password": self.password}


@dataclass(frozen=True, slots=True)
class Payable:
    """A live booking, and the type of the payment that is due next."""

    id: str
    payment_type: str


class Given(Protocol):
    """What exists before a request. Each property creates its object when it is first read."""

    @property
    def booking(self) -> Payable:
        """A live booking of the customer."""

    @property
    def paid_booking(self) -> str:
        """The id of a booking of the customer with a payment that can be refunded."""

    @property
    def payment(self) -> str:
        """The id of a payment intent of the customer's booking."""

    @property
    def free_slot(self) -> tuple[str, str]:
        """The date and time of a slot that nobody has booked."""

    @property
    def newcomer(self) -> Account:
        """A person without an account."""

    @property
    def registered(self) -> Account:
        """A person whose account is not confirmed, with the code that confirms it."""

    @property
    def confirmed(self) -> Account:
        """A person with a confirmed account."""

    @property
    def resetting(self) -> Account:
        """A confirmed person, with a code that resets the password."""

    @property
    def session(self) -> Tokens:
        """The caller's own session, which the request may end."""

    @property
    def refreshable(self) -> Tokens:
        """A session of any person, whose refresh token the request may use."""


class InProcess:
    """`Given` for handlers: writes to the table, the fake Stripe and the emulator.

    Uses `booking` as the customer's booking if it is passed.
    """

    def __init__(self, call: Handlers, booking: Booking | None = None) -> None:
        self._call = call
        self._passed = booking

    @cached_property
    def _booking(self) -> Booking:
        return self._passed or stored_booking(self._call.table)

    @property
    def booking(self) -> Payable:
        return Payable(self._booking.id, "deposit" if self._booking.deposit_due else "balance")

    @cached_property
    def paid_booking(self) -> str:
        return (self._passed or confirmed_booking(self._call.table)).id

    @cached_property
    def payment(self) -> str:
        return open_payment(self._call, self._booking)

    @property
    def free_slot(self) -> tuple[str, str]:
        return "2026-12-24", "12:00"

    @cached_property
    def newcomer(self) -> Account:
        return _account(people.Person())

    @cached_property
    def registered(self) -> Account:
        return _account(people.registered(), CONFIRMATION_CODE)

    @cached_property
    def confirmed(self) -> Account:
        return _account(people.confirmed())

    @cached_property
    def resetting(self) -> Account:
        return _account(people.forgetful(), RESET_CODE)

    @cached_property
    def session(self) -> Tokens:
        return people.session_of(people.confirmed())

    @cached_property
    def refreshable(self) -> Tokens:
        return people.session_of(people.confirmed())


def _account(person: people.Person, code: str = "") -> Account:
    return Account(person.email, person.password, code)


def refreshing(tokens: Tokens) -> dict[str, Any]:
    """Return the body that refreshes or ends a session."""
    return {"refresh_token": tokens.refresh}


def good_request(
    operation: str, call: Handlers, booking: Booking | None = None, **changes: Any
) -> Keywords:
    """Return the keywords of `Handlers.__call__` for a request that succeeds, with `changes`.

    Each call creates what the request needs. Keep the result to send it twice or with a change.
    """
    request: Request = declaration_of(operation).request(InProcess(call, booking))
    caller = contract.usual_caller(operation)
    keywords: Keywords = {
        "by": {"customer": CUSTOMER, "admin": ADMIN, None: None}[caller],
        **request.path,
    }
    if request.query:
        keywords["query"] = dict(request.query)
    if request.body is not None:
        keywords["body"] = request.body
    if request.session:
        keywords["token"] = request.session.access
    return keywords | changes


def declaration_of(operation: str) -> Any:
    """Return `OPERATION` of the operation's test file, an `Example`; None if there is none."""
    test_file = contract.own_test_file(operation)
    if not test_file.is_file():
        return None
    name = test_file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
    return getattr(import_module(name), "OPERATION", None)
