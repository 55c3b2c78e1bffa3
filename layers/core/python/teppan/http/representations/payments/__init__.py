"""Representations of payments."""
