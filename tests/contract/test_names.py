"""One name for one operation: contract, template, functions, events and tests agree, both ways."""

import re
from pathlib import Path

import pytest
from local.template import resources_of_type
from tests.builders import ROOT
from tests.contract.documents import (
    FUNCTIONS,
    TEMPLATE,
    Operation,
    operations,
    pascal,
    snake,
)

each_operation = pytest.mark.parametrize("operation", operations(), ids=lambda each: each.id)

SERVED = {operation.served_by for operation in operations()}
"""The operations that have a function of their own."""

FOLDERS = {path.parent.name: path.parent for path in ROOT.glob("functions/*/*/app.py")}
SNAKES = {snake(operation_id) for operation_id in SERVED}


def test_every_operation_has_its_own_id() -> None:
    ids = [operation.id for operation in operations()]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", each) for each in ids)


def test_functions_of_the_template_are_the_operations() -> None:
    assert FUNCTIONS.keys() == {pascal(each) + "Function" for each in SERVED}


def test_permissions_of_the_template_are_the_operations() -> None:
    permissions = resources_of_type(TEMPLATE, "AWS::Lambda::Permission")
    assert permissions.keys() == {pascal(each.id) + "Permission" for each in operations()}


def test_log_groups_of_the_template_are_the_functions_and_the_access_log() -> None:
    groups = resources_of_type(TEMPLATE, "AWS::Logs::LogGroup")
    assert groups.keys() == {pascal(each) + "LogGroup" for each in SERVED} | {"ApiAccessLogGroup"}


@each_operation
def test_the_gateway_may_call_a_function_for_its_operation_alone(operation: Operation) -> None:
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


@pytest.mark.parametrize("operation_id", sorted(SERVED))
def test_a_function_is_called_by_its_operation_and_logs_to_its_group(operation_id: str) -> None:
    # Given
    name, folder = snake(operation_id), FOLDERS[snake(operation_id)]
    # When
    function = FUNCTIONS[pascal(operation_id) + "Function"]["Properties"]
    group = TEMPLATE["Resources"][pascal(operation_id) + "LogGroup"]["Properties"]
    # Then
    assert function["Description"]
    assert function["CodeUri"] == f"{folder.relative_to(ROOT)}/"
    assert function["FunctionName"] == {"Fn::Sub": f"${{AWS::StackName}}-{name}"}
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": pascal(operation_id) + "LogGroup"}}
    assert group == {
        "LogGroupName": {"Fn::Sub": f"/aws/lambda/${{AWS::StackName}}-{name}"},
        "RetentionInDays": {"Ref": "LogRetentionDays"},
    }
    # The name that metrics, traces and log lines carry.
    assert f'@endpoint("{operation_id}"' in _one_line(folder / "app.py")


def test_folders_are_the_operations() -> None:
    assert FOLDERS.keys() == SNAKES


def test_events_are_the_operations() -> None:
    events = {path.relative_to(ROOT / "events") for path in ROOT.glob("events/**/*.json")}
    assert {str(each.with_suffix("")) for each in events} == {
        str(folder.relative_to(ROOT / "functions")) for folder in FOLDERS.values()
    }


def test_tests_are_the_operations() -> None:
    tests = {path.stem.removeprefix("test_") for path in ROOT.glob("tests/functions/**/test_*.py")}
    assert tests >= SNAKES


def _one_line(path: Path) -> str:
    return re.sub(r"\(\s+", "(", path.read_text(encoding="utf-8"))
