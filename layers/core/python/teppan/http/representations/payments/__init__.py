"""Payments as responses show them."""
