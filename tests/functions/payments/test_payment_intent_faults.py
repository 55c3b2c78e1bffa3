"""Opening a payment while Stripe fails, refuses the request, or rejects the API key."""

from typing import Any

import pytest
from local.fakes.stripe.api.resources.payment_intent_parameters import CREATE
from local.fakes.stripe.fake import FakeStripe
from tests.functions.conftest import Output
from tests.functions.emf import alarm_values
from tests.functions.payment_steps import PaymentSteps
from tests.functions.payments.payment_intents import DEPOSIT, KEY_HEADER, intents, open_at
from tests.functions.secrets_manager import rotate
from tests.functions.stripe import API_KEY

from teppan.domain.bookings.booking import Booking

FAULTS: dict[str, tuple[dict[str, Any], int, str]] = {
    "down": ({"kind": "reset", "times": 9}, 503, "payment_provider_unavailable"),
    "slow": ({"kind": "timeout", "times": 9}, 503, "payment_provider_unavailable"),
    "answers lost": ({"kind": "lose_answer", "times": 9}, 503, "payment_provider_unavailable"),
    "busy": ({"kind": "error_429", "times": 9}, 503, "payment_provider_unavailable"),
    "broken": ({"kind": "error_500", "times": 9}, 503, "payment_provider_unavailable"),
    "broken after": ({"kind": "error_500_after", "times": 9}, 503, "payment_provider_unavailable"),
}


