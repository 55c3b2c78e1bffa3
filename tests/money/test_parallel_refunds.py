"""Simultaneous refunds never exceed the captured amount, and each is sent once."""

from collections.abc import Callable
from functools import partial

import pytest
from tests.functions.handlers import Answer
from tests.money.support.backend import DEPOSIT, Backend
from tests.money.support.books import books, check_against_stripe, check_sums, refunds_at_stripe
from tests.sizes import SIZES
from tests.store.threads import at_once


def send_at_once(requests: list[Callable[[], Answer]]) -> list[Answer]:
    """Send all requests at once; return the answers, in the order of the requests."""
    answers = at_once(requests)
    assert all(isinstance(each, Answer) for each in answers), answers
    return [each for each in answers if isinstance(each, Answer)]


def send_from_stream_and_job(backend: Backend) -> None:
    """Run `followUpPayments` and `reconcilePayments` twice each at the same time."""
    records = backend.take_records()
    failures = at_once(
        [partial(backend.hand_over, records), partial(backend.reconcile, "recent")] * 2,
    )
    assert all(failure in (None, []) for failure in failures), failures


@pytest.mark.parametrize("amount", [1_000, 1_500])
def test_twenty_partial_refunds_at_once_never_exceed_the_captured_amount(
    botocore_backend: Backend, amount: int
) -> None:
    backend = botocore_backend
    booking, intent = backend.paid_booking()

    # When twenty refunds at once ask for more than was captured
    answers = send_at_once([partial(backend.refund, booking, amount) for _ in range(20)])

    # Then only as many are accepted as the captured amount allows
    accepted = [each for each in answers if each.status == 201]
    assert len(accepted) == DEPOSIT // amount
    assert {each.problem for each in answers if each not in accepted} == {
        (409, "refund_exceeds_captured")
    }
    check_sums(backend, booking)

    # And each of them is sent to Stripe once
    send_from_stream_and_job(backend)
    assert refunds_at_stripe(backend, intent) == [(amount, "succeeded")] * len(accepted)
    assert books(backend.list_payments(booking)["entries"]).refunded == amount * len(accepted)
    check_against_stripe(backend, [booking])


def test_one_refund_requested_twenty_times_at_once_is_sent_once(botocore_backend: Backend) -> None:
    backend = botocore_backend
    booking, intent = backend.paid_booking()
    key = {"Idempotency-Key": "cold-noodles"}

    answers = send_at_once(
        [partial(backend.refund, booking, 1_000, headers=key) for _ in range(20)]
    )

    assert {each.status for each in answers} == {201}
    assert len({each.body["refund_id"] for each in answers}) == 1
    assert sum("Idempotency-Replayed" not in each.headers for each in answers) == 1
    send_from_stream_and_job(backend)
    assert refunds_at_stripe(backend, intent) == [(1_000, "succeeded")]


@pytest.mark.parametrize("attempt", range(SIZES.repetitions))
def test_two_refunds_and_a_cancellation_at_once_never_refund_a_cent_twice(
    botocore_backend: Backend, attempt: int
) -> None:
    backend = botocore_backend
    booking, intent = backend.paid_booking()

    # When two refunds and a cancellation at once ask for more than was captured
    first, second, cancelled = send_at_once(
        [
            partial(backend.refund, booking, 6_000),
            partial(backend.refund, booking, 6_000),
            partial(backend.cancel, booking),
        ]
    )

    # Then the cancellation refunds its part of what the refunds before it left
    assert cancelled.status == 200
    granted = sum(each.status == 201 for each in (first, second)) * 6_000
    assert granted <= 6_000
    base = DEPOSIT if cancelled.body["refund_amount"] == 9_700 else DEPOSIT - 6_000
    assert cancelled.body["refund_amount"] == base * 97 // 100
    obligations = books(backend.list_payments(booking)["entries"]).obligations
    assert obligations == granted + cancelled.body["refund_amount"] <= DEPOSIT

    # And Stripe refunds just the obligations
    send_from_stream_and_job(backend)
    assert sum(amount for amount, _ in refunds_at_stripe(backend, intent)) == obligations
    check_sums(backend, booking)
    check_against_stripe(backend, [booking])


def test_dashboard_refunds_and_our_refunds_at_once_refund_each_cent_once(
    botocore_backend: Backend,
) -> None:
    """A dashboard refund fulfils a part of our obligations."""
    backend = botocore_backend
    booking, intent = backend.paid_booking()

    # Given obligations of the whole amount, half of which was refunded in the dashboard
    for _ in range(4):
        assert backend.refund(booking, 2_500).status == 201
    backend.stripe.refund(intent, 5_000)

    # When our refunds are sent, by stream and job at once
    send_from_stream_and_job(backend)
    backend.deliver()
    send_from_stream_and_job(backend)

    # Then the whole amount was refunded once
    assert sum(amount for amount, _ in refunds_at_stripe(backend, intent)) == DEPOSIT
    assert books(backend.list_payments(booking)["entries"]).in_flight == 0
    check_sums(backend, booking)
    check_against_stripe(backend, [booking])
