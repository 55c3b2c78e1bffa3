"""CPU time of a warm call, as a ratio to a plain botocore GetItem on the same engine."""

import contextlib
import io
import logging
import time
from collections.abc import Callable, Iterator
from unittest.mock import patch

from teppan import clock
from teppan.observability.log import logger
from tests.bench.ground import Ground, ground
from tests.builders import NOW, gateway_event, lambda_context, load_function

TITLE = "Warm call: CPU, floor = one GetItem by botocore"
_CALLS = 200
_ROUNDS = 5


def rows() -> Iterator[list[str]]:
    """Yield the table's rows, one for each operation that changes nothing."""
    with ground() as stage, patch.object(clock, "utc_now", lambda: NOW):
        cases = {"floor": _get_item(stage)} | _handlers(stage)
        best = dict.fromkeys(cases, float("inf"))
        for _ in range(_ROUNDS):
            for name, call in cases.items():
                best[name] = min(best[name], _cpu(call))
    yield ["operation", "ratio"]
    yield ["---", "--:"]
    for name, seconds in best.items():
        yield [name, f"{seconds / best['floor']:.2f}"]


def _get_item(stage: Ground) -> Callable[[], object]:
    key = {"pk": {"S": f"BOOKING#{stage.booking.id}"}, "sk": {"S": "BOOKING"}}
    return lambda: stage.client.get_item(TableName=stage.table_name, Key=key, ConsistentRead=True)


def _handlers(stage: Ground) -> dict[str, Callable[[], object]]:
    one = {"booking_id": stage.booking.id}
    events = {
        "health/get_health": gateway_event(),
        "quotes/create_quote": gateway_event("POST", body={"guests": 10}),
        "bookings/get_booking": gateway_event(path_parameters=one),
        "bookings/quote_cancellation": gateway_event(path_parameters=one),
        "bookings/list_bookings": gateway_event(),
        "bookings/list_booking_events": gateway_event(path_parameters=one),
        "payments/list_payments": gateway_event(path_parameters=one),
        "availability/search_availability": gateway_event(
            query={"from": "2026-12-01", "to": "2026-12-31"}
        ),
    }
    calls = {}
    for name, event in events.items():
        function = load_function(name)
        if hasattr(function, "table"):
            setattr(function, "table", stage.table)  # noqa: B010 - a module has any name
        calls[name] = _caller(function.handler, event)
    return calls


def _caller(handler: Callable[..., object], event: dict[str, object]) -> Callable[[], object]:
    context = lambda_context()
    return lambda: handler(event, context)


def _cpu(call: Callable[[], object]) -> float:
    """Return the CPU seconds of `_CALLS` calls; their log lines are formatted and discarded."""
    sink = io.StringIO()
    handler = logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(sink)
    with contextlib.redirect_stdout(sink):
        call()
        before = time.process_time()
        for _ in range(_CALLS):
            call()
        return time.process_time() - before
