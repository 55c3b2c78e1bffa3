"""The scopes are those of the contract and the template."""

from tests.contract.documents import CONTRACT, TEMPLATE

from teppan.identity.scopes import API, SELF_SERVICE


def test_the_api_scope_is_the_same_in_template_and_contract() -> None:
    server = TEMPLATE["Resources"]["ResourceServer"]["Properties"]
    (scope,) = server["Scopes"]

    assert f"{server['Identifier']}/{scope['ScopeName']}" == API
    assert CONTRACT["security"] == [{"CognitoAccessToken": [API]}]


def test_the_self_service_scope_is_not_in_the_contract() -> None:
    assert SELF_SERVICE not in str(CONTRACT)
