"""The dispute object when the cardholder's bank opens the dispute."""

from typing import Final

from local.fakes.stripe.account.account import DAY, Account
from local.fakes.stripe.objects import Json, deep_copy

_ANSWER_DAYS: Final = 9


def dispute_of(account: Account, charge: Json, amount: int, *, inquiry: bool) -> Json:
    """Return a new dispute of `amount` cents of a charge, before any money moves."""
    dispute: Json = {
        "id": account.identifiers.new("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": account.now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": deep_copy(_NO_EVIDENCE),
        "evidence_details": {
            "due_by": account.now() + _ANSWER_DAYS * DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": inquiry,
        "livemode": account.livemode,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": "fraudulent",
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
    if "card" in charge["payment_method_details"]:
        dispute["payment_method_details"] = {
            "card": {
                "brand": charge["payment_method_details"]["card"]["brand"],
                "case_type": "inquiry" if inquiry else "chargeback",
                "network_reason_code": "10.4",
            },
            "type": "card",
        }
    return dispute


_NO_EVIDENCE: Final[Json] = {
    "access_activity_log": None,
    "billing_address": None,
    "cancellation_policy": None,
    "cancellation_policy_disclosure": None,
    "cancellation_rebuttal": None,
    "customer_communication": None,
    "customer_email_address": None,
    "customer_name": None,
    "customer_purchase_ip": None,
    "customer_signature": None,
    "duplicate_charge_documentation": None,
    "duplicate_charge_explanation": None,
    "duplicate_charge_id": None,
    "enhanced_evidence": {},
    "product_description": None,
    "receipt": None,
    "refund_policy": None,
    "refund_policy_disclosure": None,
    "refund_refusal_explanation": None,
    "service_date": None,
    "service_documentation": None,
    "shipping_address": None,
    "shipping_carrier": None,
    "shipping_date": None,
    "shipping_documentation": None,
    "shipping_tracking_number": None,
    "uncategorized_file": None,
    "uncategorized_text": None,
}
