"""The booking page of `clients/demo`, served on an origin of its own."""
