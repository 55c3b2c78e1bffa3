"""Who reads what: staff everything, customers what customers and the system wrote (§8)."""

import pytest
from tests.builders import admin, caller, system

from teppan.domain.caller import Caller, Role
from teppan.http.representations.visibility import author, written

READERS = [caller(), admin(), system()]


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("by", [Role.CUSTOMER, Role.SYSTEM])
def test_everybody_reads_what_customers_and_the_system_wrote(by: Role, reader: Caller) -> None:
    assert (author(by, reader), written("Rain", by, reader)) == (by.value, "Rain")


@pytest.mark.parametrize("reader", [admin(), system()])
def test_staff_read_what_staff_wrote(reader: Caller) -> None:
    assert (author(Role.ADMIN, reader), written("Rain", Role.ADMIN, reader)) == ("admin", "Rain")


def test_a_customer_reads_that_it_was_staff() -> None:
    assert (author(Role.ADMIN, caller()), written("Rain", Role.ADMIN, caller())) == ("staff", None)
