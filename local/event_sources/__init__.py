"""What calls our functions, and what it sends: the content of `events/`."""
