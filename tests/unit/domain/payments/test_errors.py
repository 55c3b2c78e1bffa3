"""Errors of payments: what they add to an answer."""

from teppan.domain.payments.errors import InvalidSignature


def test_a_bad_signature_says_the_same_whatever_is_wrong_with_it() -> None:
    assert InvalidSignature().detail == InvalidSignature.detail != ""
