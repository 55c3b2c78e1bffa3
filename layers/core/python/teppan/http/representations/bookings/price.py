"""Prices and quotes as JSON (`domain.md §3`)."""

from typing import Any

from teppan.domain.bookings.booking import Booking
from teppan.domain.bookings.party import Party
from teppan.domain.bookings.pricing import Price
from teppan.services.bookings.create_quote import Quote


def booking_price(booking: Booking) -> dict[str, Any]:
    """Return a booking's price with the amounts paid, refunded and still due."""
    return _price(
        booking.price,
        deposit_due=booking.deposit_due,
        balance_due=booking.balance_due,
        amount_paid=booking.balance.paid,
        amount_refunded=booking.balance.refunded,
    )


def quote(priced: Quote) -> dict[str, Any]:
    """Return a quote with its price and payment terms."""
    is_due_in_full = priced.due_to_confirm == priced.price.total
    return {
        "policy_version": priced.policy_version,
        **party(priced.request.party),
        "price": _price(
            priced.price,
            deposit_due=priced.due_to_confirm,
            balance_due=priced.price.total - priced.due_to_confirm,
            amount_paid=0,
            amount_refunded=0,
        ),
        "travel_confirmed": priced.request.travel_miles is not None,
        "payment_terms": {"confirmed_by": "full" if is_due_in_full else "deposit"},
    }


def party(guests: Party) -> dict[str, int]:
    """Return the number of guests, in total and by age."""
    return {
        "guests": guests.guests,
        "adults": guests.adults,
        "children": guests.children,
        "toddlers": guests.toddlers,
    }


def _price(price: Price, **payment: int) -> dict[str, Any]:
    return {
        "lines": [
            {
                "code": line.code,
                "description": line.description,
                "quantity": line.quantity,
                "unit_amount": line.unit_amount,
                "amount": line.amount,
            }
            for line in price.lines
        ],
        "subtotal": price.subtotal,
        "travel_fee": price.travel_fee,
        "tax": price.tax,
        "total": price.total,
        **payment,
        "currency": price.currency,
    }
