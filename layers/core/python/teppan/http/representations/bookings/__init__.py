"""Bookings, prices and slots as responses show them."""
