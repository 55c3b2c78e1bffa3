"""What a request with an idempotency key has made, so that its repetition finds it again."""

from dataclasses import dataclass

from teppan.store import keys
from teppan.store.table import Put, Table


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request by its derived id, the hash of its body, and the name of what it made."""

    id: str
    fingerprint: str
    made: str


def find(table: Table, request_id: str) -> RequestRecord | None:
    """Return the record of the request, strongly consistent, if it has made something."""
    item = table.get(keys.request(request_id))
    return RequestRecord(request_id, item["fingerprint"], item["made"]) if item else None


def record(request: RequestRecord) -> Put:
    """Return the write that records the request, refused when there is a record already."""
    pk, sk = keys.request(request.id)
    return Put(
        {"pk": pk, "sk": sk, "fingerprint": request.fingerprint, "made": request.made},
        "attribute_not_exists(pk)",
    )
