"""Payments in the table."""
