"""Who tries too often waits, whether or not the address has an account (§6)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from tests.conftest import Clock
from tests.functions.given import Snapshot
from tests.functions.handlers import Answer, Handlers
from tests.functions.people import Person, confirmed, forgetful, registered
from tests.functions.requests import NEW_PASSWORD, good_request

from teppan.store.table import Table

type Somebody = Callable[[Table], str]

CODE: Final = "000000"
DAY: Final = 24 * 60 * 60
PASSWORD: Final = "a password that is wrong"
FAILING: Final[dict[str, dict[str, Any]]] = {
    "login": {"password": PASSWORD},
    "confirmRegistration": {"code": CODE, "password": PASSWORD},
    "confirmPasswordReset": {"code": CODE, "new_password": NEW_PASSWORD},
}
"""What guesses, and what it guesses wrongly."""

MAILING: Final[dict[str, dict[str, Any]]] = {
    "register": {"password": PASSWORD},
    "resendConfirmationCode": {},
    "requestPasswordReset": {},
}
"""What has mail sent."""

ADDRESSES: Final[dict[str, Somebody]] = {
    "nobody's": lambda _: Person().email,
    "unconfirmed": lambda table: registered(table).email,
    "confirmed": lambda _: confirmed().email,
    "about to be reset": lambda _: forgetful().email,
}
GUESSES: Final = {
    "login": [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900],
    "confirmRegistration": [60, 120, 240, 480, 960, 1920, 3600, 3600],
    "confirmPasswordReset": [60, 120, 240, 480, 960, 1920, 3600, 3600],
}
MAILS: Final = [900, 1800, 3600, 3600, 3600]
"""The seconds to wait after the free attempts, one after the other, the last for ever."""

each_address = pytest.mark.parametrize("address", ADDRESSES)


def wait_of(answer: Answer) -> int:
    """Return how long the answer asks to wait: not at all, unless it is a 429."""
    if answer.status != 429:
        assert "Retry-After" not in answer.headers
        return 0
    assert answer.problem == (429, "too_many_attempts")
    return int(answer.headers["Retry-After"])


class Insistent:
    """Somebody who tries again as soon as they may."""

    def __init__(self, call: Handlers, now: Clock, operation: str, body: dict[str, Any]) -> None:
        self.call, self.now = call, now
        self.operation, self.body = operation, body

    def try_once(self) -> int:
        return wait_of(self.call(self.operation, self.body, by=None))

    def waits(self, attempts: int) -> list[int]:
        """Make so many attempts, and return how long each was kept waiting."""
        waited = []
        for _ in range(attempts):
            waited.append(self.try_once())
            if waited[-1]:
                self.pass_time(waited[-1])
                assert self.try_once() == 0
        return waited

    def pass_time(self, seconds: float) -> None:
        self.now.set(self.now.at + timedelta(seconds=seconds))


@each_address
@pytest.mark.parametrize("operation", FAILING)
def test_five_guesses_are_free_then_each_costs_twice_the_time(
    call: Handlers, table: Table, now: Clock, operation: str, address: str
) -> None:
    body = {"email": ADDRESSES[address](table)} | FAILING[operation]

    waits = Insistent(call, now, operation, body).waits(5 + len(GUESSES[operation]))

    assert waits == [0] * 5 + GUESSES[operation]


@each_address
@pytest.mark.parametrize("operation", MAILING)
def test_three_mails_are_free_then_each_takes_longer(
    call: Handlers, table: Table, now: Clock, operation: str, address: str
) -> None:
    body = {"email": ADDRESSES[address](table)} | MAILING[operation]

    waits = Insistent(call, now, operation, body).waits(3 + len(MAILS))

    assert waits == [0] * 3 + MAILS


@pytest.mark.parametrize("operation", [*FAILING, *MAILING])
def test_the_wait_runs_down(call: Handlers, now: Clock, operation: str) -> None:
    body = {"email": Person().email} | (FAILING | MAILING)[operation]
    somebody = Insistent(call, now, operation, body)
    free, first = (5, GUESSES[operation][0]) if operation in FAILING else (3, MAILS[0])
    somebody.waits(free)

    assert somebody.try_once() == first
    somebody.pass_time(first / 2)
    assert somebody.try_once() == first / 2
    somebody.pass_time(first / 2 - 0.01)
    assert somebody.try_once() == 1
    somebody.pass_time(0.01)
    assert somebody.try_once() == 0


@pytest.mark.parametrize("operation", [*FAILING, *MAILING])
def test_who_comes_too_early_is_not_kept_longer(
    call: Handlers, now: Clock, snapshot: Snapshot, operation: str
) -> None:
    body = {"email": Person().email} | (FAILING | MAILING)[operation]
    somebody = Insistent(call, now, operation, body)
    somebody.waits(5 if operation in FAILING else 3)
    before = snapshot()

    assert all(somebody.try_once() for _ in range(10))

    assert snapshot() == before


@pytest.mark.parametrize("operation", [*FAILING, *MAILING])
def test_after_a_day_of_rest_all_is_forgotten(call: Handlers, now: Clock, operation: str) -> None:
    body = {"email": Person().email} | (FAILING | MAILING)[operation]
    somebody = Insistent(call, now, operation, body)
    free = 5 if operation in FAILING else 3
    somebody.waits(free + 2)

    somebody.pass_time(DAY)

    assert somebody.waits(free + 1)[:-1] == [0] * free


def test_a_rest_too_short_is_none(call: Handlers, now: Clock) -> None:
    somebody = Insistent(call, now, "login", {"email": Person().email, "password": PASSWORD})
    somebody.waits(4)

    somebody.pass_time(DAY - 1)

    assert somebody.waits(2) == [0, 2]


def test_registering_and_resending_send_the_same_mails(call: Handlers, table: Table) -> None:
    email = registered(table).email
    asked = [
        call("register", {"email": email, "password": PASSWORD}, by=None).status,
        call("resendConfirmationCode", {"email": email}, by=None).status,
        call("register", {"email": email, "password": PASSWORD}, by=None).status,
        call("resendConfirmationCode", {"email": email}, by=None).status,
        call("register", {"email": email, "password": PASSWORD}, by=None).status,
    ]

    assert asked == [202, 202, 202, 429, 429]


def test_the_case_of_an_address_is_no_way_round(call: Handlers, now: Clock) -> None:
    person = Person()
    spellings = [person.email, person.email.upper(), person.email.title()]

    statuses = [
        call("login", {"email": spellings[n % 3], "password": PASSWORD}, by=None).status
        for n in range(6)
    ]

    assert statuses == [401] * 5 + [429]


@pytest.mark.parametrize("operation", FAILING)
def test_success_starts_counting_anew(call: Handlers, now: Clock, operation: str) -> None:
    good = good_request(operation, call)
    somebody = Insistent(call, now, operation, good["body"] | FAILING[operation])
    assert somebody.waits(4) == [0] * 4

    assert call(operation, **good).status < 300

    assert somebody.waits(6) == [0] * 5 + GUESSES[operation][:1]


def test_who_waits_for_one_thing_may_do_another(call: Handlers, now: Clock) -> None:
    person = confirmed()
    Insistent(call, now, "requestPasswordReset", {"email": person.email}).waits(3)

    assert call("requestPasswordReset", {"email": person.email}, by=None).status == 429
    assert call("login", person.credentials, by=None).status == 200


def test_and_nobody_else_waits_with_them(call: Handlers, now: Clock) -> None:
    locked_out, other = confirmed(), confirmed()
    wrong = {"email": locked_out.email, "password": PASSWORD}
    Insistent(call, now, "login", wrong).waits(5)

    assert call("login", locked_out.credentials, by=None).status == 429
    assert call("login", other.credentials, by=None).status == 200
