"""One open payment of a booking, and as many attempts as the policy says, however many ask."""

from collections.abc import Callable
from functools import partial
from itertools import cycle, islice

import pytest
from tests.functions.handlers import Answer
from tests.functions.money import VISA
from tests.money.support.tap import Crash
from tests.money.support.world import World
from tests.sizes import SIZES
from tests.store.threads import at_once

from teppan.domain.policy import CURRENT
from teppan.store import keys
from teppan.store.payments import payments
from teppan.trigger import TriggerFailedError

PAYABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}


def payable(world: World, booking: str) -> list[str]:
    """Return the intents of a booking that Stripe still takes money for."""
    return [
        each["id"]
        for each in world.stripe.everything("payment_intents")
        if each["metadata"]["booking_id"] == booking and each["status"] in PAYABLE
    ]


def still_open(world: World, booking: str) -> list[str]:
    found = payments.attempts(world.call.table, booking)
    return [each.name for each in found if not each.status.is_final]


def guard(world: World, booking: str) -> dict[str, object]:
    return world.call.table.get(keys.open_payment(booking)) or {}


class TestAtTheSameMoment:
    @pytest.mark.parametrize("trial", range(SIZES.trials))
    def test_deposit_and_full_have_one_payable_intent(self, real_world: World, trial: int) -> None:
        booking = real_world.book()

        answers = at_once([partial(real_world.open, booking, each) for each in ("deposit", "full")])

        statuses = {each.status for each in answers if isinstance(each, Answer)}
        assert statuses <= {201, 409, 503}, (trial, answers)
        assert len(payable(real_world, booking)) <= 1
        assert len(still_open(real_world, booking)) <= 1
        named = guard(real_world, booking).get("open")
        assert ([named] if named else []) == still_open(real_world, booking)

    def test_two_tabs_of_one_type_share_an_intent(self, real_world: World) -> None:
        booking = real_world.book()

        answers = at_once([partial(real_world.open, booking)] * 4)

        [intent] = payable(real_world, booking)
        found = [each.body for each in answers if isinstance(each, Answer) and each.status == 201]
        assert found
        assert {each["payment_intent_id"] for each in found} == {intent}

    def test_there_are_never_more_attempts_than_may_be(self, real_world: World) -> None:
        # Given three attempts less than there may be
        booking = real_world.book()
        for wanted in islice(cycle(("deposit", "full")), CURRENT.payment_attempts - 3):
            real_world.opened(booking, wanted)

        # When many ask for one after the other, in pairs
        for _ in range(4):
            at_once([partial(real_world.open, booking, each) for each in ("deposit", "full") * 2])

        # Then
        made = payments.attempts(real_world.call.table, booking)
        assert len(made) == guard(real_world, booking)["attempts"] == CURRENT.payment_attempts
        assert len(payable(real_world, booking)) <= 1


class TestAStopBetweenTwoWrites:
    def test_an_attempt_that_was_paid_and_not_noted_is_not_in_the_way(self, world: World) -> None:
        # Given a deposit that the ledger knows and its attempt does not
        booking = world.book()
        intent = world.pay(booking)
        with world.tap.watched(after=1, name="transact_write_items"), pytest.raises(Crash):
            world.confirm(intent)
        assert still_open(world, booking)

        # Then the next request finds that, and opens what is due
        assert world.open(booking, "balance").status == 201
        assert len(still_open(world, booking)) == len(payable(world, booking)) == 1

    def test_an_attempt_whose_intent_was_never_made_is_found_by_the_next_request(
        self, world: World
    ) -> None:
        booking = world.book()
        with world.tap.watched(after=1, name="transact_write_items"), pytest.raises(Crash):
            world.open(booking)
        assert payable(world, booking) == []

        assert world.open(booking, "full").status == 201

        assert len(payable(world, booking)) == len(still_open(world, booking)) == 1

    def test_an_intent_that_others_closed_before_it_was_noted_is_not_handed_out(
        self, world: World
    ) -> None:
        """Somebody else asks for the full price while Stripe makes the deposit's intent."""
        booking = world.book()
        with world.tap.watched(
            after=1, name="POST payment_intents", do=partial(world.open, booking, "full")
        ):
            answer = world.open(booking)

        assert (answer.status, answer.body["status"]) == (201, "canceled")
        [left] = payable(world, booking)
        assert left != answer.body["payment_intent_id"]


type Change = Callable[[World, str], object]


def fewer_guests(world: World, booking: str) -> None:
    assert world.change(booking, guests=11).status == 200


def cancelled(world: World, booking: str) -> None:
    assert world.cancel(booking).status == 200


