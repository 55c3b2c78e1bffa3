"""Errors of payments: the members that they add to a problem."""

from teppan.domain.payments.errors import InvalidSignature


def test_every_invalid_signature_has_the_same_detail() -> None:
    assert InvalidSignature().detail == InvalidSignature.detail != ""
