"""Cognito's trigger before it issues tokens: set their groups and scopes (`architecture.md §6`)."""

from teppan.identity.cognito.client import cognito
from teppan.identity.cognito.directory import Directory
from teppan.identity.cognito.second_factor import is_second_factor_client
from teppan.services.accounts.customize_tokens import groups_of_token, scopes_of_token
from teppan.settings import required
from teppan.trigger import Event, trigger

client, mfa_demanded = cognito(), required("ADMIN_MFA") == "required"


@trigger("customizeTokens")
def handler(event: Event) -> Event:
    """Return the groups and scopes of the tokens (PreTokenGeneration, V2_0)."""
    pool_id, client_id = event["userPoolId"], event["callerContext"]["clientId"]
    groups = groups_of_token(
        Directory(client, pool_id),
        event["userName"],
        event["request"]["groupConfiguration"].get("groupsToOverride") or [],
        mfa_demanded=mfa_demanded,
    )
    scopes = scopes_of_token(sets_up_second_factor=is_second_factor_client(pool_id, client_id))
    event["response"] = {
        "claimsAndScopeOverrideDetails": {
            "groupOverrideDetails": {"groupsToOverride": groups},
            "accessTokenGeneration": {
                "scopesToAdd": list(scopes.add),
                "scopesToSuppress": list(scopes.suppress),
            },
        }
    }
    return event
