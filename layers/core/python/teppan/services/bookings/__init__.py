"""Use cases of bookings, availability and quotes."""
