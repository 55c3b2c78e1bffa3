"""Payments of a booking: attempts, captures, refunds and disputes."""
