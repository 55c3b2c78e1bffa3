"""Cognito: its client, its errors as ours, its user pool."""
