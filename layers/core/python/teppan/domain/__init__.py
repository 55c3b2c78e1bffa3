"""The business rules (`domain.md`): pure, with no I/O, no environment and no clock of their own."""
