"""Representations of bookings, prices and slots."""
