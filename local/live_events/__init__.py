"""Change the examples of `events/` so that a running cloud accepts them."""
