"""The errors of the payment provider's protocol."""

from teppan.domain.errors import DomainError
from teppan.services.payments.provider import RefundRefusedError


def test_a_refused_refund_has_the_providers_code_and_is_no_domain_error() -> None:
    error = RefundRefusedError("charge_already_refunded")

    assert (error.code, str(error)) == ("charge_already_refunded", "charge_already_refunded")
    assert not isinstance(error, DomainError)
