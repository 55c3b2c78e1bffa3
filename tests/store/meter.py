"""Counts round trips, and the capacity that the engine reports for them."""

from types import TracebackType
from typing import Any, Self

from botocore.client import BaseClient

_EVENTS = "dynamodb"


class Meter:
    """Counts the calls of a DynamoDB client between `__enter__` and `__exit__`."""

    def __init__(self, client: BaseClient) -> None:
        self._events = client.meta.events
        self.calls: list[str] = []
        self.consumed: list[dict[str, Any]] = []
        self.items_read = 0

    def __enter__(self) -> Self:
        self._events.register(
            "provide-client-params.dynamodb", self._request_capacity, unique_id="ask"
        )
        self._events.register("before-call.dynamodb", self._count, unique_id="count")
        self._events.register("after-call.dynamodb", self._read, unique_id="read")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._events.unregister("provide-client-params.dynamodb", unique_id="ask")
        self._events.unregister("before-call.dynamodb", unique_id="count")
        self._events.unregister("after-call.dynamodb", unique_id="read")

    def reset(self) -> None:
        self.calls.clear()
        self.consumed.clear()
        self.items_read = 0

    @property
    def units(self) -> float:
        """The capacity units of all calls, table and indexes."""
        return sum(float(each["CapacityUnits"]) for each in self.consumed)

    def _request_capacity(self, params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any]:
        asks = "ReturnConsumedCapacity" in model.input_shape.members
        return params | {"ReturnConsumedCapacity": "INDEXES"} if asks else params

    def _count(self, model: Any, **_: Any) -> None:
        self.calls.append(model.name)

    def _read(self, parsed: dict[str, Any], **_: Any) -> None:
        consumed = parsed.get("ConsumedCapacity", [])
        self.consumed.extend(consumed if isinstance(consumed, list) else [consumed])
        self.items_read += parsed.get("ScannedCount", 0)
