"""The local cloud and the tools it stands on: what `make dev` and the test fixtures start."""
