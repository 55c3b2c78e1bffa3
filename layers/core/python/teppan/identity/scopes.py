"""The scopes of an access token (its claim `scope`)."""

from typing import Final

API: Final = "teppan/api"
"""Access to our API only; the gateway's authorizer requires it."""

SELF_SERVICE: Final = "aws.cognito.signin.user.admin"
"""Access to Cognito's own calls, which change e-mail address, password and second factor."""
