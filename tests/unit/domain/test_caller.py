"""Callers: roles, and the time that records have (`domain.md §8`)."""

from datetime import timedelta

import pytest
from tests.builders import NOW, caller

from teppan.domain.caller import Role


@pytest.mark.parametrize("role", Role)
def test_only_an_admin_is_admin(role: Role) -> None:
    assert caller(role=role).is_admin is (role is Role.ADMIN)


class TestSignedAt:
    def test_recorded_at_is_the_instant_in_whole_seconds(self) -> None:
        assert caller(at=NOW + timedelta(microseconds=999_999)).recorded_at == NOW

    def test_recorded_at_is_never_before_the_last_record(self) -> None:
        late = caller(at=NOW).with_not_before(NOW + timedelta(seconds=36))

        assert (late.recorded_at, late.at) == (NOW + timedelta(seconds=36), NOW)

    def test_recorded_at_is_the_later_instant_of_the_request(self) -> None:
        assert caller(at=NOW).with_not_before(NOW - timedelta(seconds=1)).recorded_at == NOW
