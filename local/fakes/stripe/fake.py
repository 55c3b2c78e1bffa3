"""The fake's interface: its API, and the actions of Stripe, the banks and the customer."""

import time
from collections.abc import Callable, Mapping
from threading import RLock
from typing import Final

from local.fakes.stripe.account import balance
from local.fakes.stripe.account.account import Account
from local.fakes.stripe.account.collection import Collection
from local.fakes.stripe.account.events import emit_thin
from local.fakes.stripe.account.identifiers import Identifiers
from local.fakes.stripe.account.views import current_view
from local.fakes.stripe.api.answers import Reply
from local.fakes.stripe.api.operation import get_by_path_id
from local.fakes.stripe.api.server import Server
from local.fakes.stripe.cards import card_by_id, card_by_number
from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.faults import Faults
from local.fakes.stripe.objects import Json, deep_copy
from local.fakes.stripe.payments import (
    charges,
    disputes,
    due_refunds,
    payment_methods,
    payments,
    refunds,
)
from local.fakes.stripe.webhooks.outbox import Outbox

__all__ = ["PUBLISHABLE_KEY", "FakeStripe", "Reply", "StripeError"]

PUBLISHABLE_KEY: Final = "pk_test_fake"


class FakeStripe:
    """One Stripe account. It is thread-safe: each method holds one lock.

    `api_keys` are the secret keys that it accepts; `clock` returns Unix seconds. Methods other
    than `handle` act as the customer, a bank or the dashboard. They return the changed object,
    and raise StripeError when Stripe does not allow the action.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.time,
        api_key: str = "sk_test_fake",
        seed: int = 0,
    ) -> None:
        self._lock = RLock()
        self.account: Final = Account(clock, Identifiers(seed))
        self.api_keys: set[str] = {api_key}
        self.faults: Final = Faults(seed)
        self.outbox: Final = Outbox(self.account, self._lock)
        self.account.publish = self.outbox.publish
        self._server = Server(
            self.account,
            self._lock,
            self.faults,
            secret_keys=lambda: self.api_keys,
            publishable=PUBLISHABLE_KEY,
        )

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Return the reply to a request; `target` is path and query. Raises faults.NoAnswer."""
        return self._server.handle(method, target, headers, body)

    def pay(
        self, intent_id: str, card: str = "4242424242424242", *, return_url: str | None = None
    ) -> Json:
        """Confirm as the customer with a test card's number or a test payment method's id.

        After a decline, the returned intent has `last_payment_error`.
        """
        with self._lock:
            intent = self._intent(intent_id)
            payments.require_confirmable(intent)
            test_card = card_by_id(card) or card_by_number(card)
            payment_methods.require_allowed(intent, test_card.kind)
            method = payment_methods.create(self.account, test_card)
            payments.confirm(self.account, intent, method, return_url)
            return self._current_copy(intent)

    def authenticate(self, intent_id: str, *, succeed: bool = True) -> Json:
        """Pass or fail 3-D Secure as the customer."""
        with self._lock:
            intent = self._intent(intent_id)
            payments.authenticate(self.account, intent, succeed=succeed)
            return self._current_copy(intent)

    def finish_processing(self, intent_id: str, *, succeed: bool = True) -> Json:
        """End a payment that is `processing`, as the customer's bank."""
        with self._lock:
            intent = self._intent(intent_id)
            payments.finish_processing(self.account, intent, succeed=succeed)
            return self._current_copy(intent)

    def dispute(
        self,
        intent_id: str,
        *,
        amount: int | None = None,
        inquiry: bool = False,
        withdrawn: bool = True,
    ) -> Json:
        """Dispute a payment, by default the part that is not refunded; return the dispute.

        Without `withdrawn`, no money moves until `withdraw`.
        """
        with self._lock:
            dispute = disputes.open_dispute(
                self.account,
                charges.require_successful(self.account, self._intent(intent_id)),
                amount=amount,
                inquiry=inquiry,
                withdrawn=withdrawn,
            )
            return self._current_copy(dispute)

    def close_dispute(self, dispute_id: str, *, won: bool, reinstated: int | None = None) -> Json:
        """Decide a dispute as the bank. A lost inquiry becomes a lost dispute.

        `reinstated` cents are given back, by default all of a won dispute, none of a lost one.
        """
        with self._lock:
            dispute = get_by_path_id(self.account.disputes, dispute_id)
            disputes.close(self.account, dispute, won=won, reinstated=reinstated)
            return self._current_copy(dispute)

    def withdraw(self, dispute_id: str, amount: int) -> Json:
        """Withdraw `amount` cents more for a dispute, open or decided."""
        with self._lock:
            dispute = get_by_path_id(self.account.disputes, dispute_id)
            disputes.withdraw(self.account, dispute, amount)
            return self._current_copy(dispute)

    def reinstate(self, dispute_id: str, amount: int) -> Json:
        """Give back `amount` cents of a decided dispute."""
        with self._lock:
            dispute = get_by_path_id(self.account.disputes, dispute_id)
            disputes.reinstate(self.account, dispute, amount)
            return self._current_copy(dispute)

    def escalate_inquiry(self, dispute_id: str) -> Json:
        """Turn an inquiry into a dispute, and withdraw its money."""
        with self._lock:
            dispute = get_by_path_id(self.account.disputes, dispute_id)
            disputes.escalate(self.account, dispute)
            return self._current_copy(dispute)

    def set_refund_status(self, refund_id: str, status: str) -> Json:
        """Set a refund's status, if Stripe allows the change; `succeeded` may become `failed`."""
        with self._lock:
            refund = get_by_path_id(self.account.refunds, refund_id)
            refunds.change_status(self.account, refund, status)
            return self._current_copy(refund)

    def refund(self, intent_id: str, amount: int) -> Json:
        """Refund `amount` cents in the dashboard, so without our metadata."""
        with self._lock:
            charge = charges.require_successful(self.account, self._intent(intent_id))
            parameters = {"amount": amount, "reason": "requested_by_customer"}
            return self._current_copy(refunds.create(self.account, charge, parameters))

    def set_livemode(self, *, live: bool) -> None:
        """Set `livemode` of the objects made from now on."""
        with self._lock:
            self.account.livemode = live

    def send_thin_event(self, kind: str) -> Json:
        """Send an event of Stripe's v2 API, which holds no object, to the endpoints."""
        with self._lock:
            return emit_thin(self.account, kind)

    def balance_by_intent(self) -> dict[str, int]:
        """Return the sum of all balance transactions in cents, without fees, by payment intent."""
        with self._lock:
            return balance.amounts_by_intent(self.account)

    def intent_of_secret(self, client_secret: str) -> Json:
        """Return the payment intent of a client secret. Raises StripeError."""
        with self._lock:
            intent = self._intent(client_secret.partition("_secret_")[0])
            if intent["client_secret"] != client_secret:
                raise StripeError("No such payment.", status=404)
            return self._current_copy(intent)

    def end_due_refunds(self, seconds: float) -> None:
        """End the refunds that are older than `seconds`, for test cards whose refunds end later."""
        with self._lock:
            due_refunds.end_due_refunds(self.account, self.account.clock() - seconds)

    def all_objects(self, kind: str) -> list[Json]:
        """Return all objects of a kind, such as `refunds`, newest first."""
        with self._lock:
            collection: Collection = getattr(self.account, kind)
            return [self._current_copy(each) for each in collection.newest_first()]

    def _intent(self, identifier: str) -> Json:
        return get_by_path_id(self.account.payment_intents, identifier)

    def _current_copy(self, thing: Json) -> Json:
        current: Json = deep_copy(current_view(self.account, thing))
        return current
