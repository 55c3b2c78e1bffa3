"""Who tries too often waits, whether or not the address has an account (§6)."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from tests.builders import ELSEWHERE, HOME, visitor
from tests.conftest import Clock
from tests.functions.accounts.conftest import Tap
from tests.functions.cognito import CONFIRMATION_CODE
from tests.functions.conftest import Output
from tests.functions.given import Snapshot
from tests.functions.handlers import Answer, Handlers
from tests.functions.people import Person, confirmed, forgetful, registered
from tests.functions.requests import NEW_PASSWORD, good_request
from tests.functions.secrets_manager import keep_pseudonym_secret

from teppan.services.accounts.lockout import LOGIN, count_attempt, origin_of
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
    "unconfirmed": lambda _: registered().email,
    "confirmed": lambda _: confirmed().email,
    "about to be reset": lambda _: forgetful().email,
}
GUESSES: Final = {
    "login": [30, 60, 120, 240, 480, 960, 960, 960],
    "confirmRegistration": [60, 120, 240, 480, 960, 1920, 3600, 3600],
    "confirmPasswordReset": [60, 120, 240, 480, 960, 1920, 3600, 3600],
}
SENDING: Final = {"SignUp", "ResendConfirmationCode", "ForgotPassword"}
"""The calls of Cognito that send mail."""

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

    def __init__(
        self,
        call: Handlers,
        now: Clock,
        operation: str,
        body: dict[str, Any],
        source_ip: str = HOME,
    ) -> None:
        self.call, self.now = call, now
        self.operation, self.body, self.source_ip = operation, body, source_ip

    def try_once(self) -> int:
        return wait_of(self.call(self.operation, self.body, by=None, source_ip=self.source_ip))

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

    assert somebody.waits(2) == [0, 30]


def test_registering_and_resending_send_the_same_mails(call: Handlers, table: Table) -> None:
    email = registered().email
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


class TestAStrangerOnAnotherNetwork:
    """Whoever fails on purpose keeps themselves waiting, and nobody else."""

    def test_does_not_shut_out_the_right_password(self, call: Handlers, now: Clock) -> None:
        owner = confirmed()
        wrong = {"email": owner.email, "password": PASSWORD}

        # Given a stranger who has failed until he must wait
        stranger = Insistent(call, now, "login", wrong, ELSEWHERE)
        assert stranger.waits(5) == [0] * 5
        assert stranger.try_once() == 30

        # Then the owner gets in
        assert call("login", owner.credentials, by=None).status == 200

    @pytest.mark.parametrize("operation", ["confirmRegistration", "confirmPasswordReset"])
    def test_does_not_shut_out_the_right_code(
        self, call: Handlers, now: Clock, operation: str
    ) -> None:
        good = good_request(operation, call)
        stranger = Insistent(call, now, operation, good["body"] | FAILING[operation], ELSEWHERE)
        assert stranger.waits(5) == [0] * 5
        assert stranger.try_once() == 60

        assert call(operation, **good).status == 204

    @pytest.mark.parametrize("operation", MAILING)
    def test_does_not_keep_the_owner_from_a_code(
        self, call: Handlers, now: Clock, operation: str
    ) -> None:
        body = {"email": confirmed().email} | MAILING[operation]
        stranger = Insistent(call, now, operation, body, ELSEWHERE)
        stranger.waits(3)
        assert stranger.try_once() == 900

        assert Insistent(call, now, operation, body).try_once() == 0

    def test_is_not_let_go_by_the_owners_success(self, call: Handlers, now: Clock) -> None:
        owner = confirmed()
        wrong = {"email": owner.email, "password": PASSWORD}
        stranger = Insistent(call, now, "login", wrong, ELSEWHERE)
        stranger.waits(5)

        call("login", owner.credentials, by=None)

        assert stranger.try_once() == 30

    def test_is_one_network_with_all_hosts_of_his_ipv6_site(
        self, call: Handlers, now: Clock
    ) -> None:
        wrong = {"email": Person().email, "password": PASSWORD}

        waits = [
            Insistent(call, now, "login", wrong, f"2001:db8:1:2::{host:x}").try_once()
            for host in range(1, 8)
        ]

        assert waits == [0] * 5 + [30] * 2

    def test_shares_one_network_with_everybody_whose_source_is_not_told(
        self, call: Handlers, now: Clock
    ) -> None:
        wrong = {"email": Person().email, "password": PASSWORD}

        waits = [
            Insistent(call, now, "login", wrong, source).try_once()
            for source in ("", "?", "", "10.0.0", "", "", "unknown")
        ]

        assert waits == [0] * 5 + [30] * 2

    def test_leaves_no_trace_of_where_he_was(
        self, call: Handlers, now: Clock, snapshot: Snapshot
    ) -> None:
        people = [Person(), Person()]

        for person in people:
            wrong = {"email": person.email, "password": PASSWORD}
            Insistent(call, now, "login", wrong, ELSEWHERE).try_once()

        # Nor does the table tell that it was the same network both times.
        kept = snapshot()
        assert ELSEWHERE not in "".join(kept)
        networks = [item for item in kept if "ATTEMPTS#login#" in item]
        assert len({re.findall(r"ATTEMPTS#login#(\w+)", item)[0] for item in networks}) == 2


class TestStrangersOnManyNetworks:
    """Together they are bounded, and whoever waits for them waits for a minute at most."""

    def spend(self, call: Handlers, operation: str, body: dict[str, Any], times: int) -> None:
        """Let so many networks try once each."""
        for n in range(times):
            source = f"198.51.{n // 250}.{n % 250}"
            assert wait_of(call(operation, body, by=None, source_ip=source)) == 0

    def spend_logins(self, call: Handlers, email: str, times: int) -> None:
        """Let so many networks try to log in once each, as far as the table knows."""
        keep_pseudonym_secret()
        for n in range(times):
            stranger = visitor(source_ip=f"198.51.{n // 250}.{n % 250}")
            count_attempt(call.table, origin_of(email, stranger), LOGIN)

    @pytest.mark.parametrize(
        ("operation", "burst"),
        [("login", 300), ("confirmRegistration", 30), ("confirmPasswordReset", 30)],
    )
    def test_wait_a_minute_each_when_they_have_had_a_burst(
        self, call: Handlers, now: Clock, operation: str, burst: int
    ) -> None:
        body = {"email": Person().email} | FAILING[operation]
        if operation == "login":
            self.spend_logins(call, body["email"], burst)
        else:
            self.spend(call, operation, body, burst)

        newcomer = Insistent(call, now, operation, body, "192.0.2.1")

        assert newcomer.try_once() == 60
        newcomer.pass_time(59)
        assert newcomer.try_once() == 1
        newcomer.pass_time(1)
        assert newcomer.try_once() == 0
        assert Insistent(call, now, operation, body, "192.0.2.2").try_once() == 60

    def test_do_not_hold_up_who_has_logged_in_from_there(self, call: Handlers, now: Clock) -> None:
        # Given an owner who has logged in at home, and strangers who take all that they may
        owner = confirmed()
        assert call("login", owner.credentials, by=None).status == 200
        self.spend_logins(call, owner.email, 299)

        # Then the owner gets in at home at once, and elsewhere after a minute
        assert call("login", owner.credentials, by=None).status == 200
        elsewhere = call("login", owner.credentials, by=None, source_ip=ELSEWHERE)
        assert wait_of(elsewhere) == 60
        now.set(now.at + timedelta(seconds=60))
        elsewhere = call("login", owner.credentials, by=None, source_ip=ELSEWHERE)
        assert elsewhere.status == 200

    def test_do_not_hold_up_who_has_just_reset_the_password(self, call: Handlers) -> None:
        good = good_request("confirmPasswordReset", call)
        email = good["body"]["email"]
        self.spend_logins(call, email, 300)

        assert call("confirmPasswordReset", **good).status == 204

        renewed = {"email": email, "password": good["body"]["new_password"]}
        assert call("login", renewed, by=None).status == 200

    @pytest.mark.parametrize("operation", MAILING)
    def test_have_no_more_mails_sent_than_a_burst_and_tell_nobody(
        self, call: Handlers, tap: Tap, output: Output, now: Clock, operation: str
    ) -> None:
        # Given ten networks that have had a code sent
        person = registered() if operation == "resendConfirmationCode" else confirmed()
        body = {"email": person.email} | MAILING[operation]
        with tap() as wire:
            self.spend(call, operation, body, 10)
        asked = [each for each in wire.calls if each in SENDING]
        assert len(asked) >= 10
        output()

        # When an eleventh asks, it hears the same, nothing is sent, and the log says so
        with tap() as wire:
            answer = call(operation, body, by=None, source_ip="192.0.2.1")
        assert (answer.status, answer.body["status"]) == (202, "accepted")
        assert not set(wire.calls) & SENDING
        assert "no code sent" in (logged := output())
        assert "AddressAllowanceSpent" in logged and person.email not in logged

        # And a quarter of an hour later another code is sent
        now.set(now.at + timedelta(minutes=15))
        with tap() as wire:
            assert call(operation, body, by=None, source_ip="192.0.2.1").status == 202
        assert set(wire.calls) & SENDING

    def test_can_not_keep_an_address_from_being_registered(self, call: Handlers) -> None:
        # Given strangers who ask again and again for the code of an address without registration
        person = Person()
        self.spend(call, "resendConfirmationCode", {"email": person.email}, 10)

        # When its owner registers
        assert call("register", person.credentials, by=None).status == 202

        # Then the account is there, and its code in the mailbox
        body = {**person.credentials, "code": CONFIRMATION_CODE}
        assert call("confirmRegistration", body, by=None).status == 204
