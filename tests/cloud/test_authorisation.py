"""Who may do what: every operation of the contract, called by every kind of caller, over HTTP.

What to expect is derived from the contract (`security`, `x-teppan-roles`, method and path); what
is sent is a request that succeeds for whoever may make it.
"""

import base64
import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from itertools import product
from typing import Any

import pytest
from botocore.client import BaseClient
from local.description import DemoUser
from local.seed import pay_deposit
from local.users import Tokens, create_user, log_in
from tests.builders import booking_body
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import Customer, Person, problem_of
from tests.contract.documents import JSON, Operation, operations, resolved
from tests.functions.handlers import claims_of


class Kind(StrEnum):
    NO_TOKEN = "no token"
    GARBAGE = "garbage"
    TAMPERED = "tampered"
    ALG_NONE = "alg: none"
    EXPIRED = "expired"
    WRONG_POOL = "wrong pool"
    WRONG_CLIENT = "wrong client"
    ID_TOKEN = "id token"
    CUSTOMER = "customer"
    ANOTHER_CUSTOMER = "another customer"
    ADMIN = "admin"
    REVOKED = "revoked"
    REVOKED_ADMIN = "revoked admin"


USERS = {
    Kind.CUSTOMER: DemoUser(f"{uuid.uuid4()}@teppan.example", "a customer's passphrase"),
    Kind.ANOTHER_CUSTOMER: DemoUser(f"{uuid.uuid4()}@teppan.example", "another's passphrase"),
    Kind.ADMIN: DemoUser(f"{uuid.uuid4()}@teppan.example", "an admin's passphrase"),
}
LOGGED_OUT = {Kind.REVOKED: Kind.CUSTOMER, Kind.REVOKED_ADMIN: Kind.ADMIN}
OPERATIONS = {each.id: each for each in operations()}
THEIRS = {"booking_id": "404 booking_not_found", "payment_intent_id": "404 payment_not_found"}
"""What is told of a thing that is somebody else's: that there is none."""


def expected(operation: Operation, kind: Kind) -> str:
    """Return what the contract promises for a cell of the matrix."""
    success: str = next(status for status in operation.spec["responses"] if status.startswith("2"))
    if not operation.is_secured:
        return success
    if kind not in USERS and kind is not Kind.REVOKED:
        return "401 unauthorized"
    # The role is looked at before the session: that takes no read.
    role = "admin" if kind is Kind.ADMIN else "customer"
    if role not in operation.spec["x-teppan-roles"]:
        return "403 forbidden"
    # A customer's token reads on after the logout, but not whose it was.
    reads_on = operation.method in {"GET", "HEAD"} and not operation.path.endswith("/auth/me")
    if kind is Kind.REVOKED and not reads_on:
        return "401 unauthorized"
    if kind is Kind.ANOTHER_CUSTOMER:
        return next((told for name, told in THEIRS.items() if name in named(operation)), success)
    return success


def named(operation: Operation) -> set[str]:
    """Return the names of what an operation's path and body say it is about."""
    fields = {
        name
        for _, _, content in operation.contents
        if content is operation.spec.get("requestBody", {}).get("content", {}).get(JSON)
        for name in resolved(content["schema"])["properties"]
    }
    return fields | set(re.findall(r"{(\w+)}", operation.path))


@dataclass(frozen=True)
class Session:
    """What a caller has at hand."""

    access: str | None
    refresh: str = "none"


