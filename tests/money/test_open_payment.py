"""A booking has one open payment at most, and no more attempts than the policy allows."""

from collections.abc import Callable
from functools import partial
from itertools import cycle, islice

import pytest
from tests.functions.handlers import Answer
from tests.functions.payment_steps import VISA
from tests.money.support.tap import Crash
from tests.money.support.world import World
from tests.sizes import SIZES
from tests.store.threads import at_once

from teppan.domain.policy import CURRENT
from teppan.store import keys
from teppan.store.payments import attempts
from teppan.trigger import TriggerFailedError

PAYABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}


def payable(world: World, booking: str) -> list[str]:
    """Return the intents of a booking that can still be paid at Stripe."""
    return [
        each["id"]
        for each in world.stripe.all_objects("payment_intents")
        if each["metadata"]["booking_id"] == booking and each["status"] in PAYABLE
    ]


def still_open(world: World, booking: str) -> list[str]:
    found = attempts.of_booking(world.call.table, booking)
    return [each.name for each in found if not each.status.is_final]


def guard(world: World, booking: str) -> dict[str, object]:
    return world.call.table.get(keys.open_payment(booking)) or {}


class TestSimultaneousIntents:
    @pytest.mark.parametrize("trial", range(SIZES.trials))
    def test_deposit_and_full_opened_at_once_have_one_payable_intent(
        self, real_world: World, trial: int
    ) -> None:
        booking = real_world.book()

        answers = at_once([partial(real_world.open, booking, each) for each in ("deposit", "full")])

        statuses = {each.status for each in answers if isinstance(each, Answer)}
        assert statuses <= {201, 409, 503}, (trial, answers)
        assert len(payable(real_world, booking)) <= 1
        assert len(still_open(real_world, booking)) <= 1
        named = guard(real_world, booking).get("open")
        assert ([named] if named else []) == still_open(real_world, booking)

    def test_simultaneous_requests_of_one_payment_type_share_an_intent(
        self, real_world: World
    ) -> None:
        booking = real_world.book()

        answers = at_once([partial(real_world.open, booking)] * 4)

        [intent] = payable(real_world, booking)
        found = [each.body for each in answers if isinstance(each, Answer) and each.status == 201]
        assert found
        assert {each["payment_intent_id"] for each in found} == {intent}

    def test_simultaneous_requests_never_exceed_the_allowed_payment_attempts(
        self, real_world: World
    ) -> None:
        # Given three attempts fewer than the policy allows
        booking = real_world.book()
        for payment_type in islice(cycle(("deposit", "full")), CURRENT.payment_attempts - 3):
            real_world.open_intent(booking, payment_type)

        # When simultaneous requests open further attempts
        for _ in range(4):
            at_once([partial(real_world.open, booking, each) for each in ("deposit", "full") * 2])

        # Then
        stored_attempts = attempts.of_booking(real_world.call.table, booking)
        assert (
            len(stored_attempts)
            == guard(real_world, booking)["attempts"]
            == CURRENT.payment_attempts
        )
        assert len(payable(real_world, booking)) <= 1


class TestStopBetweenTwoWrites:
    def test_a_paid_attempt_whose_status_was_not_stored_blocks_no_new_attempt(
        self, world: World
    ) -> None:
        # Given a deposit that is in the ledger, but not in the status of its attempt
        booking = world.book()
        intent = world.pay(booking)
        with world.tap.watched(after=1, name="transact_write_items"), pytest.raises(Crash):
            world.confirm(intent)
        assert still_open(world, booking)

        # Then the next request stores the status and opens an intent of what is due
        assert world.open(booking, "balance").status == 201
        assert len(still_open(world, booking)) == len(payable(world, booking)) == 1

    def test_an_attempt_without_an_intent_is_closed_by_the_next_request(self, world: World) -> None:
        booking = world.book()
        with world.tap.watched(after=1, name="transact_write_items"), pytest.raises(Crash):
            world.open(booking)
        assert payable(world, booking) == []

        assert world.open(booking, "full").status == 201

        assert len(payable(world, booking)) == len(still_open(world, booking)) == 1

    def test_an_intent_closed_before_it_was_stored_is_returned_as_canceled(
        self, world: World
    ) -> None:
        """Another request opens the full price while Stripe creates the deposit's intent."""
        booking = world.book()
        with world.tap.watched(
            after=1, name="POST payment_intents", do=partial(world.open, booking, "full")
        ):
            answer = world.open(booking)

        assert (answer.status, answer.body["status"]) == (201, "canceled")
        [other_intent] = payable(world, booking)
        assert other_intent != answer.body["payment_intent_id"]


type Change = Callable[[World, str], object]


def fewer_guests(world: World, booking: str) -> None:
    assert world.change(booking, guests=11).status == 200


def cancelled(world: World, booking: str) -> None:
    assert world.cancel(booking).status == 200


def paid_by_another(world: World, booking: str) -> None:
    """Pay the deposit with an intent from the dashboard that has our metadata."""
    intent = world.call.provider._api.call(
        lambda client, options: client.v1.payment_intents.create(
            {
                "amount": 10_000,
                "currency": "usd",
                "automatic_payment_methods": {"enabled": True},
                "metadata": {"booking_id": booking, "payment_type": "deposit", "attempt": "9"},
            },
            options,
        )
    ).id
    world.stripe.pay(intent, VISA)
    assert world.confirm(intent, by=world.owners[booking]).status == 200


