"""Too many attempts must wait, whether or not the address has an account (`docs/accounts.md`)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest
from tests.builders import ELSEWHERE, HOME, NOW, visitor
from tests.conftest import Clock
from tests.functions.accounts.conftest import Tap
from tests.functions.cognito import CONFIRMATION_CODE
from tests.functions.conftest import Output
from tests.functions.given import Snapshot
from tests.functions.handlers import Answer, Handlers
from tests.functions.people import Person, confirmed, forgetful, registered
from tests.functions.requests import NEW_PASSWORD, good_request
from tests.functions.secrets_manager import keep_pseudonym_secret
from tests.sizes import pairs

from teppan.services.accounts.lockout import CONFIRMATION, LOGIN, RESET, Counter, origin_of
from teppan.store.accounts import lockout
from teppan.store.table import Table

type AddressMaker = Callable[[Table], str]

CODE: Final = "000000"
DAY: Final = 24 * 60 * 60
PASSWORD: Final = "a password that is wrong"
FAILING: Final[dict[str, dict[str, Any]]] = {
    "login": {"password": PASSWORD},
    "confirmRegistration": {"code": CODE, "password": PASSWORD},
    "confirmPasswordReset": {"code": CODE, "new_password": NEW_PASSWORD},
}
"""The operations that accept a guess, and wrong guesses."""
COUNTERS: Final[dict[str, Counter]] = {
    "login": LOGIN,
    "confirmRegistration": CONFIRMATION,
    "confirmPasswordReset": RESET,
}

MAILING: Final[dict[str, dict[str, Any]]] = {
    "register": {"password": PASSWORD},
    "resendConfirmationCode": {},
    "requestPasswordReset": {},
}
"""The operations that send mail."""

ADDRESSES: Final[dict[str, AddressMaker]] = {
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
"""The seconds to wait after the free attempts, in order; the last value repeats."""


def wait_of(answer: Answer) -> int:
    """Return the seconds to wait of a 429, and 0 for any other answer."""
    if answer.status != 429:
        assert "Retry-After" not in answer.headers
        return 0
    assert answer.problem == (429, "too_many_attempts")
    return int(answer.headers["Retry-After"])


class PersistentCaller:
    """A caller who tries again as soon as the wait is over."""

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
        """Make `attempts` attempts, and return the wait of each."""
        waited = []
        for _ in range(attempts):
            waited.append(self.try_once())
            if waited[-1]:
                self.pass_time(waited[-1])
                assert self.try_once() == 0
        return waited

    def pass_time(self, seconds: float) -> None:
        self.now.set(self.now.at + timedelta(seconds=seconds))


@pytest.mark.parametrize(("operation", "address"), pairs([*FAILING], [*ADDRESSES]))
def test_the_wait_doubles_after_five_free_guesses(
    call: Handlers, table: Table, now: Clock, operation: str, address: str
) -> None:
    body = {"email": ADDRESSES[address](table)} | FAILING[operation]

    waits = PersistentCaller(call, now, operation, body).waits(5 + len(GUESSES[operation]))

    assert waits == [0] * 5 + GUESSES[operation]


@pytest.mark.parametrize(("operation", "address"), pairs([*MAILING], [*ADDRESSES]))
def test_the_wait_grows_after_three_free_mails(
    call: Handlers, table: Table, now: Clock, operation: str, address: str
) -> None:
    body = {"email": ADDRESSES[address](table)} | MAILING[operation]

    waits = PersistentCaller(call, now, operation, body).waits(3 + len(MAILS))

    assert waits == [0] * 3 + MAILS


@pytest.mark.parametrize("operation", [*FAILING, *MAILING])
def test_the_remaining_wait_decreases_with_time(call: Handlers, now: Clock, operation: str) -> None:
    body = {"email": Person().email} | (FAILING | MAILING)[operation]
    somebody = PersistentCaller(call, now, operation, body)
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
def test_an_early_attempt_does_not_extend_the_wait(
    call: Handlers, now: Clock, snapshot: Snapshot, operation: str
) -> None:
    body = {"email": Person().email} | (FAILING | MAILING)[operation]
    somebody = PersistentCaller(call, now, operation, body)
    somebody.waits(5 if operation in FAILING else 3)
    before = snapshot()

    assert all(somebody.try_once() for _ in range(10))

    assert snapshot() == before


@pytest.mark.parametrize("operation", [*FAILING, *MAILING])
def test_attempts_are_forgotten_after_a_day(call: Handlers, now: Clock, operation: str) -> None:
    body = {"email": Person().email} | (FAILING | MAILING)[operation]
    somebody = PersistentCaller(call, now, operation, body)
    free = 5 if operation in FAILING else 3
    somebody.waits(free + 2)

    somebody.pass_time(DAY)

    assert somebody.waits(free + 1)[:-1] == [0] * free


def test_attempts_are_not_forgotten_after_less_than_a_day(call: Handlers, now: Clock) -> None:
    somebody = PersistentCaller(call, now, "login", {"email": Person().email, "password": PASSWORD})
    somebody.waits(4)

    somebody.pass_time(DAY - 1)

    assert somebody.waits(2) == [0, 30]


def test_registering_and_resending_share_one_limit_of_mails(call: Handlers, table: Table) -> None:
    email = registered().email
    asked = [
        call("register", {"email": email, "password": PASSWORD}, by=None).status,
        call("resendConfirmationCode", {"email": email}, by=None).status,
        call("register", {"email": email, "password": PASSWORD}, by=None).status,
        call("resendConfirmationCode", {"email": email}, by=None).status,
        call("register", {"email": email, "password": PASSWORD}, by=None).status,
    ]

    assert asked == [202, 202, 202, 429, 429]


def test_an_address_in_another_case_has_the_same_limit(call: Handlers, now: Clock) -> None:
    person = Person()
    spellings = [person.email, person.email.upper(), person.email.title()]

    statuses = [
        call("login", {"email": spellings[n % 3], "password": PASSWORD}, by=None).status
        for n in range(6)
    ]

    assert statuses == [401] * 5 + [429]


@pytest.mark.parametrize("operation", FAILING)
def test_a_success_resets_the_count_of_attempts(call: Handlers, now: Clock, operation: str) -> None:
    good = good_request(operation, call)
    somebody = PersistentCaller(call, now, operation, good["body"] | FAILING[operation])
    assert somebody.waits(4) == [0] * 4

    assert call(operation, **good).status < 300

    assert somebody.waits(6) == [0] * 5 + GUESSES[operation][:1]


def test_the_limits_of_two_operations_are_independent(call: Handlers, now: Clock) -> None:
    person = confirmed()
    PersistentCaller(call, now, "requestPasswordReset", {"email": person.email}).waits(3)

    assert call("requestPasswordReset", {"email": person.email}, by=None).status == 429
    assert call("login", person.credentials, by=None).status == 200


def test_the_limit_of_one_address_does_not_affect_another(call: Handlers, now: Clock) -> None:
    locked_out, other = confirmed(), confirmed()
    wrong = {"email": locked_out.email, "password": PASSWORD}
    PersistentCaller(call, now, "login", wrong).waits(5)

    assert call("login", locked_out.credentials, by=None).status == 429
    assert call("login", other.credentials, by=None).status == 200


class TestStrangerOnAnotherNetwork:
    """Failed attempts block only their own network."""

    def test_a_stranger_on_another_network_does_not_block_the_right_password(
        self, call: Handlers, now: Clock
    ) -> None:
        owner = confirmed()
        wrong = {"email": owner.email, "password": PASSWORD}

        # Given a stranger who must wait after failed attempts
        stranger = PersistentCaller(call, now, "login", wrong, ELSEWHERE)
        assert stranger.waits(5) == [0] * 5
        assert stranger.try_once() == 30

        # Then the owner can log in
        assert call("login", owner.credentials, by=None).status == 200

    @pytest.mark.parametrize("operation", ["confirmRegistration", "confirmPasswordReset"])
    def test_a_stranger_on_another_network_does_not_block_the_right_code(
        self, call: Handlers, now: Clock, operation: str
    ) -> None:
        good = good_request(operation, call)
        stranger = PersistentCaller(
            call, now, operation, good["body"] | FAILING[operation], ELSEWHERE
        )
        assert stranger.waits(5) == [0] * 5
        assert stranger.try_once() == 60

        assert call(operation, **good).status == 204

    @pytest.mark.parametrize("operation", MAILING)
    def test_a_stranger_on_another_network_does_not_block_the_owners_code(
        self, call: Handlers, now: Clock, operation: str
    ) -> None:
        body = {"email": confirmed().email} | MAILING[operation]
        stranger = PersistentCaller(call, now, operation, body, ELSEWHERE)
        stranger.waits(3)
        assert stranger.try_once() == 900

        assert PersistentCaller(call, now, operation, body).try_once() == 0

    def test_a_success_of_the_owner_does_not_reset_the_wait_of_a_stranger(
        self, call: Handlers, now: Clock
    ) -> None:
        owner = confirmed()
        wrong = {"email": owner.email, "password": PASSWORD}
        stranger = PersistentCaller(call, now, "login", wrong, ELSEWHERE)
        stranger.waits(5)

        call("login", owner.credentials, by=None)

        assert stranger.try_once() == 30

    def test_all_hosts_of_one_ipv6_site_share_one_limit(self, call: Handlers, now: Clock) -> None:
        wrong = {"email": Person().email, "password": PASSWORD}

        waits = [
            PersistentCaller(call, now, "login", wrong, f"2001:db8:1:2::{host:x}").try_once()
            for host in range(1, 8)
        ]

        assert waits == [0] * 5 + [30] * 2

    def test_requests_without_a_source_address_share_one_limit(
        self, call: Handlers, now: Clock
    ) -> None:
        wrong = {"email": Person().email, "password": PASSWORD}

        waits = [
            PersistentCaller(call, now, "login", wrong, source).try_once()
            for source in ("", "?", "", "10.0.0", "", "", "unknown")
        ]

        assert waits == [0] * 5 + [30] * 2

    def test_the_table_holds_no_source_address(
        self, call: Handlers, now: Clock, snapshot: Snapshot
    ) -> None:
        people = [Person(), Person()]

        for person in people:
            wrong = {"email": person.email, "password": PASSWORD}
            PersistentCaller(call, now, "login", wrong, ELSEWHERE).try_once()

        # The two items do not reveal that they are of the same network.
        kept = snapshot()
        assert ELSEWHERE not in "".join(kept)
        networks = [item for item in kept if "ATTEMPTS#login#" in item]
        assert len({re.findall(r"ATTEMPTS#login#(\w+)", item)[0] for item in networks}) == 2


class TestStrangersOnManyNetworks:
    """All networks together have a limit, and it delays the owner by a minute at most."""

    def spend(self, call: Handlers, operation: str, body: dict[str, Any], times: int) -> None:
        """Let `times` networks try once each."""
        for n in range(times):
            source = f"198.51.{n // 250}.{n % 250}"
            assert wait_of(call(operation, body, by=None, source_ip=source)) == 0

    def spend_at_once(
        self, call: Handlers, operation: str, body: dict[str, Any], times: int
    ) -> None:
        """Let `times` networks try once each: all but the last by one write, which is much faster.

        The attempts of a network are counted apart, so strangers need not have any.
        """
        keep_pseudonym_secret()
        counter = COUNTERS[operation]
        stranger = origin_of(body["email"], visitor())
        names = counter.network_operation, counter.network_operation, counter.address_operation
        _, _, spent_until = lockout.find(call.table, stranger.address, stranger.network, *names)
        one = counter.lockout.by_address
        all_but_one = replace(one, interval=(times - 1) * one.interval)
        lockout.spend(
            call.table, stranger.address, counter.address_operation, all_but_one, spent_until, NOW
        )
        self.spend(call, operation, body, 1)

    @pytest.mark.parametrize(
        ("operation", "burst"),
        [("login", 300), ("confirmRegistration", 30), ("confirmPasswordReset", 30)],
    )
    def test_many_networks_wait_a_minute_each_after_a_burst(
        self, call: Handlers, now: Clock, operation: str, burst: int
    ) -> None:
        body = {"email": Person().email} | FAILING[operation]
        self.spend_at_once(call, operation, body, burst)

        newcomer = PersistentCaller(call, now, operation, body, "192.0.2.1")

        assert newcomer.try_once() == 60
        newcomer.pass_time(59)
        assert newcomer.try_once() == 1
        newcomer.pass_time(1)
        assert newcomer.try_once() == 0
        assert PersistentCaller(call, now, operation, body, "192.0.2.2").try_once() == 60

    def test_many_networks_do_not_delay_an_owner_on_a_known_network(
        self, call: Handlers, now: Clock
    ) -> None:
        # Given an owner who has logged in at home, and strangers who reach the limit
        owner = confirmed()
        assert call("login", owner.credentials, by=None).status == 200
        self.spend_at_once(call, "login", {"email": owner.email, "password": PASSWORD}, 299)

        # Then the owner can log in at home at once, and elsewhere after a minute
        assert call("login", owner.credentials, by=None).status == 200
        elsewhere = call("login", owner.credentials, by=None, source_ip=ELSEWHERE)
        assert wait_of(elsewhere) == 60
        now.set(now.at + timedelta(seconds=60))
        elsewhere = call("login", owner.credentials, by=None, source_ip=ELSEWHERE)
        assert elsewhere.status == 200

    def test_many_networks_do_not_delay_an_owner_who_has_just_reset_the_password(
        self, call: Handlers
    ) -> None:
        good = good_request("confirmPasswordReset", call)
        email = good["body"]["email"]
        self.spend_at_once(call, "login", {"email": email, "password": PASSWORD}, 300)

        assert call("confirmPasswordReset", **good).status == 204

        renewed = {"email": email, "password": good["body"]["new_password"]}
        assert call("login", renewed, by=None).status == 200

    @pytest.mark.parametrize("operation", MAILING)
    def test_many_networks_cause_no_more_mails_than_a_burst_and_get_the_same_answer(
        self, call: Handlers, tap: Tap, output: Output, now: Clock, operation: str
    ) -> None:
        # Given ten networks that have requested a code
        person = registered() if operation == "resendConfirmationCode" else confirmed()
        body = {"email": person.email} | MAILING[operation]
        with tap() as wire:
            self.spend(call, operation, body, 10)
        asked = [each for each in wire.calls if each in SENDING]
        assert len(asked) >= 10
        output()

        # When an eleventh requests one, the answer is the same, no mail is sent, and that is logged
        with tap() as wire:
            answer = call(operation, body, by=None, source_ip="192.0.2.1")
        assert (answer.status, answer.body["status"]) == (202, "accepted")
        assert not set(wire.calls) & SENDING
        assert "no code sent" in (logged := output())
        assert "AddressAllowanceSpent" in logged and person.email not in logged

        # And 15 minutes later another code is sent
        now.set(now.at + timedelta(minutes=15))
        with tap() as wire:
            assert call(operation, body, by=None, source_ip="192.0.2.1").status == 202
        assert set(wire.calls) & SENDING

    def test_many_networks_cannot_prevent_a_registration(self, call: Handlers) -> None:
        # Given strangers who request codes for an address without a registration
        person = Person()
        self.spend(call, "resendConfirmationCode", {"email": person.email}, 10)

        # When the owner registers
        assert call("register", person.credentials, by=None).status == 202

        # Then the account exists and the code is in the mailbox
        body = {**person.credentials, "code": CONFIRMATION_CODE}
        assert call("confirmRegistration", body, by=None).status == 204
