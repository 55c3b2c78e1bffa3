"""Roles (§8)."""

import pytest
from tests.builders import caller

from teppan.domain.caller import Role


@pytest.mark.parametrize("role", Role)
def test_only_an_admin_may_see_and_do_everything(role: Role) -> None:
    assert caller(role=role).is_admin is (role is Role.ADMIN)
