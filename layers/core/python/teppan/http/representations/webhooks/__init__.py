"""Webhook events as responses show them."""
