"""The account's REST face: form-encoded requests in, JSON out, worded as Stripe words it."""
