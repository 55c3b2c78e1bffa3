"""Payments, charges, refunds and disputes of the fake's one Stripe account."""
