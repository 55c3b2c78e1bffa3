"""The local cloud that `make dev` and the test fixtures start, and the tools that it needs."""
