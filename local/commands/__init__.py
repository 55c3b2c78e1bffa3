"""The commands of a developer: `make invoke`, `make token`, `make code`."""
