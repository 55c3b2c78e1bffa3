"""The engine, a table and a booking for the benchmarks that call functions."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from botocore.client import BaseClient
from local.aws.dynamodb_local import create_table, dynamodb_local

from teppan import aws
from teppan.domain.bookings.audit import audit_event
from teppan.domain.bookings.booking import Booking
from teppan.store.bookings import bookings
from teppan.store.table import Table
from tests import conftest  # noqa: F401 - sets the environment of a function
from tests.builders import booking, caller


@dataclass(frozen=True)
class Ground:
    """The client, the table and the booking of a benchmark."""

    client: BaseClient
    table_name: str
    table: Table
    booking: Booking


@contextmanager
def ground() -> Iterator[Ground]:
    """Start the engine, store one booking, and yield both."""
    with dynamodb_local() as url:
        os.environ["AWS_ENDPOINT_URL_DYNAMODB"] = url
        aws.client.cache_clear()
        client = aws.client("dynamodb")
        table = Table(client, create_table(client, name="bench"))
        made = booking()
        bookings.add(table, made, audit_event(None, made, caller()))
        yield Ground(client, "bench", table, made)
