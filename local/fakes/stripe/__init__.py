"""A stand-in for api.stripe.com: version 2026-05-27.dahlia, as far as a booking needs it."""
