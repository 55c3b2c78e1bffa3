"""An operation has the same name in contract, template, functions, events and tests."""

import re
from pathlib import Path

import pytest
from local.aws.template import resources_of_type
from tests.builders import ROOT
from tests.contract.documents import (
    CALLERS,
    FUNCTIONS,
    POOL,
    SCHEDULE,
    STREAM,
    TEMPLATE,
    TRIGGERS,
    URL,
    Operation,
    called_by,
    operations,
    pascal,
    snake,
)
from tests.contract.places import complete, missing, orphans

from teppan.domain.caller import Role
from teppan.http import endpoint

each_operation = pytest.mark.parametrize("operation", complete(), ids=lambda each: each.id)

NAMES = {operation.served_by for operation in complete()} | TRIGGERS
"""The operations and triggers that functions are named after."""

DECORATORS = {POOL: "trigger", URL: "endpoint", STREAM: "job", SCHEDULE: "job"}
"""The decorators of the functions that no operation calls."""

RULES = resources_of_type(TEMPLATE, "AWS::Events::Rule")

FOLDERS = {path.parent.name: path.parent for path in ROOT.glob("functions/*/*/app.py")}


def test_every_operation_has_its_own_id() -> None:
    ids = [operation.id for operation in operations()]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", each) for each in ids)


def test_a_trigger_is_not_an_operation() -> None:
    assert not TRIGGERS & {operation.id for operation in operations()}


@pytest.mark.parametrize("operation", operations(), ids=lambda each: each.id)
def test_an_operation_has_its_places(operation: Operation) -> None:
    """The other suites use complete operations only, so an omission fails one test."""
    lacking = missing(operation)

    assert not lacking, "\n  ".join(
        (f"{operation.id} ({operation.method} {operation.path}) lacks", *lacking)
    )


@pytest.mark.parametrize("trigger", sorted(TRIGGERS))
def test_a_trigger_has_its_function_log_group_event_and_test(trigger: str) -> None:
    assert pascal(trigger) + "Function" in FUNCTIONS
    assert pascal(trigger) + "LogGroup" in TEMPLATE["Resources"]
    folder = FOLDERS[snake(trigger)].relative_to(ROOT / "functions")
    assert (ROOT / "events" / folder).with_suffix(".json").is_file()
    assert (ROOT / "tests/functions" / folder.parent / f"test_{folder.name}.py").is_file()


def test_nothing_is_named_after_an_operation_that_does_not_exist() -> None:
    assert orphans() == []


@each_operation
def test_the_gateway_may_call_a_function_for_its_operation_only(operation: Operation) -> None:
    # Given
    path = re.sub(r"\{[^}]+\}", "*", operation.path)
    # When
    permission = TEMPLATE["Resources"][pascal(operation.id) + "Permission"]["Properties"]
    # Then
    assert permission == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": pascal(operation.served_by) + "Function"},
        "Principal": "apigateway.amazonaws.com",
        "SourceArn": {
            "Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:"
            f"${{Api}}/${{Stage}}/{operation.method}{path}"
        },
    }


@pytest.mark.parametrize("trigger", called_by(POOL))
def test_only_the_user_pool_may_call_its_trigger(trigger: str) -> None:
    permission = TEMPLATE["Resources"][pascal(trigger) + "Permission"]["Properties"]
    assert permission == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": pascal(trigger) + "Function"},
        "Principal": "cognito-idp.amazonaws.com",
        "SourceArn": {"Fn::GetAtt": ["UserPool", "Arn"]},
    }


@pytest.mark.parametrize("name", RULES)
def test_only_its_schedule_may_call_a_scheduled_job(name: str) -> None:
    permission = TEMPLATE["Resources"][name.removesuffix("Rule") + "Permission"]["Properties"]
    [target] = RULES[name]["Properties"]["Targets"]
    assert permission == {
        "Action": "lambda:InvokeFunction",
        "FunctionName": {"Ref": target["Arn"]["Fn::GetAtt"][0]},
        "Principal": "events.amazonaws.com",
        "SourceArn": {"Fn::GetAtt": [name, "Arn"]},
    }


@pytest.mark.parametrize("called", sorted(NAMES))
def test_a_function_has_its_name_and_its_log_group(called: str) -> None:
    # Given
    name, folder = snake(called), FOLDERS[snake(called)]
    # When
    function = FUNCTIONS[pascal(called) + "Function"]["Properties"]
    group = TEMPLATE["Resources"][pascal(called) + "LogGroup"]["Properties"]
    # Then
    assert function["Description"]
    assert function["CodeUri"] == f"{folder.relative_to(ROOT)}/"
    assert function["FunctionName"] == {"Fn::Sub": f"${{AWS::StackName}}-{name}"}
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": pascal(called) + "LogGroup"}}
    assert group == {
        "LogGroupName": {"Fn::Sub": f"/aws/lambda/${{AWS::StackName}}-{name}"},
        "RetentionInDays": {"Ref": "LogRetentionDays"},
    }
    # The name in metrics, traces and log lines.
    decorator = DECORATORS[CALLERS[called]] if called in CALLERS else "endpoint"
    assert f'@{decorator}("{called}"' in _one_line(folder / "app.py")


@each_operation
def test_a_function_allows_the_roles_of_its_operation(operation: Operation) -> None:
    source = _one_line(FOLDERS[snake(operation.served_by)] / "app.py")
    [roles] = re.findall(r"@endpoint\([^)]*\broles=(\w+)", source)
    allowed = vars(endpoint)[roles] - {Role.ANONYMOUS}
    assert allowed == operation.roles, (
        f"{operation.id}: app.py allows {sorted(map(str, allowed))}, "
        f"x-teppan-roles in openapi.yaml {sorted(operation.roles)}"
    )


def _one_line(path: Path) -> str:
    return re.sub(r"\(\s+", "(", path.read_text(encoding="utf-8"))
