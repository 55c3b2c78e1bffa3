"""Cognito's client, its errors translated to ours, and its user pool."""
