"""Records of requests with an idempotency key, so that a repetition finds the first result."""

from dataclasses import dataclass

from teppan.store import keys
from teppan.store.table import Put, Table


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request: its derived id, the hash of its body, and the id of its result (`result_id`)."""

    id: str
    fingerprint: str
    result_id: str


def find(table: Table, request_id: str) -> RequestRecord | None:
    """Return the record of the request, strongly consistent, or None."""
    item = table.get(keys.request(request_id))
    return RequestRecord(request_id, item["fingerprint"], item["made"]) if item else None


def record(request: RequestRecord) -> Put:
    """Return the write that records the request, refused if it is already recorded."""
    pk, sk = keys.request(request.id)
    return Put(
        {"pk": pk, "sk": sk, "fingerprint": request.fingerprint, "made": request.result_id},
        "attribute_not_exists(pk)",
    )
