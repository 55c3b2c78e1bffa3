"""Bookings: slots, prices, changes and cancellations."""
