"""Log lines, metrics and traces. None of them contains personal data."""
