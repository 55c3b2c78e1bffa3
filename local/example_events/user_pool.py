"""The event that Cognito sends before it creates tokens (trigger version 2).

Amazon Cognito developer guide, "Pre token generation Lambda trigger".
"""

from typing import Any, Final

from local.example_events.example_values import ADMIN, CLIENT, REGION, USER_POOL

TOKEN_GENERATION: Final[dict[str, Any]] = {
    "version": "2",
    "triggerSource": "TokenGeneration_Authentication",
    "region": REGION,
    "userPoolId": USER_POOL,
    "userName": ADMIN,
    "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": CLIENT},
    "request": {
        "userAttributes": {
            "sub": ADMIN,
            "cognito:user_status": "CONFIRMED",
            "email_verified": "true",
            "email": "robin.sato@example.com",
        },
        "groupConfiguration": {
            "groupsToOverride": ["admin", "customer"],
            "iamRolesToOverride": [],
            "preferredRole": None,
        },
        "scopes": ["aws.cognito.signin.user.admin"],
    },
    "response": {"claimsAndScopeOverrideDetails": None},
}
"""The event when an admin logs in."""
