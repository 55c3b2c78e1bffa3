"""The demo users of a local cloud, their bookings, and the mails that people there get."""
