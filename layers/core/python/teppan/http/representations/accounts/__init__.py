"""Representations of accounts."""
