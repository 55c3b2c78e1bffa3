"""A fake of api.stripe.com, version 2026-05-27.dahlia, with the parts that bookings need."""
