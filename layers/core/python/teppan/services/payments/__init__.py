"""Use cases of payments, refunds and disputes."""
