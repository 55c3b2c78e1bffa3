"""Lists in pages, newest first."""

from collections.abc import Callable, Mapping
from typing import Final

from local.fakes.stripe.account.collection import Collection
from local.fakes.stripe.api.operation import get_by_parameter
from local.fakes.stripe.errors import StripeError
from local.fakes.stripe.objects import Json

_PAGE: Final = 10


def list_page(
    collection: Collection,
    parameters: Json,
    *,
    url: str,
    references: Mapping[str, str] | None = None,
    accept: Callable[[Json], bool] | None = None,
) -> Json:
    """Return the page for `limit`, `starting_after`, `ending_before` and `created`.

    `references` are fields and the values that they must have; `accept` checks any other condition.
    Raises StripeError.
    """
    after, before = parameters.get("starting_after"), parameters.get("ending_before")
    if after is not None and before is not None:
        raise StripeError(
            "You may only specify one of these parameters: ending_before, starting_after."
        )
    for param in ("starting_after", "ending_before"):
        if param in parameters:
            get_by_parameter(collection, parameters[param], param)
    limit = parameters.get("limit", _PAGE)
    bounds = parameters.get("created", {})
    page: list[Json] = []
    has_more = False
    is_newest_first = collection.is_chronological and before is None
    oldest = max(bounds.get("gte", 0), bounds.get("gt", 0))
    for each in collection.newest_first(references, older_than=after, newer_than=before):
        if is_newest_first and each["created"] < oldest:
            break
        if not _within(each["created"], bounds) or (accept is not None and not accept(each)):
            continue
        if len(page) == limit:
            has_more = True
            break
        page.append(each)
    if before is not None:
        page.reverse()
    return {"object": "list", "data": page, "has_more": has_more, "url": url}


def _within(created: int, bounds: Json) -> bool:
    return (
        created >= bounds.get("gte", created)
        and created <= bounds.get("lte", created)
        and (created > bounds["gt"] if "gt" in bounds else True)
        and (created < bounds["lt"] if "lt" in bounds else True)
    )
