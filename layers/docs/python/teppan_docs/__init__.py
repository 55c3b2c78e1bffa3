"""The documentation: a Starlette application, and our endpoint's way to it."""
