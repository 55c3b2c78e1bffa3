"""The contract's sentences with numbers; each number is a name of `figures.py`.

A place is an operation, a schema, a parameter, an example, a gateway response, or "info". The
sentences are long enough to identify the number.
"""

from collections.abc import Mapping
from typing import Final

EVERYWHERE: Final = """
RFC 9457
RFC 3339
UTF-8
E.164
At most {body_kib} KiB.
larger than {body_kib} KiB.
{times_or}
Guests of 13 and over
Guests from 6 to 12
Guests of 5 and under
"""
"""Names of standards, and sentences that are allowed at any place."""

_MAILED: Final = """
After {mail_free} requests for a code to an address from one network
must wait, {mail_minutes} minutes and longer each time
no more than {mail_burst} mails at once
then one each {mail_interval}
"""
_CODED: Final = """
After {code_free} wrong codes for an address from one network
must wait, {code_minutes} minute and longer each time
takes {code_burst} codes at once from all networks together
then one each {code_interval}
"""
_KEY: Final = "1 to 255 visible ASCII characters"
_ARRIVAL: Final = "within about {arrival_days} days"
_HARD_TO_GUESS: Final = "fewer than {characters} different characters"
_NEW_PASSWORD: Final = "{shortest} to {longest} characters\n" + _HARD_TO_GUESS
_DISTANCE: Final = "at most {max_miles} miles; the first {free_miles} are free"
_EMAIL: Final = "at most 64 of them before the @"
_REMAINDER: Final = "less than {least_cents} cents in total is not due"