class TestStripeFailure:
    @pytest.mark.parametrize("fault", FAULTS)
    @pytest.mark.parametrize("same_key", [True, False], ids=["same key", "new key"])
    def test_a_stripe_failure_is_a_503_and_the_next_try_opens_one_intent(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, fault: str, same_key: bool
    ) -> None:
        # Given
        headers = KEY_HEADER if same_key else None
        faults, status, code = FAULTS[fault]
        stripe.faults.fail_next(**faults)

        # When
        answer = steps.open(booking, headers=headers)

        # Then the answer says when to retry, and the attempt is kept
        assert answer.problem == (status, code)
        assert int(answer.headers["Retry-After"]) > 0
        (attempt,) = steps.account(booking)["payments"]
        assert (attempt["amount"], attempt["status"]) == (DEPOSIT, "requires_payment_method")

        # And once Stripe works again, the next try creates no second intent
        stripe.faults.clear()
        again = steps.open(booking, headers=headers)
        assert again.status == 201
        payable = open_at(stripe)
        assert again.body["payment_intent_id"] in payable
        assert len(payable) == (2 if fault == "broken after" else 1)
        (attempt,) = steps.account(booking)["payments"]
        assert attempt["payment_intent_id"] == again.body["payment_intent_id"]

    @pytest.mark.parametrize("kind", ["reset", "timeout", "lose_answer", "error_429"])
    def test_a_single_failure_of_stripe_is_retried(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, kind: Any
    ) -> None:
        stripe.faults.fail_next(kind, method="POST")

        answer = steps.open(booking)

        assert answer.status == (503 if kind == "error_429" else 201)
        assert steps.open(booking).status == 201
        assert len(intents(stripe)) == 1

    def test_the_next_try_after_a_500_of_stripe_uses_a_new_idempotency_key(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given an error that Stripe stores under the idempotency key
        stripe.faults.fail_next("error_500", method="POST")
        assert steps.open(booking, headers=KEY_HEADER).status == 503

        # Then the next try uses another key
        assert steps.open(booking, headers=KEY_HEADER).status == 201
        assert len(intents(stripe)) == 1

    def test_an_open_intent_that_cannot_be_cancelled_stays_open(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        first = steps.open(booking).body["payment_intent_id"]
        stripe.faults.fail_next("reset", path_prefix="/v1/payment_intents/", times=2)

        assert steps.open(booking, "full").problem == (503, "payment_provider_unavailable")

        assert intents(stripe) == {first: "requires_payment_method"}
        assert steps.open(booking, "full").status == 201
        assert intents(stripe)[first] == "canceled"

    def test_opening_a_payment_with_an_api_key_that_stripe_rejects_is_a_502(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        stripe.api_keys.clear()

        answer = steps.open(booking, headers=KEY_HEADER)

        assert answer.problem == (502, "payment_provider_failed")
        assert int(answer.headers["Retry-After"]) > 0
        assert "sk_" not in str(answer.body)
        stripe.api_keys.add(API_KEY)
        assert steps.open(booking, headers=KEY_HEADER).status == 201
        assert len(intents(stripe)) == 1

    def test_an_amount_that_stripe_never_takes_is_a_409_without_retry_after(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        # Given an account whose minimum amount is above the deposit
        stripe.account.minimum_amount = DEPOSIT + 1

        answers = [steps.open(booking, headers=KEY_HEADER) for _ in range(2)]

        assert {each.problem for each in answers} == {(409, "payment_refused_by_provider")}
        assert "Retry-After" not in answers[0].headers
        assert intents(stripe) == {}
        # And the request succeeds once Stripe accepts the amount
        stripe.account.minimum_amount = DEPOSIT
        assert steps.open(booking, headers=KEY_HEADER).status == 201
        assert len(intents(stripe)) == 1

    def test_a_booking_with_a_payment_that_stripe_never_takes_can_be_cancelled(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking
    ) -> None:
        stripe.account.minimum_amount = DEPOSIT + 1
        steps.open(booking)

        assert steps.cancel(booking).status == 200
        assert steps.follow_up() == []

    def test_a_request_that_stripe_calls_invalid_is_a_500_and_raises_an_alarm(
        self,
        steps: PaymentSteps,
        booking: Booking,
        output: Output,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        # Given a request with a parameter that Stripe does not know
        monkeypatch.delitem(CREATE, "automatic_payment_methods")

        answer = steps.open(booking)

        assert answer.problem == (500, "internal_error")
        assert "Retry-After" not in answer.headers
        log = output()
        assert alarm_values(log, "PaymentRequestsRejected") == [1]
        assert '"error_code":"parameter_unknown"' in log

    @pytest.mark.parametrize("key", ["a random value", "whsec_1"])
    def test_a_stage_without_an_api_key_names_the_cause_only_in_its_log(
        self, steps: PaymentSteps, booking: Booking, output: Output, api_key: str, key: str
    ) -> None:
        rotate(api_key, key)
        rotate(api_key, key)

        assert steps.open(booking).problem == (502, "payment_provider_failed")
        assert "PaymentsNotConfigured" in output()

    def test_a_live_intent_is_not_returned_on_a_test_stage(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, output: Output
    ) -> None:
        stripe.set_livemode(live=True)

        answer = steps.open(booking)

        assert answer.problem == (502, "payment_provider_failed")
        assert "_secret_" not in str(answer.body)
        assert alarm_values(output(), "ForeignPayments") == [1]


class TestApiKeyRotation:
    """A rotation causes no outage: one of the two stored keys is always valid."""

    def test_a_revoked_api_key_is_replaced_by_the_new_one(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, api_key: str
    ) -> None:
        # Given an instance that has cached the old key
        assert steps.open(booking).status == 201
        rotate(api_key, "sk_test_new")
        stripe.api_keys = {"sk_test_new"}

        assert steps.open(booking, "full").status == 201

    def test_an_api_key_that_stripe_does_not_know_yet_is_replaced_by_the_old_one(
        self, steps: PaymentSteps, booking: Booking, api_key: str
    ) -> None:
        rotate(api_key, "sk_test_new")

        assert steps.open(booking).status == 201

    def test_an_api_key_that_was_replaced_twice_is_not_used(
        self, steps: PaymentSteps, stripe: FakeStripe, booking: Booking, api_key: str
    ) -> None:
        rotate(api_key, "sk_test_new")
        rotate(api_key, "sk_test_newer")

        assert steps.open(booking).problem == (502, "payment_provider_failed")
        assert not intents(stripe)
