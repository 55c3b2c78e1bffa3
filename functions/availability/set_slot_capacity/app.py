"""PUT /api/v1/availability/{date}/{time}: set the capacity of a slot (`domain.md §2`)."""

from teppan.domain.bookings.slot import start_time
from teppan.http.endpoint import STAFF, endpoint
from teppan.http.parameters import day, path
from teppan.http.representations.bookings import slot as represent
from teppan.http.request import Request
from teppan.http.response import Response
from teppan.http.schemas.bookings.slot import SetSlotCapacityBody
from teppan.services.bookings.availability import set_slot_capacity
from teppan.store.table import connect

table = connect()

PARAMETERS = {"date": path(day), "time": path(start_time)}


@endpoint("setSlotCapacity", roles=STAFF, body=SetSlotCapacityBody, parameters=PARAMETERS)
def handler(request: Request[SetSlotCapacityBody]) -> Response:
    """Set the capacity and return the slot's occupancy."""
    day, start = request.parameters["date"], request.parameters["time"]
    slot, occupancy = set_slot_capacity(table, day, start, request.body.capacity, request.caller)
    return Response(body=represent.capacity(slot, occupancy))
