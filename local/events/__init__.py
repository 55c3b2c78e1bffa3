"""Change the events of `events/` so that a running cloud accepts them."""
