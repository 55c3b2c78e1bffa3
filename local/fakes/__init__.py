"""Fakes of the systems outside AWS."""
