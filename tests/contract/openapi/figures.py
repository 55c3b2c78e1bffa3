"""The numbers in the contract's texts, each from its source in policy, template or code."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from tests.contract.documents import SCHEMAS, TEMPLATE

from teppan.domain.accounts.lockout import CODES, MAILS, PASSWORDS, TRUST_DURATION
from teppan.domain.bookings.cancellation import FULL_REFUND_PERCENTAGE
from teppan.domain.money import Cents
from teppan.domain.policy import CURRENT
from teppan.http.body import MAX_BODY_BYTES
from teppan.identity.new_password import FEWEST_CHARACTERS
from teppan.services.bookings import list_bookings
from teppan.services.bookings.availability import CACHE_SECONDS
from teppan.services.webhooks import list_webhook_events
from teppan.store.inbox import KEPT

_CLIENT: Final = TEMPLATE["Resources"]["UserPoolClient"]["Properties"]
_LIMITS: Final = TEMPLATE["Resources"]["Api"]["Properties"]["MethodSettings"][0]
_PASSWORD: Final = SCHEMAS["Register"]["properties"]["password"]
_FIRST, _SECOND, _LAST = CURRENT.refund_tiers
_TIMES: Final = [f"{each:%H:%M}" for each in CURRENT.start_times]


def _hours(span: timedelta) -> int:
    return span // timedelta(hours=1)


def _dollars(amount: Cents) -> str:
    return f"${amount // 100}.{amount % 100:02}"


def _each(seconds: int) -> str:
    return "minute" if seconds == 60 else f"{seconds // 60} minutes"


FIGURES: Final[Mapping[str, Any]] = {
    "policy": CURRENT.version,
    "times": ", ".join(_TIMES),
    "times_or": ", ".join(_TIMES[:-1]) + f" or {_TIMES[-1]}",
    "lead_hours": _hours(CURRENT.lead_time),
    "horizon_days": CURRENT.horizon.days,
    "capacity": CURRENT.default_capacity,
    "max_capacity": CURRENT.max_capacity,
    "cached_seconds": CACHE_SECONDS,
    "searched_days": CURRENT.max_availability_days,
    "last_searched_day": CURRENT.max_availability_days - 1,
    "guests": CURRENT.max_guests,
    **{name: _dollars(price) for name, price in CURRENT.guest_prices.items()},
    **{name: _dollars(price) for name, price in CURRENT.upgrade_prices.items()},
    **{name: _dollars(price) for name, price in CURRENT.add_on_prices.items()},
    "minimum_food": _dollars(CURRENT.minimum_food),
    "free_miles": CURRENT.free_miles,
    "mile": _dollars(CURRENT.mile_price),
    "max_miles": CURRENT.max_miles,
    "tax": CURRENT.tax_basis_points / 100,
    "deposit": _dollars(CURRENT.deposit),
    "least": _dollars(CURRENT.least_charge),
    "least_cents": CURRENT.least_charge,
    "pending": CURRENT.max_pending_bookings,
    "bookings": CURRENT.max_bookings_in_window,
    "bookings_hours": _hours(CURRENT.booking_count_window),
    "payment_hours": _hours(CURRENT.payment_window),
    "payment_hours_before": _hours(CURRENT.payment_before_start),
    "payments": CURRENT.payment_attempts,
    "balance_days": CURRENT.balance_before_start.days,
    "move_hours": _hours(CURRENT.move_notice),
    "edit_hours": _hours(CURRENT.edit_notice),
    "reduction_days": CURRENT.reduction_notice.days,
    "travel_days": CURRENT.travel_deadline_after_start.days,
    "first_days": _FIRST.notice.days,
    "first": _FIRST.percentage,
    "second_days": _SECOND.notice.days,
    "second": _SECOND.percentage,
    "last_hours": _hours(_LAST.notice),
    "whole": FULL_REFUND_PERCENTAGE,
    "arrival_days": CURRENT.refund_arrival.days,
    "completed_hours": _hours(CURRENT.completed_after_start),
    "mail_free": MAILS.by_network.free,
    "mail_minutes": MAILS.by_network.first // 60,
    "mail_burst": MAILS.by_address.burst,
    "mail_interval": _each(MAILS.by_address.interval),
    "code_free": CODES.by_network.free,
    "code_minutes": CODES.by_network.first // 60,
    "code_burst": CODES.by_address.burst,
    "code_interval": _each(CODES.by_address.interval),
    "login_free": PASSWORDS.by_network.free,
    "login_seconds": PASSWORDS.by_network.first,
    "login_minutes": PASSWORDS.by_network.longest // 60,
    "login_burst": PASSWORDS.by_address.burst,
    "login_interval": _each(PASSWORDS.by_address.interval),
    "trusted_days": TRUST_DURATION.days,
    "shortest": _PASSWORD["minLength"],
    "longest": _PASSWORD["maxLength"],
    "characters": FEWEST_CHARACTERS,
    "access_minutes": _CLIENT["AccessTokenValidity"],
    "session_days": _CLIENT["RefreshTokenValidity"],
    "grace_seconds": _CLIENT["RefreshTokenRotation"]["RetryGracePeriodSeconds"],
    "rate": _LIMITS["ThrottlingRateLimit"],
    "burst": _LIMITS["ThrottlingBurstLimit"],
    "body_kib": MAX_BODY_BYTES // 1024,
    "body_bytes": MAX_BODY_BYTES,
    "listed_days": list_bookings._WIDEST.days,
    "inbox_days": KEPT.days,
    "inbox_range": list_webhook_events.WIDEST.days,
}
"""The figures by the names in the sentences."""


def filled(sentences: str) -> list[str]:
    """Return the sentences, one for each line, with the figures in place of their names."""
    return [each.strip() for each in sentences.format(**FIGURES).splitlines() if each.strip()]
