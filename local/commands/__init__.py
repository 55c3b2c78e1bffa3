"""Commands of a developer, each behind a target of the Makefile."""
