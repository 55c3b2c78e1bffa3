"""Request bodies about bookings, slots and quotes."""
