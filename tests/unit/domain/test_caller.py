"""Callers: roles, and the time that records have (`domain.md §8`)."""

from datetime import timedelta

import pytest
from tests.builders import CUSTOMER, NOW, OTHER_CUSTOMER, admin, caller, system

from teppan.domain.caller import Caller, Role


@pytest.mark.parametrize("role", Role)
def test_only_an_admin_is_admin(role: Role) -> None:
    assert caller(role=role).is_admin is (role is Role.ADMIN)


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (caller(), True),
        (admin(), True),
        (system(), True),
        (caller(OTHER_CUSTOMER), False),
        (caller(OTHER_CUSTOMER, Role.ANONYMOUS), False),
    ],
)
def test_the_customer_and_staff_and_jobs_may_see_a_booking(who: Caller, sees: bool) -> None:
    assert who.may_see(CUSTOMER) is sees


class TestSignedAt:
    def test_recorded_at_is_the_instant_in_whole_seconds(self) -> None:
        assert caller(at=NOW + timedelta(microseconds=999_999)).recorded_at == NOW

    def test_recorded_at_is_never_before_the_last_record(self) -> None:
        late = caller(at=NOW).with_not_before(NOW + timedelta(seconds=36))

        assert (late.recorded_at, late.at) == (NOW + timedelta(seconds=36), NOW)

    def test_recorded_at_is_the_later_instant_of_the_request(self) -> None:
        assert caller(at=NOW).with_not_before(NOW - timedelta(seconds=1)).recorded_at == NOW
