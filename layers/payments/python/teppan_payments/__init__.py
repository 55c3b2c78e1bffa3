"""Stripe: the client, the payment provider, events and their signatures."""
