"""GET /api/v1/webhooks/events: the received webhook events, for staff (`domain.md §8`)."""

from teppan.domain.webhook_event import EventSource, EventState
from teppan.http.cursor import Cursors
from teppan.http.endpoint import STAFF, endpoint
from teppan.http.parameters import CURSOR, EVENT_TYPE, LIMIT, day, one_of, query
from teppan.http.representations.webhooks import webhook_event as represent
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.services.webhooks.list_webhook_events import list_webhook_events
from teppan.store.list_pages import Position
from teppan.store.table import connect
from teppan.store.webhooks.listing import EventQuery

table = connect()
cursors = Cursors.connect()

PARAMETERS = {
    "source": query(one_of(EventSource), default=EventSource.STRIPE),
    "status": query(one_of(EventState)),
    "type": query(EVENT_TYPE),
    "from": query(day),
    "to": query(day),
    "limit": LIMIT,
    "cursor": CURSOR,
}


@endpoint("listWebhookEvents", roles=STAFF, parameters=PARAMETERS)
def handler(request: Request[None]) -> Response:
    """Return one page of events, newest first, and the cursor of the next."""
    query = EventQuery(
        limit=request.parameters["limit"],
        source=request.parameters["source"],
        state=request.parameters["status"],
        type=request.parameters["type"],
        first=request.parameters["from"],
        last=request.parameters["to"],
        after=Position(*position) if (position := cursors.read(request)) else None,
    )
    page = list_webhook_events(table, query, request.caller)
    items = [represent.event(each) for each in page.items]
    return Response(body={"items": items, **cursors.issue(request, page.next)})
