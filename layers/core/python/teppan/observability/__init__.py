"""What the system says of itself: log lines, metrics and traces, without personal data."""
