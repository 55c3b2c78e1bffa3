"""Ids that are derived from a caller and an idempotency key."""

import re
from datetime import timedelta

from tests.builders import NOW, OTHER_CUSTOMER, caller

from teppan.services.idempotency import IdempotencyKey, derived_id


def id_of(key: str, who: str = caller().id, prefix: str = "bkg") -> str:
    return derived_id(prefix, caller(who), IdempotencyKey(key, "fingerprint"))


def test_a_derived_id_is_its_prefix_and_26_characters() -> None:
    assert re.fullmatch(r"bkg_[a-z2-7]{26}", id_of("key"))


def test_a_derived_id_depends_on_neither_time_nor_body() -> None:
    later = caller(at=NOW + timedelta(days=365))

    again = derived_id("bkg", later, IdempotencyKey("key", "another fingerprint"))

    assert again == id_of("key")


def test_a_derived_id_differs_by_key_caller_and_prefix() -> None:
    ids = {id_of("key"), id_of("Key"), id_of("key", OTHER_CUSTOMER), id_of("key", prefix="pay")}

    assert len(ids) == 4
