"""Recorded events, changed so that a running cloud accepts them."""
