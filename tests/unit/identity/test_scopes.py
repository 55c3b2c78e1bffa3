"""The scopes are those that contract and template name."""

from tests.contract.documents import CONTRACT, TEMPLATE

from teppan.identity.scopes import API, SELF_SERVICE


def test_our_scope_is_the_resource_servers_and_what_the_gateway_asks_for() -> None:
    server = TEMPLATE["Resources"]["ResourceServer"]["Properties"]
    (scope,) = server["Scopes"]

    assert f"{server['Identifier']}/{scope['ScopeName']}" == API
    assert CONTRACT["security"] == [{"CognitoAccessToken": [API]}]


def test_cognitos_own_scope_is_in_no_part_of_the_contract() -> None:
    assert SELF_SERVICE not in str(CONTRACT)
