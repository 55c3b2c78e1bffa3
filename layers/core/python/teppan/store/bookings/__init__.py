"""Bookings, slots and quotas in the table."""
