"""Accounts as responses show them."""