LESS_DUE: dict[str, Change] = {
    "fewer guests": fewer_guests,
    "cancelled": cancelled,
    "paid by another intent": paid_by_another,
}


@pytest.mark.parametrize("change", LESS_DUE.values(), ids=LESS_DUE)
class TestOutdatedPrice:
    def test_a_payment_with_an_outdated_price_is_closed_by_the_stream(
        self, world: World, change: Change
    ) -> None:
        booking = world.book()
        world.open_intent(booking, "full")
        change(world, booking)

        world.follow_up()

        assert payable(world, booking) == []
        assert "gsi4pk" not in guard(world, booking)

    def test_a_payment_with_an_outdated_price_is_closed_by_the_job_if_the_stream_is_down(
        self, world: World, change: Change
    ) -> None:
        booking = world.book()
        world.open_intent(booking, "full")
        change(world, booking)
        world.take_records()
        world.later(hours=1)

        world.reconcile()

        assert payable(world, booking) == []
        assert "gsi4pk" not in guard(world, booking)


def test_a_payment_that_is_still_due_after_a_change_stays_open(world: World) -> None:
    booking = world.book()
    intent = world.open_intent(booking)  # the deposit is also due with fewer guests
    fewer_guests(world, booking)

    world.follow_up()

    assert payable(world, booking) == [intent]
    assert "gsi4pk" not in guard(world, booking)


def test_a_request_answered_with_nothing_due_leaves_no_payable_intent(world: World) -> None:
    # Given a cancelled booking with an open payment; neither stream nor job has run
    booking = world.book()
    world.open_intent(booking, "full")
    cancelled(world, booking)

    assert world.open(booking).problem == (409, "booking_not_payable")

    assert payable(world, booking) == []


def test_payments_of_a_cancelled_booking_are_closed_after_a_stripe_outage(world: World) -> None:
    # Given a Stripe outage that lasts until the stream's record is given up
    booking = world.book()
    world.open_intent(booking)
    cancelled(world, booking)
    world.stripe.faults.fail_next("reset", times=1_000)
    for _ in range(9):
        records = world.read_records()
        assert world.hand_over(records)
    world.take_records()
    assert payable(world, booking)

    # When the job runs after the outage
    world.stripe.faults.clear()
    world.reconcile()

    assert payable(world, booking) == []


def test_a_bank_debit_that_fails_after_the_cancellation_cannot_be_retried(
    world: World,
) -> None:
    booking = world.book()
    intent = world.pay(booking, card="pm_usBankAccount_success")
    cancelled(world, booking)
    world.follow_up()
    assert guard(world, booking)["gsi4pk"] == keys.CLOSE

    world.stripe.finish_processing(intent, succeed=False)
    world.drop_deliveries()
    world.reconcile()

    assert payable(world, booking) == []
    assert "gsi4pk" not in guard(world, booking)


class TestIntentUnknownToStripe:
    """Stripe's test data were deleted, or the stage has the key of another account."""

    def test_an_intent_unknown_to_stripe_fails_the_job_at_first(self, world: World) -> None:
        booking, _ = with_unknown_intent(world)
        world.cancel(booking)
        with pytest.raises(TriggerFailedError):
            world.reconcile()

        assert world.open(world.book()).status == 201

    @pytest.mark.parametrize("payment_type", ["deposit", "full"])
    def test_an_intent_unknown_for_two_days_holds_no_slot(
        self, world: World, payment_type: str
    ) -> None:
        booking, place = with_unknown_intent(world, payment_type)
        world.later(days=1, seconds=1)
        with pytest.raises(TriggerFailedError):
            world.release()
        assert world.status(booking)[0] == "pending"
        world.later(days=2)

        world.release()

        assert world.status(booking)[0] == "cancelled"
        assert world.request_booking(**place).status == 201
        world.reconcile()

    def test_an_unknown_intent_of_a_cancelled_booking_is_given_up_after_two_days(
        self, world: World
    ) -> None:
        booking, _ = with_unknown_intent(world)
        assert world.cancel(booking).status == 200
        world.take_records()
        with pytest.raises(TriggerFailedError):
            world.reconcile()
        world.later(days=2)

        world.reconcile()

        assert [each["status"] for each in world.list_payments(booking)["payments"]] == ["canceled"]

    def test_an_intent_unknown_once_and_then_known_again_is_closed(self, world: World) -> None:
        """A single answer with the key of another account must not leave the intent payable."""
        booking = world.book()
        intent = world.open_intent(booking)
        world.later(hours=23)
        assert world.cancel(booking).status == 200
        world.later(days=3)
        stored_intent = world.stripe.account.payment_intents[intent]
        world.stripe.account.payment_intents.remove(intent)
        assert world.hand_over(world.take_records(booking))
        world.stripe.account.payment_intents.add(stored_intent)

        world.reconcile()

        assert payable(world, booking) == []


def with_unknown_intent(world: World, payment_type: str = "deposit") -> tuple[str, dict[str, str]]:
    """Return a booking whose open intent is deleted at Stripe, and its date and time."""
    place = world.place()
    booking = world.book(**place)
    world.stripe.account.payment_intents.remove(world.open_intent(booking, payment_type))
    return booking, place
