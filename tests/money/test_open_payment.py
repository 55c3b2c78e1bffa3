"""A booking has one open payment at most, and no more attempts than the policy allows."""

from collections.abc import Callable
from functools import partial
from itertools import cycle, islice

import pytest
from tests.functions.handlers import Answer
from tests.functions.payment_steps import VISA
from tests.money.support.backend import Backend
from tests.money.support.tap import Crash
from tests.sizes import SIZES
from tests.store.threads import at_once

from teppan.domain.policy import CURRENT
from teppan.store import keys
from teppan.store.payments import attempts
from teppan.trigger import TriggerFailedError

PAYABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}


def payable(backend: Backend, booking: str) -> list[str]:
    """Return the intents of a booking that can still be paid at Stripe."""
    return [
        each["id"]
        for each in backend.stripe.all_objects("payment_intents")
        if each["metadata"]["booking_id"] == booking and each["status"] in PAYABLE
    ]


def still_open(backend: Backend, booking: str) -> list[str]:
    found = attempts.of_booking(backend.call.table, booking)
    return [each.name for each in found if not each.status.is_final]


def guard(backend: Backend, booking: str) -> dict[str, object]:
    return backend.call.table.get(keys.open_payment(booking)) or {}


class TestSimultaneousIntents:
    @pytest.mark.parametrize("trial", range(SIZES.trials))
    def test_deposit_and_full_opened_at_once_have_one_payable_intent(
        self, botocore_backend: Backend, trial: int
    ) -> None:
        booking = botocore_backend.book()

        answers = at_once(
            [partial(botocore_backend.open, booking, each) for each in ("deposit", "full")]
        )

        statuses = {each.status for each in answers if isinstance(each, Answer)}
        assert statuses <= {201, 409, 503}, (trial, answers)
        assert len(payable(botocore_backend, booking)) <= 1
        assert len(still_open(botocore_backend, booking)) <= 1
        named = guard(botocore_backend, booking).get("open")
        assert ([named] if named else []) == still_open(botocore_backend, booking)

    def test_simultaneous_requests_of_one_payment_type_share_an_intent(
        self, botocore_backend: Backend
    ) -> None:
        booking = botocore_backend.book()

        answers = at_once([partial(botocore_backend.open, booking)] * 4)

        [intent] = payable(botocore_backend, booking)
        found = [each.body for each in answers if isinstance(each, Answer) and each.status == 201]
        assert found
        assert {each["payment_intent_id"] for each in found} == {intent}

    def test_simultaneous_requests_never_exceed_the_allowed_payment_attempts(
        self, botocore_backend: Backend
    ) -> None:
        # Given three attempts fewer than the policy allows
        booking = botocore_backend.book()
        for payment_type in islice(cycle(("deposit", "full")), CURRENT.payment_attempts - 3):
            botocore_backend.open_intent(booking, payment_type)

        # When simultaneous requests open further attempts
        for _ in range(4):
            at_once(
                [partial(botocore_backend.open, booking, each) for each in ("deposit", "full") * 2]
            )

        # Then
        stored_attempts = attempts.of_booking(botocore_backend.call.table, booking)
        assert (
            len(stored_attempts)
            == guard(botocore_backend, booking)["attempts"]
            == CURRENT.payment_attempts
        )
        assert len(payable(botocore_backend, booking)) <= 1


class TestStopBetweenTwoWrites:
    def test_a_paid_attempt_whose_status_was_not_stored_blocks_no_new_attempt(
        self, backend: Backend
    ) -> None:
        # Given a deposit that is in the ledger, but not in the status of its attempt
        booking = backend.book()
        intent = backend.pay(booking)
        with backend.tap.watched(after=1, name="transact_write_items"), pytest.raises(Crash):
            backend.confirm(intent)
        assert still_open(backend, booking)

        # Then the next request stores the status and opens an intent of what is due
        assert backend.open(booking, "balance").status == 201
        assert len(still_open(backend, booking)) == len(payable(backend, booking)) == 1

    def test_an_attempt_without_an_intent_is_closed_by_the_next_request(
        self, backend: Backend
    ) -> None:
        booking = backend.book()
        with backend.tap.watched(after=1, name="transact_write_items"), pytest.raises(Crash):
            backend.open(booking)
        assert payable(backend, booking) == []

        assert backend.open(booking, "full").status == 201

        assert len(payable(backend, booking)) == len(still_open(backend, booking)) == 1

    def test_an_intent_closed_before_it_was_stored_is_returned_as_canceled(
        self, backend: Backend
    ) -> None:
        """Another request opens the full price while Stripe creates the deposit's intent."""
        booking = backend.book()
        with backend.tap.watched(
            after=1, name="POST payment_intents", do=partial(backend.open, booking, "full")
        ):
            answer = backend.open(booking)

        assert (answer.status, answer.body["status"]) == (201, "canceled")
        [other_intent] = payable(backend, booking)
        assert other_intent != answer.body["payment_intent_id"]


type Change = Callable[[Backend, str], object]


def fewer_guests(backend: Backend, booking: str) -> None:
    assert backend.change(booking, guests=11).status == 200


def cancelled(backend: Backend, booking: str) -> None:
    assert backend.cancel(booking).status == 200


