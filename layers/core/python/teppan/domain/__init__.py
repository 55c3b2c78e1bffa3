"""The business rules (`domain.md`): pure functions, with no I/O, no environment and no clock."""
