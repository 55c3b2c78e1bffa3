"""The webhook inbox in the table."""
