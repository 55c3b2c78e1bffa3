"""The firewalls count every path of the contract in any spelling, and calls of Cognito.

The emulator has no WAF, so a small evaluator applies the rules as AWS documents them.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote

import pytest
from tests.contract.documents import GATEWAY_RESPONSES, TEMPLATE, operations
from tests.contract.places import complete
from tests.contract.template.firewall_groups import (
    BODIES,
    CAPACITY,
    GROUPS,
    LIMITS,
    LISTS,
    UNGROUPED,
)

from teppan.http.body import MAX_BODY_BYTES
from teppan.http.errors import TooLarge
from teppan.http.headers import SECURITY
from teppan.http.problem import problem

ANY_PATH: Final = "/{proxy+}"
"""A browser's preflight request, which is counted with its path."""

API, POOL = TEMPLATE["Resources"]["Firewall"], TEMPLATE["Resources"]["UserPoolFirewall"]
ALL: Final[dict[str, Any]] = {rule["Name"]: rule for rule in API["Properties"]["Rules"]}
RULES: Final = {name: rule for name, rule in ALL.items() if name in LIMITS}
"""The rules that count requests."""


def _normalised(path: str) -> str:
    """Return the path without empty segments, `.` and `..`, as NORMALIZE_PATH does."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == ".." and kept:
            kept.pop()
        elif segment not in {"", "."}:
            kept.append(segment)
    return "/" + "/".join(kept) + ("/" if path.endswith("/") else "")


TRANSFORMATIONS: Final[Mapping[str, Callable[[str], str]]] = {
    "URL_DECODE": unquote,
    "LOWERCASE": str.lower,
    "NORMALIZE_PATH": _normalised,
}

MOST_HEADERS: Final = 10
"""The maximum of a custom response, a fixed quota of AWS WAF."""

FREE_OF_CHARGE: Final = 1500
"""The free capacity units of one web ACL."""

SPELLINGS: Final[Mapping[str, Callable[[str], str]]] = {
    "as it is": lambda path: path,
    "with the stage": lambda path: f"/prod{path}",
    "capitals": lambda path: f"/prod{path.upper()}",
    "an encoded letter": lambda path: path.replace("a", "%61"),
    "an encoded slash": lambda path: "/prod" + path.replace("/", "%2f"),
    "encoded twice": lambda path: path.replace("a", "%2561"),
    "capitals, encoded": lambda path: f"/local{path}".replace("a", "%41"),
    "double slashes": lambda path: f"/prod/{path.replace('/', '//')}",
    "dots": lambda path: f"/prod/.{path.replace('/', '/./')}",
    "encoded dots": lambda path: f"/prod/x/%2e%2e{path.replace('/', '/%2e/')}",
    "up and down": lambda path: f"/prod/other/..{path}",
    "dots encoded twice": lambda path: f"/prod/x/%252e%252e{path}",
}

each_path = pytest.mark.parametrize("path", sorted({each.path for each in complete()} - {ANY_PATH}))


def counts(rule: dict[str, Any], path: str) -> bool:
    """Return whether a rate-based rule counts a request for `path`."""
    scope = rule["Statement"]["RateBasedStatement"].get("ScopeDownStatement")
    if scope is None:
        return True
    match = scope["ByteMatchStatement"]
    assert (match["FieldToMatch"], match["PositionalConstraint"]) == ({"UriPath": {}}, "CONTAINS")
    for each in sorted(match["TextTransformations"], key=lambda each: each["Priority"]):
        path = TRANSFORMATIONS[each["Type"]](path)
    return match["SearchString"] in path


def counted_by(path: str) -> set[str]:
    return {name for name, rule in RULES.items() if counts(rule, path)}


def sent_path(path: str) -> str:
    """Return a path as callers send it."""
    return re.sub(r"\{booking_id\}", "bkg_" + "a" * 26, path).replace("{", "").replace("}", "")


def groups(path: str) -> set[str]:
    found = [name for start, name in GROUPS.items() if path.startswith(start)]
    expected = 0 if path.startswith(UNGROUPED) else 1
    assert len(found) == expected, f"firewall_groups.py, GROUPS: {path} is in {len(found)} groups"
    return {*found}


@each_path
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_path_is_counted_in_its_group_however_it_is_spelt(path: str, spelling: str) -> None:
    """For example, `/api/v1/%61uth/login` is counted as `/api/v1/auth/login`."""
    sent = SPELLINGS[spelling](sent_path(path))

    assert counted_by(sent) == groups(path) | {"everything"}


@pytest.mark.parametrize(
    "path", ["/", "/prod", "/wp-login.php", "/api/v2/x", "/%25252561pi/v1/auth/"]
)
def test_a_path_of_no_group_is_counted_by_the_rule_everything(path: str) -> None:
    assert counted_by(path) == {"everything"}


def test_each_firewall_rule_has_its_limit() -> None:
    counted = {name: rule["Statement"]["RateBasedStatement"] for name, rule in RULES.items()}

    assert {name: each["Limit"] for name, each in counted.items()} == LIMITS
    assert {each["EvaluationWindowSec"] for each in counted.values()} == {300}
    assert {each["AggregateKeyType"] for each in counted.values()} == {"IP"}
    assert {name: [*rule["Action"]] for name, rule in RULES.items()} == {
        name: ["Block"] for name in RULES
    }
    assert [rule["Priority"] for rule in RULES.values()] == list(range(1, len(RULES) + 1))
    # As much as all groups together, and less than a tenth of the API's throttle.
    assert LIMITS["everything"] == sum(LIMITS.values()) - LIMITS["everything"]
    settings = TEMPLATE["Resources"]["Api"]["Properties"]["MethodSettings"]
    assert LIMITS["everything"] < settings[0]["ThrottlingRateLimit"] * 300 / 10


def test_paths_are_decoded_and_normalised_before_they_are_compared() -> None:
    for name in GROUPS.values():
        scope = RULES[name]["Statement"]["RateBasedStatement"]["ScopeDownStatement"]
        assert scope["ByteMatchStatement"]["TextTransformations"] == [
            {"Priority": 0, "Type": "URL_DECODE"},
            {"Priority": 1, "Type": "URL_DECODE"},
            {"Priority": 2, "Type": "NORMALIZE_PATH"},
            {"Priority": 3, "Type": "LOWERCASE"},
        ]


def test_a_request_that_the_firewall_counts_and_blocks_gets_a_429_of_the_gateway() -> None:
    """A custom response of the firewall would replace it and could not set Content-Type."""
    response = GATEWAY_RESPONSES["WAF_FILTERED"]
    assert response["statusCode"] == 429
    counting = [*RULES.values(), *POOL["Properties"]["Rules"]]
    assert [rule["Name"] for rule in counting if rule["Action"] != {"Block": {}}] == []


def test_the_firewall_has_no_other_rules_than_counts_lists_and_the_size_of_bodies() -> None:
    assert [*ALL] == [*LIMITS, *LISTS, BODIES]
    assert [rule["Priority"] for rule in ALL.values()] == list(range(1, len(ALL) + 1))


@pytest.mark.parametrize("name", LISTS)
def test_the_lists_of_aws_block_by_their_own_actions(name: str) -> None:
    group, _ = LISTS[name]

    assert ALL[name]["OverrideAction"] == {"None": {}}
    assert ALL[name]["Statement"] == {
        "ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": group}
    }


def test_a_body_is_refused_beyond_the_limit_of_our_functions() -> None:
    size = ALL[BODIES]["Statement"]["SizeConstraintStatement"]

    assert (size["ComparisonOperator"], size["Size"]) == ("GT", MAX_BODY_BYTES)
    # The firewall sees the first 16 KiB of a body; a longer one matches.
    assert size["FieldToMatch"] == {"Body": {"OversizeHandling": "MATCH"}}


def test_the_refusal_of_a_body_does_not_say_that_repeating_helps() -> None:
    response = ALL[BODIES]["Action"]["Block"]["CustomResponse"]

    assert response["ResponseCode"] == 413
    headers = {each["Name"]: each["Value"] for each in response["ResponseHeaders"]}
    # As in the gateway's own responses, any page may read it, so it does not vary.
    expected = {name: text for name, text in SECURITY.items() if name != "Vary"}
    assert headers == expected | {"Access-Control-Allow-Origin": "*"}
    assert len(headers) <= MOST_HEADERS


def test_the_refusal_of_a_body_is_our_problem_without_a_request_id() -> None:
    key = ALL[BODIES]["Action"]["Block"]["CustomResponse"]["CustomResponseBodyKey"]
    body = API["Properties"]["CustomResponseBodies"][key]
    error = TooLarge(f"A body has at most {MAX_BODY_BYTES} bytes.")
    ours = dict(problem(error, "", "").body or {})

    assert body["ContentType"] == "APPLICATION_JSON"
    del ours["request_id"], ours["instance"]
    assert json.loads(body["Content"]) == ours


@pytest.mark.parametrize(
    ("firewall", "guarded"),
    [
        (
            "Firewall",
            {
                "Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}"
                "::/restapis/${Api}/stages/${Api.Stage}"
            },
        ),
        ("UserPoolFirewall", {"Fn::GetAtt": ["UserPool", "Arn"]}),
    ],
)
def test_a_firewall_is_associated_with_the_api_and_one_with_the_user_pool(
    firewall: str, guarded: Any
) -> None:
    association = TEMPLATE["Resources"][f"{firewall}Association"]

    assert association["Type"] == "AWS::WAFv2::WebACLAssociation"
    assert association["Properties"] == {
        "ResourceArn": guarded,
        "WebACLArn": {"Fn::GetAtt": [firewall, "Arn"]},
    }
    for resource in (association, TEMPLATE["Resources"][firewall]):
        assert resource["Condition"] == "HasFirewall"


def test_the_user_pool_firewall_never_blocks_our_own_functions() -> None:
    """They may share one address, so the API's limits must be below the firewall's.

    The firewall does not count getMe, which calls Cognito with AWS credentials.
    """
    by_operation, by_address = (
        rule["Statement"]["RateBasedStatement"] for rule in POOL["Properties"]["Rules"]
    )
    throttles = [
        each.spec["x-teppan-throttle"]
        for each in operations()
        if each.path.startswith("/api/v1/auth/") and each.id != "getMe"
    ]
    most = [each["rate"] * 300 + each["burst"] for each in throttles]

    assert by_operation["CustomKeys"] == [
        {"IP": {}},
        {
            "Header": {
                "Name": "x-amzn-cognito-operation-name",
                "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
            }
        },
    ]
    assert by_operation["AggregateKeyType"] == "CUSTOM_KEYS"
    # At most two operations call the same one of Cognito: a registration of an unconfirmed address
    # resends the code, as a resend does, and a refresh may revoke a token, as a logout does.
    assert 2 * max(most) < by_operation["Limit"] < 3 * max(most)
    assert by_address["AggregateKeyType"] == "IP"
    # Registering, logging in (with a second factor) and refreshing may call Cognito twice.
    assert sum(most) + 3 * max(most) < by_address["Limit"] < 2 * sum(most)


def test_the_firewalls_stay_within_the_free_capacity() -> None:
    used = {
        name: sum(_capacity(rule) for rule in rules)
        for name, rules in (
            ("Firewall", API["Properties"]["Rules"]),
            ("UserPoolFirewall", POOL["Properties"]["Rules"]),
        )
    }

    assert used == CAPACITY
    assert max(used.values()) < FREE_OF_CHARGE


def _capacity(rule: dict[str, Any]) -> int:
    """Return the capacity units of a rule, as AWS counts them.

    A rate-based rule costs 2, a custom key 30, a match of a contained text 10, a transformation 10,
    a limit of the size 1.
    """
    match rule["Statement"]:
        case {"ManagedRuleGroupStatement": _}:
            return LISTS[rule["Name"]][1]
        case {"SizeConstraintStatement": _}:
            return 1
    counted = rule["Statement"]["RateBasedStatement"]
    match = counted.get("ScopeDownStatement", {}).get("ByteMatchStatement")
    scope = 10 + 10 * len(match["TextTransformations"]) if match else 0
    return 2 + 30 * len(counted.get("CustomKeys", [])) + scope
