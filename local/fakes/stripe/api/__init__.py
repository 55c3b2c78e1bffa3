"""The account's REST API: form-encoded requests, and JSON answers with Stripe's error texts."""
