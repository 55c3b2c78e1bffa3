"""GET /api/v1/bookings/{booking_id}/payments: the ledger and the balance (`domain.md §7`)."""

from teppan.http.endpoint import EVERYONE, endpoint
from teppan.http.parameters import BOOKING_ID
from teppan.http.representations.payments import ledger as represent
from teppan.http.request import Request
from teppan.http.response import Response, versioned
from teppan.services.payments.list_payments import list_payments
from teppan.store.table import connect

table = connect()


@endpoint("listPayments", roles=EVERYONE, parameters={"booking_id": BOOKING_ID})
def handler(request: Request[None]) -> Response:
    """Return the balance, the payment attempts and the ledger entries of a booking."""
    history = list_payments(table, request.parameters["booking_id"], request.caller)
    return versioned(represent.history(history), history.booking.version)