@dataclass(frozen=True)
class Call:
    """What an operation is sent."""

    body: dict[str, Any] | None = None
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class World:
    """The people of the matrix, and what their requests are about."""

    cloud: RunningCloud
    bad_tokens: dict[Kind, str | None]
    slots: Iterator[tuple[str, str]]
    """Free ones."""
    _sessions: dict[Kind, Session] = field(default_factory=dict)

    @property
    def cognito(self) -> BaseClient:
        return self.cloud.client("cognito-idp")

    def sign_in(self, kind: Kind) -> Tokens:
        return log_in(self.cloud.api, USERS[kind])

    def begin(self, kind: Kind) -> Session:
        """Begin a session of a kind."""
        if kind in self.bad_tokens:
            return Session(self.bad_tokens[kind])
        tokens = self.sign_in(LOGGED_OUT.get(kind, kind))
        if kind in LOGGED_OUT:
            somebody = Person(self.cloud.description)
            ended = somebody.post("/logout", tokens.access, refresh_token=tokens.refresh)
            assert ended.status == 204, ended.body
        return Session(tokens.access, tokens.refresh)

    def session(self, kind: Kind) -> Session:
        """Return the one session of a kind that lasts."""
        if kind not in self._sessions:
            self._sessions[kind] = self.begin(kind)
        return self._sessions[kind]

    @cached_property
    def booking_id(self) -> str:
        """A booking of the customer that nobody changes."""
        return self.book()

    @cached_property
    def paid(self) -> tuple[str, str]:
        """A booking of the customer, and the payment of its deposit."""
        return self.book_and_pay()

    def book(self) -> str:
        """Return a new booking of the customer."""
        booking_id, _ = self.book_and_pay()
        return booking_id

    def book_and_pay(self) -> tuple[str, str]:
        """Let staff book for the customer and pay the deposit: customers may not book so many."""
        day, at = next(self.slots)
        staff = Customer(self.cloud.api, self.session(Kind.ADMIN).access or "")
        whose = claims_of(self.session(Kind.CUSTOMER).access or "")["sub"]
        booked = staff.book(date=day, time=at, customer_id=whose)
        assert booked.status == 201, booked.body
        booking_id = str(booked.json()["booking_id"])
        stripe_url = self.cloud.description.stripe_url
        return booking_id, pay_deposit(self.cloud.api, staff.token, booking_id, stripe_url)

    def send(self, operation: Operation, kind: Kind) -> str:
        """Return how the operation answers that kind of caller."""
        session = self.begin(kind) if operation.id == "logout" else self.session(kind)
        call = REQUESTS[operation.id](self, session)
        path = operation.path
        for name, text in call.path.items():
            path = path.replace(f"{{{name}}}", text)
        answer = self.cloud.api.request(
            operation.method,
            path,
            token=session.access,
            body=call.body,
            query=call.query,
            headers=call.headers,
        )
        return " ".join(str(part) for part in problem_of(answer) if part)


def to_read(world: World, _: Session) -> Call:
    return Call(path={"booking_id": world.booking_id})


def update_booking(world: World, _: Session) -> Call:
    return Call({"guests": 14}, path={"booking_id": world.book()})


def cancel_booking(world: World, _: Session) -> Call:
    return Call(path={"booking_id": world.book()})


def create_booking(world: World, _: Session) -> Call:
    day, at = next(world.slots)
    return Call(booking_body(date=day, time=at), headers=new_key())


def create_payment_intent(world: World, _: Session) -> Call:
    body = {"booking_id": world.booking_id, "payment_type": "balance"}
    return Call(body, headers=new_key())


def refund_payment(world: World, _: Session) -> Call:
    body = {"booking_id": world.paid[0], "amount": 100, "reason": "The grill was cold."}
    return Call(body, headers=new_key())


def new_key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


def set_slot_capacity(world: World, _: Session) -> Call:
    day, at = next(world.slots)
    return Call({"capacity": 2}, path={"date": day, "time": at})


def search_availability(_: World, __: Session) -> Call:
    today = datetime.now(UTC).date().isoformat()
    return Call(query={"from": today, "to": today})


def register(world: World, _: Session) -> Call:
    person = Person(world.cloud.description)
    return Call({"email": person.email, "password": person.password})


def confirm_registration(world: World, _: Session) -> Call:
    person = Person(world.cloud.description)
    person.register()
    return Call({"email": person.email, "code": person.newest_code, "password": person.password})


def to_an_address(world: World, _: Session) -> Call:
    return Call({"email": Person(world.cloud.description).email})


def confirm_password_reset(world: World, _: Session) -> Call:
    person, cloud = Person(world.cloud.description), world.cloud.description
    user = DemoUser(person.email, person.password)
    create_user(world.cognito, cloud.user_pool_id, user, "customer")
    assert person.post("/reset-password", email=person.email).status == 202
    fields = {"email": person.email, "code": person.newest_code}
    return Call(fields | {"new_password": person.password})


def preflight(_: World, __: Session) -> Call:
    asked = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
    return Call(path={"proxy+": "api/v1/bookings"}, headers=asked)


def nothing(_: World, __: Session) -> Call:
    return Call()


REQUESTS: dict[str, Callable[[World, Session], Call]] = {
    "createBooking": create_booking,
    "listBookings": nothing,
    "getBooking": to_read,
    "updateBooking": update_booking,
    "cancelBooking": cancel_booking,
    "quoteCancellation": to_read,
    "listBookingEvents": to_read,
    "listWebhookEvents": lambda _, __: Call(),
    "searchAvailability": search_availability,
    "setSlotCapacity": set_slot_capacity,
    "createQuote": lambda _, __: Call({"guests": 12}),
    "createPaymentIntent": create_payment_intent,
    "confirmPayment": lambda world, _: Call({"payment_intent_id": world.paid[1]}),
    "refundPayment": refund_payment,
    "listPayments": lambda world, _: Call(path={"booking_id": world.paid[0]}),
    "register": register,
    "confirmRegistration": confirm_registration,
    "resendConfirmationCode": to_an_address,
    "login": lambda _, __: Call(asdict(USERS[Kind.CUSTOMER])),
    "refresh": lambda world, _: Call({"refresh_token": world.begin(Kind.CUSTOMER).refresh}),
    "logout": lambda _, session: Call({"refresh_token": session.refresh}),
    "requestPasswordReset": to_an_address,
    "confirmPasswordReset": confirm_password_reset,
    "getMe": nothing,
    "getHealth": nothing,
    "headHealth": nothing,
    "getDatabaseHealth": nothing,
    "headDatabaseHealth": nothing,
    "preflight": preflight,
}