def paid_by_another(backend: Backend, booking: str) -> None:
    """Pay the deposit with an intent from the dashboard that has our metadata."""
    intent = backend.call.provider._api.call(
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
    backend.stripe.pay(intent, VISA)
    assert backend.confirm(intent, by=backend.owners[booking]).status == 200


LESS_DUE: dict[str, Change] = {
    "fewer guests": fewer_guests,
    "cancelled": cancelled,
    "paid by another intent": paid_by_another,
}


@pytest.mark.parametrize("change", LESS_DUE.values(), ids=LESS_DUE)
class TestOutdatedPrice:
    def test_a_payment_with_an_outdated_price_is_closed_by_the_stream(
        self, backend: Backend, change: Change
    ) -> None:
        booking = backend.book()
        backend.open_intent(booking, "full")
        change(backend, booking)

        backend.follow_up()

        assert payable(backend, booking) == []
        assert "gsi4pk" not in guard(backend, booking)

    def test_a_payment_with_an_outdated_price_is_closed_by_the_job_if_the_stream_is_down(
        self, backend: Backend, change: Change
    ) -> None:
        booking = backend.book()
        backend.open_intent(booking, "full")
        change(backend, booking)
        backend.take_records()
        backend.later(hours=1)

        backend.reconcile()

        assert payable(backend, booking) == []
        assert "gsi4pk" not in guard(backend, booking)


def test_a_payment_that_is_still_due_after_a_change_stays_open(backend: Backend) -> None:
    booking = backend.book()
    intent = backend.open_intent(booking)  # the deposit is also due with fewer guests
    fewer_guests(backend, booking)

    backend.follow_up()

    assert payable(backend, booking) == [intent]
    assert "gsi4pk" not in guard(backend, booking)


def test_a_request_answered_with_nothing_due_leaves_no_payable_intent(backend: Backend) -> None:
    # Given a cancelled booking with an open payment; neither stream nor job has run
    booking = backend.book()
    backend.open_intent(booking, "full")
    cancelled(backend, booking)

    assert backend.open(booking).problem == (409, "booking_not_payable")

    assert payable(backend, booking) == []


def test_payments_of_a_cancelled_booking_are_closed_after_a_stripe_outage(backend: Backend) -> None:
    # Given a Stripe outage that lasts until the stream's record is given up
    booking = backend.book()
    backend.open_intent(booking)
    cancelled(backend, booking)
    backend.stripe.faults.fail_next("reset", times=1_000)
    for _ in range(9):
        records = backend.read_records()
        assert backend.hand_over(records)
    backend.take_records()
    assert payable(backend, booking)

    # When the job runs after the outage
    backend.stripe.faults.clear()
    backend.reconcile()

    assert payable(backend, booking) == []


def test_a_bank_debit_that_fails_after_the_cancellation_cannot_be_retried(
    backend: Backend,
) -> None:
    booking = backend.book()
    intent = backend.pay(booking, card="pm_usBankAccount_success")
    cancelled(backend, booking)
    backend.follow_up()
    assert guard(backend, booking)["gsi4pk"] == keys.CLOSE

    backend.stripe.finish_processing(intent, succeed=False)
    backend.drop_deliveries()
    backend.reconcile()

    assert payable(backend, booking) == []
    assert "gsi4pk" not in guard(backend, booking)


class TestIntentUnknownToStripe:
    """Stripe's test data were deleted, or the stage has the key of another account."""

    def test_an_intent_unknown_to_stripe_fails_the_job_at_first(self, backend: Backend) -> None:
        booking, _ = with_unknown_intent(backend)
        backend.cancel(booking)
        with pytest.raises(TriggerFailedError):
            backend.reconcile()

        assert backend.open(backend.book()).status == 201

    @pytest.mark.parametrize("payment_type", ["deposit", "full"])
    def test_an_intent_unknown_for_two_days_holds_no_slot(
        self, backend: Backend, payment_type: str
    ) -> None:
        booking, place = with_unknown_intent(backend, payment_type)
        backend.later(days=1, seconds=1)
        with pytest.raises(TriggerFailedError):
            backend.release()
        assert backend.status(booking)[0] == "pending"
        backend.later(days=2)

        backend.release()

        assert backend.status(booking)[0] == "cancelled"
        assert backend.request_booking(**place).status == 201
        backend.reconcile()

    def test_an_unknown_intent_of_a_cancelled_booking_is_given_up_after_two_days(
        self, backend: Backend
    ) -> None:
        booking, _ = with_unknown_intent(backend)
        assert backend.cancel(booking).status == 200
        backend.take_records()
        with pytest.raises(TriggerFailedError):
            backend.reconcile()
        backend.later(days=2)

        backend.reconcile()

        assert [each["status"] for each in backend.list_payments(booking)["payments"]] == [
            "canceled"
        ]

    def test_an_intent_unknown_once_and_then_known_again_is_closed(self, backend: Backend) -> None:
        """A single answer with the key of another account must not leave the intent payable."""
        booking = backend.book()
        intent = backend.open_intent(booking)
        backend.later(hours=23)
        assert backend.cancel(booking).status == 200
        backend.later(days=3)
        stored_intent = backend.stripe.account.payment_intents[intent]
        backend.stripe.account.payment_intents.remove(intent)
        assert backend.hand_over(backend.take_records(booking))
        backend.stripe.account.payment_intents.add(stored_intent)

        backend.reconcile()

        assert payable(backend, booking) == []


def with_unknown_intent(
    backend: Backend, payment_type: str = "deposit"
) -> tuple[str, dict[str, str]]:
    """Return a booking whose open intent is deleted at Stripe, and its date and time."""
    place = backend.place()
    booking = backend.book(**place)
    backend.stripe.account.payment_intents.remove(backend.open_intent(booking, payment_type))
    return booking, place
