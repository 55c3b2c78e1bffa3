"""Stand-ins for the systems outside AWS."""
