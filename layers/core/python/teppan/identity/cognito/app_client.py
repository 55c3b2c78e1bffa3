"""The app client of the user pool. Its secret proves that a call comes from us."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from teppan import secret
from teppan.settings import required


@dataclass(frozen=True, slots=True)
class AppClient:
    """A confidential app client. Cognito refuses its calls unless they carry the secret hash."""

    id: str
    secret_arn: str

    @classmethod
    def connect(cls) -> "AppClient":
        """Return the client that the function's environment names."""
        return cls(required("USER_POOL_CLIENT_ID"), required("USER_POOL_CLIENT_SECRET_ARN"))

    @property
    def secret(self) -> str:
        """The client's secret; raises `StorageUnavailable`."""
        return secret.current(self.secret_arn)

    def secret_hash(self, username: str) -> str:
        """Return the proof for a call about `username`; raises `StorageUnavailable`."""
        return secret_hash(self.id, self.secret, username)


def secret_hash(client_id: str, client_secret: str, username: str) -> str:
    """Return the secret hash of a call about `username`, spelt exactly as the call sends it."""
    digest = hmac.digest(client_secret.encode(), (username + client_id).encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()
