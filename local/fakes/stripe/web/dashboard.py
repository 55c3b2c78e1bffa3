"""The dashboard: the account's objects, with buttons for the actions of banks and staff."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from starlette.responses import HTMLResponse

from local.fakes.stripe.fake import FakeStripe
from local.fakes.stripe.objects import Json
from local.fakes.stripe.payments.disputes import INQUIRY_STATUSES, OPEN_STATUSES
from local.fakes.stripe.web.html import Markup, dollars, element, field, form, page, table
from local.fakes.stripe.webhooks.sender import DeliveryAttempt

_ROWS: Final = 50


def show(fake: FakeStripe, attempts: Iterable[DeliveryAttempt]) -> HTMLResponse:
    """Return the page with the newest objects of each kind."""
    waiting = fake.outbox.pending(include_later=True)
    return page(
        "Fake Stripe",
        element("p", f"Test mode, in memory. {len(waiting)} deliveries are waiting."),
        table(
            "Payments",
            ("Made", "Payment intent", "Booking", "Amount", "Status", ""),
            (_intent(each) for each in _newest(fake, "payment_intents")),
        ),
        table(
            "Refunds",
            ("Made", "Refund", "Payment intent", "Amount", "Status", ""),
            (_refund(each) for each in _newest(fake, "refunds")),
        ),
        table(
            "Disputes",
            ("Made", "Dispute", "Payment intent", "Amount", "Status", ""),
            (_dispute(each) for each in _newest(fake, "disputes")),
        ),
        table(
            "Events",
            ("Made", "Event", "Type", "Waiting"),
            (_event(each) for each in _newest(fake, "events")),
        ),
        table(
            "Webhook attempts",
            ("At", "Event", "Type", "To", "Outcome"),
            (_attempt(each) for each in reversed(list(attempts))),
        ),
    )


def _newest(fake: FakeStripe, kind: str) -> Iterable[Json]:
    return islice(fake.all_objects(kind), _ROWS)


def _intent(intent: Json) -> tuple[str, ...]:
    identifier, status = intent["id"], intent["status"]
    actions: list[Markup] = []
    if status in ("requires_payment_method", "requires_confirmation", "requires_action"):
        actions.append(element("a", "Checkout", href=f"/checkout/{intent['client_secret']}"))
    if status == "processing":
        actions += [
            _button("finish_processing", "Succeed", intent=identifier),
            _button("finish_processing", "Fail", intent=identifier, succeed="false"),
        ]
    if status == "succeeded":
        actions += [
            _button("refund", "Refund a dollar", intent=identifier, amount="100"),
            _button("dispute", "Dispute", intent=identifier),
            _button("dispute", "Inquire", intent=identifier, inquiry="true"),
        ]
    booking = intent["metadata"].get("booking_id", "")
    amount = dollars(intent["amount"], intent["currency"])
    return _time(intent), identifier, booking, amount, status, _together(actions)


def _refund(refund: Json) -> tuple[str, ...]:
    ends = {
        "pending": ("requires_action", "succeeded", "failed", "canceled"),
        "requires_action": ("pending", "succeeded", "failed", "canceled"),
        "succeeded": ("failed",),
    }
    actions = [
        _button("set_refund_status", status.replace("_", " "), refund=refund["id"], status=status)
        for status in ends.get(refund["status"], ())
    ]
    return _row(refund, actions)


def _dispute(dispute: Json) -> tuple[str, ...]:
    actions: list[Markup] = []
    if dispute["status"] in (*OPEN_STATUSES, *INQUIRY_STATUSES):
        actions += [
            _button("close_dispute", "Won", dispute=dispute["id"], won="true"),
            _button("close_dispute", "Lost", dispute=dispute["id"], won="false"),
        ]
    if dispute["status"] in INQUIRY_STATUSES:
        actions.append(_button("escalate_inquiry", "Escalate", dispute=dispute["id"]))
    return _row(dispute, actions)


def _row(thing: Json, actions: list[Markup]) -> tuple[str, ...]:
    amount = dollars(thing["amount"], thing["currency"])
    intent = thing["payment_intent"]
    return _time(thing), thing["id"], intent, amount, thing["status"], _together(actions)


def _event(event: Json) -> tuple[str, ...]:
    return _time(event), event["id"], event["type"], str(event["pending_webhooks"])


def _attempt(attempt: DeliveryAttempt) -> tuple[str, ...]:
    at = _clock(attempt.at)
    return at, attempt.event, attempt.kind, attempt.url, attempt.outcome


def _button(action: str, label: str, **given: str) -> Markup:
    hidden = [field(type="hidden", name=name, value=value) for name, value in given.items()]
    return form(f"/actions/{action}", *hidden, element("button", label))


def _together(actions: list[Markup]) -> Markup:
    return Markup("".join(actions))


def _time(thing: Json) -> str:
    return _clock(thing["created"])


def _clock(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}"
