"""GET /api/v1/bookings: a customer's own bookings, or all for staff (`domain.md §8`)."""

from teppan.domain.bookings.transition import Status
from teppan.domain.payment_status import PaymentStatus
from teppan.http.cursor import Cursors
from teppan.http.endpoint import EVERYONE, endpoint
from teppan.http.parameters import ACCOUNT_ID, CURSOR, LIMIT, ORDER, day, one_of, query
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.services.bookings.list_bookings import list_bookings
from teppan.store.bookings.listing import BookingQuery
from teppan.store.list_pages import Position
from teppan.store.table import connect

table = connect()
cursors = Cursors.connect()

PARAMETERS = {
    "status": query(one_of(Status)),
    "payment_status": query(one_of(PaymentStatus)),
    "date_from": query(day),
    "date_to": query(day),
    "customer_id": query(ACCOUNT_ID),
    "order": ORDER,
    "limit": LIMIT,
    "cursor": CURSOR,
}


@endpoint("listBookings", roles=EVERYONE, parameters=PARAMETERS)
def handler(request: Request[None]) -> Response:
    """Return one page of summaries and the cursor of the next."""
    parameters = request.parameters
    query = BookingQuery(
        limit=parameters["limit"],
        customer_id=parameters["customer_id"],
        first=parameters["date_from"],
        last=parameters["date_to"],
        status=parameters["status"],
        payment_status=parameters["payment_status"],
        descending=parameters["order"] == "desc",
        after=Position(*position) if (position := cursors.read(request)) else None,
    )
    page = list_bookings(table, query, request.caller)
    return Response(body={"items": page.items, **cursors.issue(request, page.next)})
