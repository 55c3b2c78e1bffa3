"""The user pool with an app client whose secret is known."""

import pytest
from tests.unit.identity.cognito.user_pool.calls import CLIENT, SECRET

from teppan import secret
from teppan.identity.cognito.app_client import AppClient
from teppan.identity.cognito.client import cognito
from teppan.identity.cognito.user_pool import UserPool


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> UserPool:
    monkeypatch.setattr(secret, "current", {"arn of the secret": SECRET}.__getitem__)
    return UserPool(cognito(), AppClient(CLIENT, "arn of the secret"))
