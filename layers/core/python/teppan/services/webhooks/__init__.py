"""Use cases of the webhook inbox."""
