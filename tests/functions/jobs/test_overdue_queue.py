"""A long queue of overdue bookings: in time, oldest first, and never stuck (`domain.md §4`)."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import batched
from threading import Barrier, get_ident
from typing import Any, Final

import pytest
from botocore.client import BaseClient
from local.fakes.stripe.fake import FakeStripe
from tests.builders import NOW, attempt, booking, caller, days_ahead, system
from tests.conftest import Clock
from tests.contract.documents import FUNCTIONS
from tests.functions.conftest import Output
from tests.functions.emf import counted, told
from tests.functions.given import new_id, stored
from tests.functions.handlers import Handlers
from tests.functions.money import Till, opened
from tests.functions.stripe import InProcess
from tests.store.threads import at_once

from teppan.domain.bookings.audit import audit_event
from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.transition import Status
from teppan.domain.policy import CURRENT
from teppan.services.payments.release_unpaid import THREADS, release_unpaid
from teppan.store import keys
from teppan.store.attributes import to_attributes
from teppan.store.bookings import bookings, queues
from teppan.store.bookings.items import booking_item, event_item
from teppan.store.payments.items import attempt_item
from teppan.trigger import TriggerFailedError
from teppan_payments.stripe_provider import StripeProvider

JOB: Final = "releaseUnpaidBookings"
TIMEOUT: Final = float(FUNCTIONS["ReleaseUnpaidBookingsFunction"]["Properties"]["Timeout"])
MINUTE: Final = 60.0
SECOND: Final = timedelta(seconds=1)
STRIPE_SECONDS: Final = 0.3
"""What Stripe takes for an answer."""


class Elapsed:
    """The time that a run takes if only Stripe takes any: nobody waits for it, it is added up."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, latency: float = STRIPE_SECONDS) -> None:
        self.waited: Counter[int] = Counter()
        answer = InProcess.request

        def slow(client: InProcess, *request: Any, **more: Any) -> Any:
            self.waited[get_ident()] += latency  # type: ignore[assignment]
            return answer(client, *request, **more)

        monkeypatch.setattr(InProcess, "request", slow)

    @property
    def seconds(self) -> float:
        """The time that the thread took which took longest."""
        return max(self.waited.values(), default=0.0)

    @property
    def serial_seconds(self) -> float:
        """The time that all of it takes one after the other."""
        return sum(self.waited.values())

    def time_left(self) -> float:
        return TIMEOUT - self.seconds


def queued(call: Handlers, number: int) -> list[Booking]:
    """Store bookings whose time to pay ends one second after the other's, with open intents."""
    made = []
    for n in range(number):
        one = stored(call.table, by_staff=True, date=days_ahead(30 + n), at=NOW + n * SECOND)
        opened(call, one)
        made.append(one)
    return made


def statuses(till: Till, made: Sequence[Booking]) -> list[str]:
    return [till.now_of(each).status.value for each in made]


