"""What an access token opens (its claim `scope`)."""

from typing import Final

API: Final = "teppan/api"
"""Our API, and nothing else: what the gateway's authorizer asks for."""

SELF_SERVICE: Final = "aws.cognito.signin.user.admin"
"""Cognito's own calls: whoever holds it may change address, password and second factor."""
