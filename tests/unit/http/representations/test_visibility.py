"""Who reads what: staff everything, customers what customers and the system wrote.

See `domain.md §8`.
"""

import pytest
from tests.builders import admin, caller, system

from teppan.domain.caller import Caller, Role
from teppan.http.representations.visibility import visible_author, visible_content

READERS = [caller(), admin(), system()]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("by", [Role.CUSTOMER, Role.SYSTEM])
def test_every_reader_sees_content_of_customers_and_the_system(by: Role, reader: Caller) -> None:
    assert (visible_author(by, reader), visible_content("Rain", by, reader)) == (by.value, "Rain")


@pytest.mark.parametrize("reader", [admin(), system()])
def test_staff_see_content_of_staff(reader: Caller) -> None:
    assert (visible_author(Role.ADMIN, reader), visible_content("Rain", Role.ADMIN, reader)) == (
        "admin",
        "Rain",
    )


def test_a_customer_sees_staff_as_the_author_and_no_content() -> None:
    assert (
        visible_author(Role.ADMIN, caller()),
        visible_content("Rain", Role.ADMIN, caller()),
    ) == ("staff", None)
