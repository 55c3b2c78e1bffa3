"""Attempts and sessions in the table: their costs and races."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from botocore.client import BaseClient
from tests.builders import CUSTOMER, NOW, SESSION, SESSION_BEGAN
from tests.clients import new_client
from tests.store.faults import Faults, lost_answer
from tests.store.meter import Meter
from tests.store.threads import at_once

from teppan.domain.accounts.lockout import (
    CODES,
    FORGET_AFTER,
    MAILS,
    PASSWORDS,
    TRUST_DURATION,
    Attempts,
)
from teppan.domain.accounts.session import Session, SessionEndings, is_live
from teppan.identity.errors import TooManyAttempts
from teppan.services.accounts.lockout import (
    CONFIRMATION,
    LOGIN,
    RESET,
    RESET_MAILS,
    Counter,
    Origin,
    count_attempt,
    count_mail,
    forget_attempts,
)
from teppan.store import keys
from teppan.store.accounts import lockout, sessions
from teppan.store.attributes import Item
from teppan.store.table import Table

SECOND = timedelta(seconds=1)
ADDRESS = "a" * 32
HERE = Origin(ADDRESS, "network", NOW)
"""An attempt at one address from one network."""

SPENT = timedelta(seconds=PASSWORDS.by_address.burst * PASSWORDS.by_address.interval)
"""The time until a fully spent allowance of an address is full again."""

CUSTOMER_SESSION = Session(SESSION, CUSTOMER, SESSION_BEGAN)


class TestCosts:
    """The figures are in `docs/data-model.md`."""

    def test_checking_a_session_is_one_batch_of_two_reads(self, table: Table, meter: Meter) -> None:
        # Items must exist: the engine counts nothing for a missing item; AWS counts a small one.
        sessions.end(table, CUSTOMER_SESSION, NOW)
        sessions.end_all(table, CUSTOMER, NOW)
        meter.reset()

        sessions.endings(table, CUSTOMER_SESSION)

        assert (meter.calls, meter.units) == (["BatchGetItem"], 2)

    def test_counting_an_attempt_is_a_batch_of_two_reads_and_two_writes(
        self, table: Table, meter: Meter
    ) -> None:
        count_attempt(table, HERE, LOGIN)
        meter.reset()

        count_attempt(table, HERE, LOGIN)

        assert meter.calls == ["BatchGetItem", "UpdateItem", "UpdateItem"]
        assert meter.units == 2 + 2

    def test_counting_a_reset_code_reads_the_logins_too(self, table: Table, meter: Meter) -> None:
        count_attempt(table, HERE, LOGIN)
        count_attempt(table, HERE, RESET)
        meter.reset()

        count_attempt(table, HERE, RESET)

        assert meter.calls == ["BatchGetItem", "UpdateItem", "UpdateItem"]
        assert meter.units == 3 + 2

    def test_counting_an_attempt_from_a_trusted_network_costs_the_same(
        self, table: Table, meter: Meter
    ) -> None:
        # Otherwise the calls would show that somebody has logged in from there.
        count_attempt(table, HERE, LOGIN)
        forget_attempts(table, HERE, LOGIN)
        meter.reset()

        count_attempt(table, HERE, LOGIN)

        assert meter.calls == ["BatchGetItem", "UpdateItem", "UpdateItem"]
        assert meter.units == 2 + 2

    def test_an_attempt_that_has_to_wait_costs_only_the_reads(
        self, table: Table, meter: Meter
    ) -> None:
        for _ in range(PASSWORDS.by_network.free):
            count_attempt(table, HERE, LOGIN)
        meter.reset()

        with pytest.raises(TooManyAttempts):
            count_attempt(table, HERE, LOGIN)

        assert (meter.calls, meter.units) == (["BatchGetItem"], 2)

    @pytest.mark.parametrize(
        "write",
        [
            partial(forget_attempts, origin=HERE, counter=LOGIN),
            partial(sessions.end, session=CUSTOMER_SESSION, at=NOW),
            partial(sessions.begin_reset, account_id=CUSTOMER, at=NOW),
            partial(sessions.abandon_reset, account_id=CUSTOMER, at=NOW),
            partial(sessions.end_all, account_id=CUSTOMER, at=NOW),
        ],
        ids=lambda write: f"{write.func.__module__}.{write.func.__name__}",
    )
    def test_a_write_to_attempts_or_sessions_is_one_unit(
        self, table: Table, meter: Meter, write: Callable[[Table], None]
    ) -> None:
        count_attempt(table, HERE, LOGIN)
        meter.reset()

        write(table)

        assert (meter.calls, meter.units) == (["UpdateItem"], 1)

    def test_items_of_attempts_and_sessions_are_in_no_index_and_expire(
        self, table: Table, everything: Callable[[], list[Item]]
    ) -> None:
        count_attempt(table, HERE, LOGIN)
        sessions.end(table, CUSTOMER_SESSION, NOW)
        sessions.begin_reset(table, "one", NOW)
        sessions.end_all(table, "other", NOW)

        for item in everything():
            assert not any(name.startswith("gsi") for name in item)
            assert item["expires_at"] > NOW.timestamp()

    def test_a_success_is_kept_longer_than_its_network_is_trusted(
        self, table: Table, everything: Callable[[], list[Item]]
    ) -> None:
        forget_attempts(table, HERE, LOGIN)
        count_attempt(table, later(60), LOGIN)

        (trusted,) = (item for item in everything() if "succeeded_at" in item)
        assert trusted["expires_at"] == (NOW + TRUST_DURATION + FORGET_AFTER).timestamp()


def later(seconds: float, network: str = "network") -> Origin:
    """Return the origin of an attempt at the same address, that many seconds later."""
    return Origin(ADDRESS, network, NOW + timedelta(seconds=seconds))


def attempts_of(
    table: Table, counter: Counter = LOGIN, network: str = "network"
) -> Attempts | None:
    """Return the counted attempts of a network."""
    return lockout.find(
        table,
        ADDRESS,
        network,
        counter.network_operation,
        LOGIN.network_operation,
        counter.address_operation,
    )[0]


def spent_until(table: Table, counter: Counter = LOGIN) -> datetime | None:
    """Return the instant until which the allowance of the address is spent."""
    return lockout.find(
        table,
        ADDRESS,
        "network",
        counter.network_operation,
        LOGIN.network_operation,
        counter.address_operation,
    )[2]


def count_passed(answers: list[object]) -> int:
    """Return how many attempts passed; check that all others had to wait."""
    refused = [answer for answer in answers if answer is not None]
    assert all(isinstance(answer, TooManyAttempts) for answer in refused)
    return len(answers) - len(refused)


class TestSimultaneousAttempts:
    @pytest.mark.parametrize("counter", [LOGIN, CONFIRMATION])
    def test_simultaneous_attempts_never_pass_more_than_the_free_ones(
        self, table: Table, counter: Counter
    ) -> None:
        # Given sixty-four simultaneous attempts from one network
        answers = at_once([partial(count_attempt, table, HERE, counter)] * 64)

        # Then each attempt that passed is counted
        passed = count_passed(answers)
        assert 1 <= passed <= counter.lockout.by_network.free
        attempts = attempts_of(table, counter)
        assert attempts is not None and attempts.count == passed

    def test_simultaneous_attempts_for_the_last_free_one_have_one_winner(
        self, table: Table
    ) -> None:
        for _ in range(PASSWORDS.by_network.free - 1):
            count_attempt(table, HERE, LOGIN)

        answers = at_once([partial(count_attempt, table, HERE, LOGIN)] * 32)

        assert count_passed(answers) == 1

    def test_simultaneous_attempts_after_a_wait_have_one_winner(self, table: Table) -> None:
        for _ in range(PASSWORDS.by_network.free):
            count_attempt(table, HERE, LOGIN)
        after = later(PASSWORDS.by_network.first)

        answers = at_once([partial(count_attempt, table, after, LOGIN)] * 32)

        assert count_passed(answers) == 1

    def test_simultaneous_attempts_spend_only_what_passed_of_the_allowance(
        self, table: Table
    ) -> None:
        passed = count_passed(at_once([partial(count_attempt, table, HERE, LOGIN)] * 64))

        interval = timedelta(seconds=PASSWORDS.by_address.interval)
        assert spent_until(table) == NOW + passed * interval

    def test_attempts_at_other_addresses_and_operations_do_not_wait(self, table: Table) -> None:
        tries = [
            partial(count_attempt, table, Origin(f"address {n}", "network", NOW), counter)
            for n in range(16)
            for counter in (LOGIN, CONFIRMATION)
        ]

        assert at_once(tries) == [None] * 32


class TestAttemptsFromManyNetworks:
    def test_attempts_from_many_networks_pass_while_the_allowance_lasts(self, table: Table) -> None:
        # Given simultaneous attempts of strangers from fifty networks and of the owner
        tries = [partial(count_attempt, table, later(0, f"network {n}"), LOGIN) for n in range(51)]

        # Then nobody has to wait
        assert at_once(tries) == [None] * 51
        assert spent_until(table) == NOW + 51 * timedelta(seconds=60)

    @pytest.mark.parametrize("attempts_left", [0, 1, 7])
    def test_attempts_from_many_networks_never_overdraw_the_allowance(
        self, table: Table, attempts_left: int
    ) -> None:
        # Given an allowance with `attempts_left` attempts
        self.spend(table, PASSWORDS.by_address.burst - attempts_left)
        tries = [partial(count_attempt, table, later(0, f"network {n}"), LOGIN) for n in range(40)]

        # When forty networks make one attempt each
        answers = at_once(tries)

        # Then `attempts_left` attempts pass, and the others have to wait a minute
        assert count_passed(answers) == attempts_left
        waits = [answer.retry_after for answer in answers if isinstance(answer, TooManyAttempts)]
        assert set(waits) == {60}
        assert spent_until(table) == NOW + SPENT

    def test_a_spent_allowance_does_not_stop_a_trusted_network(self, table: Table) -> None:
        count_attempt(table, HERE, LOGIN)
        forget_attempts(table, HERE, LOGIN)
        self.spend(table, PASSWORDS.by_address.burst - 1)
        with pytest.raises(TooManyAttempts):
            count_attempt(table, later(0, "elsewhere"), LOGIN)

        count_attempt(table, HERE, LOGIN)

        assert spent_until(table) == NOW + SPENT

    def test_a_spent_allowance_does_not_stop_a_reset_from_a_trusted_network(
        self, table: Table
    ) -> None:
        # Given a network with a login, and strangers who have spent the day's allowance of codes
        count_attempt(table, HERE, LOGIN)
        forget_attempts(table, HERE, LOGIN)
        for n in range(CODES.by_address.burst):
            count_attempt(table, later(0, f"stranger {n}"), RESET)
            count_attempt(table, later(0, f"stranger {n}"), CONFIRMATION)
        with pytest.raises(TooManyAttempts):
            count_attempt(table, later(0, "elsewhere"), RESET)

        count_attempt(table, HERE, RESET)

        # But confirming a registration from there has to wait
        with pytest.raises(TooManyAttempts):
            count_attempt(table, HERE, CONFIRMATION)

    def test_a_spent_allowance_stops_mails_also_from_a_trusted_network(self, table: Table) -> None:
        count_attempt(table, HERE, LOGIN)
        forget_attempts(table, HERE, LOGIN)
        for n in range(MAILS.by_address.burst):
            assert count_mail(table, later(0, f"stranger {n}"), RESET_MAILS)

        assert not count_mail(table, HERE, RESET_MAILS)

    def test_a_reset_from_a_network_with_an_old_login_needs_the_allowance(
        self, table: Table
    ) -> None:
        count_attempt(table, HERE, LOGIN)
        forget_attempts(table, HERE, LOGIN)
        month = 30 * 24 * 60 * 60
        for n in range(CODES.by_address.burst):
            count_attempt(table, later(month, f"stranger {n}"), RESET)

        with pytest.raises(TooManyAttempts):
            count_attempt(table, later(month), RESET)

    def test_an_attempt_from_a_network_with_an_old_login_needs_the_allowance(
        self, table: Table
    ) -> None:
        count_attempt(table, HERE, LOGIN)
        forget_attempts(table, HERE, LOGIN)
        month = 30 * 24 * 60 * 60
        self.spend(table, PASSWORDS.by_address.burst, month)

        with pytest.raises(TooManyAttempts) as waiting:
            count_attempt(table, later(month), LOGIN)

        assert waiting.value.retry_after == 60

    def test_mails_from_many_networks_stop_silently_at_the_allowance(self, table: Table) -> None:
        tries = [
            partial(count_mail, table, later(0, f"network {n}"), RESET_MAILS) for n in range(40)
        ]

        answers = at_once(tries)

        assert sorted(map(str, answers)) == ["False"] * 30 + ["True"] * 10

    def spend(self, table: Table, times: int, seconds: float = 0) -> None:
        """Take `times` attempts out of the allowance by one write, which is much faster."""
        all_of_them = replace(PASSWORDS.by_address, interval=times * PASSWORDS.by_address.interval)
        at = later(seconds).at
        lockout.spend(table, ADDRESS, LOGIN.address_operation, all_of_them, spent_until(table), at)


def test_an_attempt_passes_at_the_instant_when_the_allowance_is_full_again(
    table: Table,
) -> None:
    count_attempt(table, HERE, LOGIN)
    again = later(PASSWORDS.by_address.interval, "another network")
    assert spent_until(table) == again.at

    count_attempt(table, again, LOGIN)

    assert spent_until(table) == again.at + timedelta(seconds=PASSWORDS.by_address.interval)


def test_an_attempt_whose_write_lost_its_answer_waits_a_second(
    dynamodb: BaseClient, table_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a client whose retry finds the record of its first try
    monkeypatch.setattr("time.sleep", lambda _: None)
    client = new_client("dynamodb")
    table = Table(client, table_name)

    with Faults(client, "UpdateItem", lost_answer), pytest.raises(TooManyAttempts) as waiting:
        count_attempt(table, HERE, LOGIN)

    # Then the attempt was counted once, and the next one passes
    assert waiting.value.retry_after == 1
    count_attempt(table, later(1), LOGIN)
    attempts = attempts_of(table)
    assert attempts is not None and attempts.count == 2


class TestSimultaneousResets:
    def test_simultaneous_resets_keep_the_record_of_each_that_is_not_abandoned(
        self, table: Table
    ) -> None:
        reset_instants = [NOW + n * SECOND for n in range(20)]
        at_once([partial(sessions.begin_reset, table, CUSTOMER, at) for at in reset_instants])

        at_once(
            [partial(sessions.abandon_reset, table, CUSTOMER, at) for at in reset_instants[:15]]
        )

        found = sessions.endings(table, CUSTOMER_SESSION)
        assert found == SessionEndings(resets_begun=frozenset(reset_instants[15:]))

    def test_simultaneous_resets_remove_the_record_of_each_that_took_place(
        self, table: Table
    ) -> None:
        reset_instants = [NOW + n * SECOND for n in range(10)]
        at_once([partial(sessions.begin_reset, table, CUSTOMER, at) for at in reset_instants])

        at_once(
            [
                partial(sessions.end_all, table, CUSTOMER, at + SECOND, reset=at)
                for at in reset_instants[:9]
            ]
        )

        # The reset without an end still ends the sessions that began before it.
        found = sessions.endings(table, CUSTOMER_SESSION)
        assert found.resets_begun == frozenset(reset_instants[9:])
        before = replace(CUSTOMER_SESSION, began_at=reset_instants[9])
        assert is_live(before, found, reset_instants[9] + 19 * SECOND)
        assert not is_live(before, found, reset_instants[9] + 20 * SECOND)
        assert not is_live(CUSTOMER_SESSION, found, NOW + 10 * SECOND)


def test_a_logout_is_visible_to_the_next_read(table: Table) -> None:
    for n in range(50):
        session = replace(CUSTOMER_SESSION, id=f"session {n}")
        sessions.end(table, session, NOW)
        assert sessions.endings(table, session).logged_out


def test_the_end_of_a_session_is_kept_longer_than_any_refresh_token(table: Table) -> None:
    sessions.end(table, CUSTOMER_SESSION, NOW)
    sessions.end_all(table, CUSTOMER, NOW)

    for key in (keys.session(SESSION), keys.sessions(CUSTOMER)):
        item = table.get(key)
        assert item and item["expires_at"] > (NOW + timedelta(days=30)).timestamp()
