"""Stripe: the client, the gateway that the services ask, events and their signatures."""
