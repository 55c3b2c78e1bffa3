"""The cost of a list page does not depend on the size of the table."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

import pytest
from botocore.client import BaseClient
from local.aws.dynamodb_local import table_definition
from tests.builders import CUSTOMER, admin, booking
from tests.sizes import SIZES
from tests.store.meter import Meter

from teppan.services.bookings.list_bookings import list_bookings
from teppan.store.attributes import to_attributes
from teppan.store.bookings.items import booking_item
from teppan.store.bookings.listing import SUMMARY, BookingQuery
from teppan.store.table import Table


@pytest.fixture
def table_name(dynamodb: BaseClient) -> Iterator[str]:
    """Yield a table without a stream, which is faster to write; drop it afterwards."""
    definition = table_definition()
    del definition["StreamSpecification"]
    dynamodb.create_table(TableName="crowded", **definition)
    yield "crowded"
    dynamodb.delete_table(TableName="crowded")


@dataclass(frozen=True)
class Cost:
    calls: list[str]
    units: float
    items_read: int


def test_a_list_page_costs_the_same_in_a_small_table_and_in_a_large_one(
    table: Table, dynamodb: BaseClient, table_name: str, meter: Meter
) -> None:
    month = (date(2026, 12, 1), date(2026, 12, 31))
    pages = {
        "a customer's": BookingQuery(limit=20, customer_id=CUSTOMER),
        "a customer's, last first": BookingQuery(limit=20, customer_id=CUSTOMER, descending=True),
        "a month's": BookingQuery(limit=20, first=month[0], last=month[1]),
    }

    def costs() -> dict[str, Cost]:
        measured = {}
        for name, query in pages.items():
            meter.reset()
            page = list_bookings(table, query, admin())
            assert len(page.items) == 20
            measured[name] = Cost(list(meter.calls), meter.units, meter.items_read)
        return measured

    # Given 100 bookings of one customer in one month, and the cost of a page of them
    _fill(dynamodb, table_name, range(100))
    small_table_costs = costs()

    # When there are many more
    _fill(dynamodb, table_name, range(100, SIZES.listed_bookings))

    # Then a page costs the same: one Query of one item more than the page
    assert costs() == small_table_costs
    assert all(cost.calls == ["Query"] for cost in small_table_costs.values())
    assert all(cost.items_read == 21 for cost in small_table_costs.values())


def _fill(dynamodb: BaseClient, table_name: str, numbers: range) -> None:
    """Write the list attributes of many bookings."""
    summary_names = ("sk", "gsi1pk", "gsi2pk", *SUMMARY)
    item = booking_item(booking())
    summary = to_attributes({name: item[name] for name in summary_names})

    def put(chunk: range) -> None:
        items = []
        for number in chunk:
            booking_id = f"bkg_{number:026}"
            start = {"S": f"{item['starts_at']}#{booking_id}"}
            key = {"pk": {"S": f"BOOKING#{booking_id}"}, "gsi1sk": start, "gsi2sk": start}
            items.append({"PutRequest": {"Item": summary | key}})
        answer = dynamodb.batch_write_item(RequestItems={table_name: items})
        assert not answer["UnprocessedItems"]

    chunks = [numbers[at : at + 25] for at in range(0, len(numbers), 25)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, chunks))