_OPERATIONS: Final = {
    "createBooking": f"""
        {_KEY}
        ({{capacity}} unless staff set another)
        at least {{lead_hours}} hours and at most {{horizon_days}} days from now
        1 to {{guests}} guests
        `adults` (13 and over), `children` (6 to 12) and `toddlers` (5 and under)
        Travel is 0 until staff set the distance
        The deposit of {{deposit}} (or the total
        within {{payment_hours}} hours and no later than {{payment_hours_before}} hours before
        The balance is due {{balance_days}} days before the start
        with less than {{balance_days}} days to go owes
        A remainder of less than {{least}}, which no card accepts
        at most {{pending}} `pending` bookings at a time
        at most {{bookings}} bookings in {{bookings_hours}} hours
        not towards the {{bookings_hours}} hours
        too many of your bookings in {{bookings_hours}} hours
    """,
    "listBookings": "the {listed_days} days from or up to it\nnever more than {listed_days} days",
    "getBooking": "44 miles of travel",
    "updateBooking": """
        at least {move_hours} hours before the present start
        at least {edit_hours} hours before the start, staff until the start
        lowers the total: at least {reduction_days} days before the start
        (0 to {max_miles}; the first {free_miles} are free
        each mile started after that costs {mile})
        until {travel_days} days after the start
        Moved to 15:00
    """,
    "cancelBooking": f"""
        | more than {{first_days}} days | {{first}} % |
        | {{second_days}} days to {{first_days}} days, both included | {{second}} % |
        | {{last_hours}} hours (included) to {{second_days}} days | nothing |
        | less than {{last_hours}} hours | cannot
        for a `pending` booking it must be {{whole}}.
        it is below {{whole}} for a booking that was never confirmed
        more than {{first_days}} days before the start
        less than {{last_hours}} hours away
        {_ARRIVAL}
    """,
    "quoteCancellation": """
        {first} % more than {first_days} days before the start
        {second} % from {first_days} to {second_days} days
        nothing from {second_days} days to {last_hours} hours
        less than {last_hours} hours away
        23 days before the start
    """,
    "listPayments": "more than {first_days} days before the start; the refund of {first} %",
    "createPaymentIntent": f"{_KEY}\nat most {{payments}} payment attempts",
    "refundPayment": f"{_KEY}\n{_ARRIVAL}",
    "listWebhookEvents": "keeps events for {inbox_days} days\nis at most {inbox_range} days",
    "searchAvailability": """
        at most {searched_days} days:
        less than {lead_hours} hours (`lead_time`)
        more than {horizon_days} days (`too_far_ahead`)
        capacities and bookings are at most {cached_seconds} seconds old
        browsers may keep the answer for {cached_seconds} seconds
        at most {last_searched_day} days after `from`
    """,
    "setSlotCapacity": "0 to {max_capacity}. 0 closes the slot; the default is {capacity}.",
    "createQuote": """
        policy `{policy}`
        Adult (13 and over) {adult}, child (6 to 12) {child}, toddler (5 and under) free
        salmon, scallops, filet mignon {salmon}, extra protein {extra_protein}
        lobster tail {lobster_tail}.
        extra vegetables, edamame {edamame}, gyoza {gyoza}.
        A quantity is 1 to `guests`
        a minimum of {minimum_food}
        the first {free_miles} miles are free, then each mile started costs {mile}
        at most {max_miles} miles
        travel is 0.
        Tax is {tax} % of food
        The deposit is {deposit}, or the total
        less than {balance_days} days ahead
        Eight adults, 44 miles away
    """,
    # The validity of codes is Amazon Cognito's own and cannot be set.
    "register": f"{_NEW_PASSWORD}{_MAILED}A code is valid for 24 hours",
    "confirmRegistration": _CODED,
    "resendConfirmationCode": _MAILED,
    "login": """
        It is valid for {access_minutes} minutes
        returns the next one, for {session_days} days
        After {login_free} failed attempts for an address from one network
        {login_seconds} seconds at first and up to {login_minutes} minutes
        takes {login_burst} attempts at once from all networks together
        then one each {login_interval}
        during the last {trusted_days} days
        a session of {session_days} days
    """,
    "refresh": "valid for {grace_seconds} seconds",
    "requestPasswordReset": f"{_MAILED}it is valid for 1 hour",
    "confirmPasswordReset": f"{_NEW_PASSWORD}{_CODED}",
}
_SCHEMAS: Final = {
    "UpdateBooking": f"until {{travel_days}} days after the start\n{_DISTANCE}",
    "CreateQuote": f"{_DISTANCE}\ntravel is priced at 0",
    "CancelBooking": "Must be {whole} for a booking that was never confirmed",
    "SetSlotCapacity": "0 closes the slot",
    "Register": f"{_EMAIL}\n{_HARD_TO_GUESS}",
    "ConfirmRegistration": _HARD_TO_GUESS,
    "ConfirmPasswordReset": _HARD_TO_GUESS,
    "Contact": _EMAIL,
    "Upgrades": """
        1 to `guests`
        Salmon, {salmon} a guest
        Scallops, {scallops} a guest
        Filet mignon, {filet_mignon} a guest
        Lobster tail, {lobster_tail} a guest
        A second protein, {extra_protein} a guest
    """,
    "AddOns": """
        1 to `guests`
        Yakisoba noodles, {yakisoba_noodles} a unit
        Extra fried rice, {extra_fried_rice} a unit
        Extra vegetables, {extra_vegetables} a unit
        Edamame, {edamame} a unit
        Gyoza, {gyoza} a unit
    """,
    "Booking": "{whole} before the booking is confirmed",
    "Price": f"{_REMAINDER}\n{{tax}} % of `subtotal`\nTravel beyond {{free_miles}} miles; 0 until",
    "BookingPayments": _REMAINDER,
    "PaymentAttempt": "from 1.",
    "PaymentTerms": "less than {balance_days} days away",
    "BookingStatus": "{completed_hours} hours after the start",
    "WebhookEvent": "for 30 days",  # Stripe's own number
}
_EXAMPLES: Final = {
    "InvalidTime": "{times}",
    "LeadTimeTooShort": "at least {lead_hours} hours ahead",
    "TooFarAhead": "at most {horizon_days} days ahead",
    "VenueTooFar": "at most {max_miles} miles",
    "TooCloseToEvent": "until {move_hours} hours before the start",
    "TooLateToReduce": "until {reduction_days} days before the start",
    "InvalidCredentials": "try again in {mail_minutes} minutes",
    "TooManyPendingBookings": "You hold {pending} unpaid bookings; at most {pending} are possible",
    "TooManyBookingsInADay": "At most {bookings} bookings are possible in {bookings_hours} hours",
    "BodyTooLarge": "at most {body_bytes} bytes",
    "ValidationFailed": "must be at most {guests}",
    # The state of the slot, payment or booking in the example.
    "SlotHasBookings": "already holds: 2",
    "RefundExceedsCaptured": "refund: 7500 cents",
    "VersionMismatch": "at version 3",
}
_OTHERS: Final = {
    "info": """
A body beyond {body_kib} KiB may be refused
        policy `{policy}`
        it is valid for {access_minutes} minutes
        for {session_days} days
        stays valid for {grace_seconds} seconds
        is at most 1 {login_interval}.
        limited to {rate} a second with bursts of {burst}
    """,
    "REQUEST_TOO_LARGE": "at most {body_bytes} bytes",
}

SENTENCES: Final[Mapping[str, str]] = {**_OTHERS, **_OPERATIONS, **_SCHEMAS, **_EXAMPLES}
"""The sentences that each place must have, one for each line; it has no other numbers."""
