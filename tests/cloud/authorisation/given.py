"""The data that a good request needs, made over HTTP in the deployed cloud."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from local.demo.seed import pay_deposit
from local.demo.users import create_user, log_in
from local.description import DemoUser
from tests.cloud.authorisation.kinds import LOGGED_OUT, USERS, Kind
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import Customer, Person
from tests.functions.handlers import claims_of
from tests.functions.people import Tokens
from tests.functions.requests import Account, Payable

NO_TOKEN = Tokens("", "none")


@dataclass
class People:
    """The callers of the matrix, with their sessions."""

    cloud: RunningCloud
    bad_tokens: dict[Kind, str | None]
    slots: Iterator[tuple[str, str]]
    """Date and time of free slots."""
    _sessions: dict[Kind, Tokens] = field(default_factory=dict)

    def begin(self, kind: Kind) -> Tokens:
        """Begin and return a session of a kind of caller."""
        if kind in self.bad_tokens:
            return Tokens(self.bad_tokens[kind] or "", NO_TOKEN.refresh)
        tokens = log_in(self.cloud.api, USERS[LOGGED_OUT.get(kind, kind)])
        if kind in LOGGED_OUT:
            person = Person(self.cloud.description)
            ended = person.post("/logout", tokens.access, refresh_token=tokens.refresh)
            assert ended.status == 204, ended.body
        return Tokens(tokens.access, tokens.refresh)

    def session(self, kind: Kind) -> Tokens:
        """Return the shared session of a kind of caller."""
        if kind not in self._sessions:
            self._sessions[kind] = self.begin(kind)
        return self._sessions[kind]


class OverHttp:
    """`Given` for the deployed cloud. `session` returns the session of the kind `caller`."""

    def __init__(self, people: People) -> None:
        self.caller = Kind.NO_TOKEN
        self._people = people
        self._cloud = people.cloud.description

    @cached_property
    def _booked(self) -> tuple[str, str]:
        """Return the ids of a booking and of the payment of its deposit.

        Staff book for the customer and pay, because customers may hold few pending bookings.
        """
        date, time = self.free_slot
        staff = Customer(self._people.cloud.api, self._people.session(Kind.ADMIN).access)
        customer = claims_of(self._people.session(Kind.CUSTOMER).access)["sub"]
        booked = staff.book(date=date, time=time, customer_id=customer)
        assert booked.status == 201, booked.body
        booking_id = str(booked.json()["booking_id"])
        api, stripe_url = self._people.cloud.api, self._cloud.stripe_url
        return booking_id, pay_deposit(api, staff.token, booking_id, stripe_url)

    @property
    def booking(self) -> Payable:
        return Payable(self._booked[0], "balance")

    @property
    def paid_booking(self) -> str:
        return self._booked[0]

    @property
    def payment(self) -> str:
        return self._booked[1]

    @cached_property
    def free_slot(self) -> tuple[str, str]:
        return next(self._people.slots)

    @cached_property
    def newcomer(self) -> Account:
        return _account(Person(self._cloud))

    @cached_property
    def registered(self) -> Account:
        person = Person(self._cloud)
        assert person.register().status == 202
        return _account(person, person.newest_code)

    @cached_property
    def confirmed(self) -> Account:
        return _account(self._confirmed())

    @cached_property
    def resetting(self) -> Account:
        person = self._confirmed()
        assert person.post("/reset-password", email=person.email).status == 202
        return _account(person, person.newest_code)

    @property
    def session(self) -> Tokens:
        return self._people.begin(self.caller)

    @cached_property
    def refreshable(self) -> Tokens:
        return self._people.begin(Kind.CUSTOMER)

    def _confirmed(self) -> Person:
        person = Person(self._cloud)
        cognito = self._people.cloud.client("cognito-idp")
        user = DemoUser(person.email, person.password)
        create_user(cognito, self._cloud.user_pool_id, user, "customer")
        return person


def _account(person: Person, code: str = "") -> Account:
    return Account(person.email, person.password, code)


def free_slots(new_day: Callable[[], str]) -> Iterator[tuple[str, str]]:
    """Yield date and time of free slots."""
    while True:
        day = new_day()
        for at in ("12:00", "15:00", "18:00", "21:00"):
            yield day, at
