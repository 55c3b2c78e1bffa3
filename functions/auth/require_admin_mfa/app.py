"""Before Cognito issues tokens: no admin without a second factor (`architecture.md §6`)."""

from teppan.identity.cognito import cognito
from teppan.identity.directory import Directory
from teppan.services.admin_mfa import groups_of_token
from teppan.settings import required
from teppan.trigger import Event, trigger

client, mfa_demanded = cognito(), required("ADMIN_MFA") == "required"


@trigger("requireAdminMfa")
def handler(event: Event) -> Event:
    """Answer the groups that the tokens may carry (PreTokenGeneration, V2_0)."""
    groups = groups_of_token(
        Directory(client, event["userPoolId"]),
        event["userName"],
        event["request"]["groupConfiguration"].get("groupsToOverride") or [],
        mfa_demanded=mfa_demanded,
    )
    event["response"] = {
        "claimsAndScopeOverrideDetails": {"groupOverrideDetails": {"groupsToOverride": groups}}
    }
    return event
