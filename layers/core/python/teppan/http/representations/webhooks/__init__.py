"""Representations of webhook events."""