@pytest.fixture(scope="module")
def world(cloud: RunningCloud, new_day: Callable[[], str]) -> World:
    """Make the people and their tokens, the bad ones too."""
    cognito, pool_id = cloud.client("cognito-idp"), cloud.description.user_pool_id
    for kind, user in USERS.items():
        create_user(cognito, pool_id, user, "admin" if kind is Kind.ADMIN else "customer")
    good = log_in(cloud.api, USERS[Kind.CUSTOMER])
    bad_tokens = {
        Kind.NO_TOKEN: None,
        Kind.GARBAGE: "garbage",
        Kind.TAMPERED: tampered(good.access),
        Kind.ALG_NONE: unsigned(good.access),
        Kind.EXPIRED: expired(cloud),
        Kind.WRONG_POOL: of_another_pool(cognito, pool_id),
        Kind.WRONG_CLIENT: of_another_client(cognito, pool_id),
        Kind.ID_TOKEN: good.id,
    }
    return World(cloud, bad_tokens, free_slots(new_day))


@pytest.fixture(scope="module")
def answers(world: World) -> dict[tuple[str, Kind], str]:
    """Return how every operation answers every kind of caller."""
    return {
        (name, kind): world.send(OPERATIONS[name], kind) for name, kind in product(REQUESTS, Kind)
    }


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_kind_of_caller_gets_what_the_contract_promises(
    answers: dict[tuple[str, Kind], str], name: str
) -> None:
    assert {kind: answers[name, kind] for kind in Kind} == {
        kind: expected(OPERATIONS[name], kind) for kind in Kind
    }


def test_no_cell_is_left_out(answers: dict[tuple[str, Kind], str]) -> None:
    assert answers.keys() == set(product(OPERATIONS, Kind))
    assert len(answers) == len(OPERATIONS) * len(Kind)


def free_slots(new_day: Callable[[], str]) -> Iterator[tuple[str, str]]:
    while True:
        day = new_day()
        for at in ("12:00", "15:00", "18:00", "21:00"):
            yield day, at


def tampered(token: str) -> str:
    """Return the token with the claims of an admin, under the signature of before."""
    head, claims, signature = token.split(".")
    promoted = json.loads(base64.urlsafe_b64decode(claims + "==")) | {"cognito:groups": ["admin"]}
    return f"{head}.{encoded(promoted)}.{signature}"


def unsigned(token: str) -> str:
    """Return the token's claims as a token without a signature."""
    return f"{encoded({'alg': 'none', 'typ': 'JWT'})}.{token.split('.')[1]}."


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def expired(cloud: RunningCloud) -> str:
    """Return a token that the real client has issued for one second, when that is over."""
    cognito, described = cloud.client("cognito-idp"), cloud.description
    whose = {"UserPoolId": described.user_pool_id, "ClientId": described.client_id}
    client = cognito.describe_user_pool_client(**whose)["UserPoolClient"]
    settings = {
        name: value
        for name, value in client.items()
        if name not in {"ClientSecret", "CreationDate", "LastModifiedDate"} and value != ""
    }
    units = settings["TokenValidityUnits"] | {"AccessToken": "seconds"}
    short = settings | {"AccessTokenValidity": 1, "TokenValidityUnits": units}
    try:
        cognito.update_user_pool_client(**short)
        token = log_in(cloud.api, USERS[Kind.CUSTOMER])
    finally:
        cognito.update_user_pool_client(**settings)
    time.sleep(max(0, token.claims["exp"] - time.time()))
    return token.access


def of_another_pool(cognito: BaseClient, pool_id: str) -> str:
    """Return an admin's token of a pool like ours."""
    ours = cognito.describe_user_pool(UserPoolId=pool_id)["UserPool"]
    another = cognito.create_user_pool(
        PoolName="another", UsernameAttributes=["email"], Policies=ours["Policies"]
    )["UserPool"]["Id"]
    cognito.create_group(UserPoolId=another, GroupName="admin")
    create_user(cognito, another, USERS[Kind.ADMIN], "admin")
    return of_another_client(cognito, another)


def of_another_client(cognito: BaseClient, pool_id: str) -> str:
    """Return an admin's token that another client of the pool has issued."""
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="another", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )
    user = USERS[Kind.ADMIN]
    answer = cognito.initiate_auth(
        ClientId=client["UserPoolClient"]["ClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": user.email, "PASSWORD": user.password},
    )
    return str(answer["AuthenticationResult"]["AccessToken"])