def paid_by_another(world: World, booking: str) -> None:
    """Staff take the deposit in the dashboard, by an intent that carries our metadata."""
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
class TestAPriceOfYesterday:
    def test_can_not_be_paid_once_the_stream_was_read(self, world: World, change: Change) -> None:
        booking = world.book()
        world.opened(booking, "full")
        change(world, booking)

        world.follow_up()

        assert payable(world, booking) == []
        assert "gsi4pk" not in guard(world, booking)

    def test_can_not_be_paid_once_the_jobs_have_run_though_the_stream_is_dead(
        self, world: World, change: Change
    ) -> None:
        booking = world.book()
        world.opened(booking, "full")
        change(world, booking)
        world.take_records()
        world.later(hours=1)

        world.reconcile()

        assert payable(world, booking) == []
        assert "gsi4pk" not in guard(world, booking)


def test_what_is_due_as_well_after_the_change_stays_open(world: World) -> None:
    booking = world.book()
    intent = world.opened(booking)  # the deposit, which fewer guests owe too
    fewer_guests(world, booking)

    world.follow_up()

    assert payable(world, booking) == [intent]
    assert "gsi4pk" not in guard(world, booking)


def test_nobody_who_is_told_that_nothing_is_due_can_still_pay(world: World) -> None:
    # Given an open payment of a booking that was cancelled; neither stream nor job has run
    booking = world.book()
    world.opened(booking, "full")
    cancelled(world, booking)

    assert world.open(booking).problem == (409, "booking_not_payable")

    assert payable(world, booking) == []


def test_a_cancelled_booking_is_closed_though_stripe_was_down_for_a_minute(world: World) -> None:
    # Given a stream that meets a Stripe that is down until its record is given up
    booking = world.book()
    world.opened(booking)
    cancelled(world, booking)
    world.stripe.faults.next("reset", times=1_000)
    for _ in range(9):
        records = world.read()
        assert world.hand_over(records)
    world.take_records()
    assert payable(world, booking)

    # When Stripe is back and the job runs
    world.stripe.faults.clear()
    world.reconcile()

    assert payable(world, booking) == []


def test_a_bank_debit_that_fails_after_the_cancellation_can_not_be_tried_again(
    world: World,
) -> None:
    booking = world.book()
    intent = world.pay(booking, card="pm_usBankAccount_success")
    cancelled(world, booking)
    world.follow_up()
    assert guard(world, booking)["gsi4pk"] == keys.CLOSE

    world.stripe.settle(intent, succeed=False)
    world.forget()
    world.reconcile()

    assert payable(world, booking) == []
    assert "gsi4pk" not in guard(world, booking)


class TestAPaymentThatStripeDoesNotKnow:
    """Its test data were deleted, or the stage was given the key of another account."""

    def test_fails_loudly_at_first(self, world: World) -> None:
        booking, _ = forgotten(world)
        world.cancel(booking)
        with pytest.raises(TriggerFailedError):
            world.reconcile()

        assert world.open(world.book()).status == 201

    @pytest.mark.parametrize("wanted", ["deposit", "full"])
    def test_is_over_two_days_later_and_holds_no_slot(self, world: World, wanted: str) -> None:
        booking, place = forgotten(world, wanted)
        world.later(days=1, seconds=1)
        with pytest.raises(TriggerFailedError):
            world.release()
        assert world.status(booking)[0] == "pending"
        world.later(days=2)

        world.release()

        assert world.status(booking)[0] == "cancelled"
        assert world.ask_to_book(**place).status == 201
        world.reconcile()

    def test_of_a_cancelled_booking_is_given_up(self, world: World) -> None:
        booking, _ = forgotten(world)
        assert world.cancel(booking).status == 200
        world.take_records()
        with pytest.raises(TriggerFailedError):
            world.reconcile()
        world.later(days=2)

        world.reconcile()

        assert [each["status"] for each in world.account(booking)["payments"]] == ["canceled"]

    def test_that_it_knows_again_is_closed_after_all(self, world: World) -> None:
        """One answer, by the key of another account, must not leave it payable for good."""
        booking = world.book()
        intent = world.opened(booking)
        world.later(hours=23)
        assert world.cancel(booking).status == 200
        world.later(days=3)
        kept = world.stripe.account.payment_intents[intent]
        world.stripe.account.payment_intents.remove(intent)
        assert world.hand_over(world.take_records(booking))
        world.stripe.account.payment_intents.add(kept)

        world.reconcile()

        assert payable(world, booking) == []


def forgotten(world: World, wanted: str = "deposit") -> tuple[str, dict[str, str]]:
    """Return a booking whose open payment Stripe has forgotten, and its date and time."""
    place = world.place()
    booking = world.book(**place)
    world.stripe.account.payment_intents.remove(world.opened(booking, wanted))
    return booking, place