def test_2000_overdue_bookings_with_open_intents_are_released_in_one_run(
    call: Handlers,
    stripe: FakeStripe,
    dynamodb: BaseClient,
    table_name: str,
    now: Clock,
    output: Output,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Given
    made = many(call.provider, dynamodb, table_name, 2_000)
    now.set(made[0].payment_due_at + SECOND)
    elapsed = Elapsed(monkeypatch)

    # When
    call.job(JOB, time_left=elapsed.time_left)

    # Then all are, each with one call of Stripe
    text = output()
    assert counted(text, "BookingsReleased") == 2_000
    assert told(text, "OverdueBookingsLeft") == [0]
    assert Counter(each["status"] for each in stripe.everything("payment_intents")) == {
        "canceled": 2_000
    }
    assert list(queues.due(call.table, keys.RELEASE, now.at)) == []
    assert elapsed.serial_seconds == pytest.approx(2_000 * STRIPE_SECONDS)
    # And one after the other would have been too slow by far
    assert elapsed.seconds < TIMEOUT - MINUTE < elapsed.serial_seconds / 2


def many(
    provider: StripeProvider, dynamodb: BaseClient, table_name: str, number: int
) -> list[Booking]:
    """Store bookings of as many customers, each with an open intent, in as few calls as go."""
    made, items = [], []
    for n in range(number):
        day = date(2026, 12, 1) + timedelta(days=n // 4 % 300)
        by = caller(f"{n:08}-1111-4111-8111-111111111111")
        one = booking(new_id(), caller=by, date=day, time=CURRENT.start_times[n % 4])
        tried = attempt(booking_id=one.id)
        intent = provider.open(tried).id
        paying = attempt(booking_id=one.id, intent=intent)
        made.append(one)
        pk, sk = keys.open_payment(one.id)
        guard = {"pk": pk, "sk": sk, "open": paying.name, "attempts": 1}
        event = event_item(audit_event(None, one, by))
        items += [booking_item(one), event, attempt_item(paying), guard]
    for some in batched(items, 24, strict=False):
        puts = [{"PutRequest": {"Item": to_attributes(item)}} for item in some]
        dynamodb.batch_write_item(RequestItems={table_name: puts})
    return made


def test_several_bookings_are_worked_on_at_a_time(
    call: Handlers, till: Till, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stripe answers nobody before six ask at the same time: one by one, none would get through."""
    made = queued(call, 2 * THREADS)
    now.set(made[-1].payment_due_at + SECOND)
    together = Barrier(THREADS, timeout=60)
    answer = InProcess.request

    def wait(client: InProcess, *request: Any, **more: Any) -> Any:
        together.wait()
        return answer(client, *request, **more)

    monkeypatch.setattr(InProcess, "request", wait)

    call.job(JOB)

    assert statuses(till, made) == ["cancelled"] * len(made)


def test_no_more_requests_a_second_than_stripe_takes_at_one_endpoint() -> None:
    """docs.stripe.com/rate-limits: 25 a second, of 100 for the account; 25 in a sandbox."""
    assert THREADS / STRIPE_SECONDS < 25


class TestARunThatIsOutOfTime:
    def test_ends_well_before_lambda_ends_it_and_tells_what_is_left(
        self, call: Handlers, now: Clock, output: Output
    ) -> None:
        made = queued(call, 20)
        now.set(made[-1].payment_due_at + SECOND)

        call.job(JOB, time_left=out_of_time_after(12))

        text = output()
        assert told(text, "OverdueBookingsLeft") == [8]
        assert counted(text, "BookingsReleased") == 12
        assert counted(text, "Failures") == 0

    def test_has_released_the_oldest(self, call: Handlers, till: Till, now: Clock) -> None:
        made = queued(call, 10)
        now.set(made[-1].payment_due_at + SECOND)

        call.job(JOB, time_left=out_of_time_after(4))

        assert statuses(till, made) == ["cancelled"] * 4 + ["pending"] * 6

    def test_is_gone_on_with_by_the_next(self, call: Handlers, till: Till, now: Clock) -> None:
        made = queued(call, 10)
        now.set(made[-1].payment_due_at + SECOND)

        for _ in range(3):
            call.job(JOB, time_left=out_of_time_after(4))

        assert statuses(till, made) == ["cancelled"] * 10

    def test_begins_nothing_in_its_last_minute(
        self, call: Handlers, till: Till, now: Clock, output: Output
    ) -> None:
        made = queued(call, 2)
        now.set(made[-1].payment_due_at + SECOND)

        call.job(JOB, time_left=lambda: MINUTE)

        assert statuses(till, made) == ["pending"] * 2
        assert told(output(), "OverdueBookingsLeft") == [2]

    def test_is_not_held_up_for_ever_by_those_that_fail_again_and_again(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock
    ) -> None:
        # Given ten bookings, of which the six oldest can not be released
        made = queued(call, 10)
        now.set(made[-1].payment_due_at + SECOND)
        for one in made[:6]:
            [paying] = till.account(one)["payments"]
            path = f"/v1/payment_intents/{paying['payment_intent_id']}"
            stripe.faults.next("error_500", path_prefix=path, times=1_000)

        # When no run has time for more than four
        for _ in range(2):
            with pytest.raises(TriggerFailedError):
                call.job(JOB, time_left=out_of_time_after(4))
        call.job(JOB, time_left=out_of_time_after(2))

        # Then the others have had their turn
        assert statuses(till, made) == ["pending"] * 6 + ["cancelled"] * 4

        # And those come again, once Stripe is well
        stripe.faults.clear()
        call.job(JOB)
        assert statuses(till, made) == ["cancelled"] * 10


def out_of_time_after(begun: int) -> Callable[[], float]:
    """Return a clock of Lambda's that leaves time for so many bookings and no more.

    Whoever asks with time left begins one.
    """
    asked = iter([TIMEOUT] * begun)
    return lambda: next(asked, MINUTE)


class TestTwoRunsAtOnce:
    """Lambda lets no two run (reserved concurrency 1); if they do, they have one effect."""

    def test_release_a_booking_once(
        self, call: Handlers, till: Till, stripe: FakeStripe, now: Clock
    ) -> None:
        [made] = queued(call, 1)
        now.set(made.payment_due_at + SECOND)
        run = partial(release_unpaid, call.table, call.provider, made.id, system(now.at))

        answers = at_once([run] * 8)

        assert [each for each in answers if not isinstance(each, bool)] == []
        assert till.now_of(made).status is Status.CANCELLED
        assert till.now_of(made).version == 2
        trail = bookings.events(call.table, made.id, 10, None)
        assert [event.version for event in trail] == [1, 2]
        assert [each["status"] for each in stripe.everything("payment_intents")] == ["canceled"]

    def test_confirm_one_once_that_was_paid(self, call: Handlers, till: Till, now: Clock) -> None:
        made = stored(call.table)
        till.pay(made)
        now.set(made.payment_due_at + SECOND)

        run = partial(release_unpaid, call.table, call.provider, made.id, system(now.at))

        answers = at_once([run] * 8)

        assert answers == [False] * 8
        assert till.now_of(made).status is Status.CONFIRMED
        assert till.ledger(made) == [("captured", 10_000)]


def test_a_failure_names_its_own_booking_in_the_log(
    call: Handlers, till: Till, stripe: FakeStripe, now: Clock, output: Output
) -> None:
    """Keys of the logger are shared by threads, unless they are the thread's own."""
    made = queued(call, 12)
    now.set(made[-1].payment_due_at + SECOND)
    stripe.faults.next("error_500", path_prefix="/v1/payment_intents", times=1_000)

    with pytest.raises(TriggerFailedError):
        call.job(JOB)

    lines = [json.loads(line) for line in output().splitlines() if line.startswith("{")]
    named = [line["item"] for line in lines if line.get("message") == "failed in part"]
    assert sorted(named) == sorted(each.id for each in made)
