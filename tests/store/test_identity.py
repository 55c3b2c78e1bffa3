"""What accounts and sessions keep in the table: what it costs, and who wins a race for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from botocore.client import BaseClient
from tests.builders import CUSTOMER, NOW, SESSION, SESSION_BEGAN
from tests.store.faults import Faults, lost_answer
from tests.store.meter import Meter
from tests.store.threads import at_once

from teppan import aws
from teppan.domain.lockout import CODES, MAILS, PASSWORDS, Lockout
from teppan.domain.session import Endings, Session, is_live
from teppan.identity.errors import TooManyAttempts
from teppan.services.attempts import count_attempt
from teppan.store import attempts, keys, registrations, sessions
from teppan.store.attributes import Item
from teppan.store.table import Table

SECOND = timedelta(seconds=1)
PERSON = "a" * 32
PROOF = "x" * 64
SOMEBODYS = Session(SESSION, CUSTOMER, SESSION_BEGAN)


class TestWhatItCosts:
    """The figures stand in `docs/data-model.md`."""

    def test_checking_a_session_is_one_batch_of_two_reads(self, table: Table, meter: Meter) -> None:
        # For items that are not there the engine takes nothing, AWS as much as for small ones.
        sessions.end(table, SOMEBODYS, NOW)
        sessions.end_all(table, CUSTOMER, NOW)
        meter.reset()

        sessions.endings(table, SOMEBODYS)

        assert (meter.calls, meter.units) == (["BatchGetItem"], 2)

    def test_counting_an_attempt_is_a_read_and_a_write(self, table: Table, meter: Meter) -> None:
        count_attempt(table, PERSON, "login", PASSWORDS, NOW)

        assert (meter.calls, meter.units) == (["GetItem", "UpdateItem"], 2)

    def test_a_wait_is_one_read(self, table: Table, meter: Meter) -> None:
        for _ in range(PASSWORDS.free):
            count_attempt(table, PERSON, "login", PASSWORDS, NOW)
        meter.reset()

        with pytest.raises(TooManyAttempts):
            count_attempt(table, PERSON, "login", PASSWORDS, NOW)

        assert (meter.calls, meter.units) == (["GetItem"], 1)

    @pytest.mark.parametrize(
        "write",
        [
            partial(attempts.forget, person=PERSON, operation="login"),
            partial(registrations.save, person=PERSON, proof=PROOF, at=NOW),
            partial(registrations.prolong, person=PERSON, at=NOW),
            partial(registrations.forget, person=PERSON, at=NOW),
            partial(sessions.end, session=SOMEBODYS, at=NOW),
            partial(sessions.begin_reset, account_id=CUSTOMER, at=NOW),
            partial(sessions.abandon_reset, account_id=CUSTOMER, at=NOW),
            partial(sessions.end_all, account_id=CUSTOMER, at=NOW),
        ],
        ids=lambda write: f"{write.func.__module__}.{write.func.__name__}",
    )
    def test_every_other_step_is_one_small_write(
        self, table: Table, meter: Meter, write: Callable[[Table], None]
    ) -> None:
        registrations.save(table, PERSON, PROOF, NOW)
        count_attempt(table, PERSON, "login", PASSWORDS, NOW)
        meter.reset()

        write(table)

        assert (meter.calls, meter.units) == (["UpdateItem"], 1)

    def test_nothing_of_it_is_in_an_index_and_all_of_it_goes_away(
        self, table: Table, everything: Callable[[], list[Item]]
    ) -> None:
        registrations.save(table, PERSON, PROOF, NOW)
        count_attempt(table, PERSON, "login", PASSWORDS, NOW)
        sessions.end(table, SOMEBODYS, NOW)
        sessions.begin_reset(table, "one", NOW)
        sessions.end_all(table, "other", NOW)

        for item in everything():
            assert not any(name.startswith("gsi") for name in item)
            assert item["expires_at"] > NOW.timestamp()


class TestARaceOfAttempts:
    @pytest.mark.parametrize("lockout", [PASSWORDS, CODES, MAILS])
    def test_never_passes_more_than_are_free(self, table: Table, lockout: Lockout) -> None:
        # Given sixty-four who try the same at the same moment
        attempt = partial(count_attempt, table, PERSON, "login", lockout, NOW)

        answers = at_once([attempt] * 64)

        # Then those who got through are counted, every one
        passed = sum(answer is None for answer in answers)
        assert 1 <= passed <= lockout.free
        assert sum(isinstance(answer, TooManyAttempts) for answer in answers) == 64 - passed
        counted = attempts.find(table, PERSON, "login")
        assert counted is not None and counted.count == passed

    def test_of_the_last_free_one_has_one_winner(self, table: Table) -> None:
        attempt = partial(count_attempt, table, PERSON, "login", PASSWORDS, NOW)
        for _ in range(PASSWORDS.free - 1):
            attempt()

        answers = at_once([attempt] * 32)

        assert sum(answer is None for answer in answers) == 1

    def test_of_the_one_after_a_wait_has_one_winner(self, table: Table) -> None:
        for _ in range(PASSWORDS.free):
            count_attempt(table, PERSON, "login", PASSWORDS, NOW)
        later = NOW + PASSWORDS.first * SECOND

        answers = at_once([partial(count_attempt, table, PERSON, "login", PASSWORDS, later)] * 32)

        assert sum(answer is None for answer in answers) == 1

    def test_keeps_nobody_else_waiting(self, table: Table) -> None:
        tries = [
            partial(count_attempt, table, f"person {n}", operation, PASSWORDS, NOW)
            for n in range(16)
            for operation in ("login", "confirm_registration")
        ]

        assert at_once(tries) == [None] * 32


def test_an_attempt_whose_record_was_not_heard_of_waits_a_second(
    dynamodb: BaseClient, table_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a client that sends the record again, and meets it
    monkeypatch.setattr("time.sleep", lambda _: None)
    client = aws.client.__wrapped__("dynamodb")
    table = Table(client, table_name)

    with Faults(client, "UpdateItem", lost_answer), pytest.raises(TooManyAttempts) as waiting:
        count_attempt(table, PERSON, "login", PASSWORDS, NOW)

    # Then it was counted once, and the next may be made
    assert waiting.value.retry_after == 1
    count_attempt(table, PERSON, "login", PASSWORDS, NOW + SECOND)
    counted = attempts.find(table, PERSON, "login")
    assert counted is not None and counted.count == 2


class TestARaceOfResets:
    def test_leaves_the_note_of_each_that_is_not_taken_back(self, table: Table) -> None:
        begun = [NOW + n * SECOND for n in range(20)]
        at_once([partial(sessions.begin_reset, table, CUSTOMER, at) for at in begun])

        at_once([partial(sessions.abandon_reset, table, CUSTOMER, at) for at in begun[:15]])

        found = sessions.endings(table, SOMEBODYS)
        assert found == Endings(resets_begun=frozenset(begun[15:]))

    def test_takes_away_the_note_of_each_that_took_place(self, table: Table) -> None:
        begun = [NOW + n * SECOND for n in range(10)]
        at_once([partial(sessions.begin_reset, table, CUSTOMER, at) for at in begun])

        at_once(
            [partial(sessions.end_all, table, CUSTOMER, at + SECOND, reset=at) for at in begun[:9]]
        )

        # The one that was never heard of again still ends what began before it.
        found = sessions.endings(table, SOMEBODYS)
        assert found.resets_begun == frozenset(begun[9:])
        before = replace(SOMEBODYS, began_at=begun[9])
        assert is_live(before, found, begun[9] + 19 * SECOND)
        assert not is_live(before, found, begun[9] + 20 * SECOND)
        assert not is_live(SOMEBODYS, found, NOW + 10 * SECOND)


def test_a_logout_is_known_to_the_next_reader_at_once(table: Table) -> None:
    for n in range(50):
        session = replace(SOMEBODYS, id=f"session {n}")
        sessions.end(table, session, NOW)
        assert sessions.endings(table, session).logged_out


def test_what_has_ended_is_kept_longer_than_any_refresh_token(table: Table) -> None:
    sessions.end(table, SOMEBODYS, NOW)
    sessions.end_all(table, CUSTOMER, NOW)

    for key in (keys.session(SESSION), keys.sessions(CUSTOMER)):
        item = table.get(key)
        assert item and item["expires_at"] > (NOW + timedelta(days=30)).timestamp()
