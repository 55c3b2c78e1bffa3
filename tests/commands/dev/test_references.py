"""`make dev` refuses a template that names what it does not have, as CloudFormation does."""

from typing import Any

import pytest
from local.aws.references import dangling_references
from local.aws.template import load_template
from local.paths import CONTRACT, TEMPLATE

GOOD: dict[str, Any] = {
    "Parameters": {"Stage": {}},
    "Conditions": {"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}},
    "Resources": {"Table": {"Type": "AWS::DynamoDB::Table"}},
}


def with_value(value: Any) -> dict[str, Any]:
    return GOOD | {"Outputs": {"Shown": {"Value": [value]}}}


def test_our_template_and_contract_name_nothing_that_is_missing() -> None:
    assert dangling_references(load_template(TEMPLATE), load_template(CONTRACT)) == []


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Stage"},
        {"Ref": "Table"},
        {"Ref": "AWS::Region"},
        {"Ref": "TableRole"},
        {"Fn::GetAtt": ["Table", "Arn"]},
        {"Fn::If": ["IsProd", {"Ref": "Table"}, 1]},
        {"Fn::Sub": "${AWS::StackName}-${Stage}-${Table.Arn}-${!Literal}"},
        {"Fn::Sub": ["${Own}", {"Own": {"Ref": "Table"}}]},
    ],
)
def test_a_reference_to_a_parameter_or_resource_is_fine(value: Any) -> None:
    assert dangling_references(with_value(value)) == []


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Gone"},
        {"Fn::GetAtt": ["Gone", "Arn"]},
        {"Fn::GetAtt": ["Gone.Arn"]},
        {"Fn::If": ["Gone", 1, 2]},
        {"Fn::If": ["IsProd", {"Ref": "Gone"}, 1]},
        {"Fn::Sub": "x-${Gone.Arn}"},
        {"Fn::Sub": ["${Gone}", {"Own": 1}]},
        {"Fn::Sub": ["${Own}", {"Own": {"Ref": "Gone"}}]},
        {"Type": "AWS::SQS::Queue", "DependsOn": "Gone"},
        {"Type": "AWS::SQS::Queue", "Condition": "Gone"},
    ],
)
def test_a_reference_to_nothing_is_found_with_its_place(value: Any) -> None:
    [found] = dangling_references(with_value(value))

    assert found.startswith("Outputs.Shown.Value[0]")
    assert found.endswith(": there is no Gone")


def test_a_reference_in_an_included_document_is_found() -> None:
    assert dangling_references(GOOD, {"paths": {"/x": {"Fn::Sub": "${Gone.Arn}"}}}) == [
        "paths./x: there is no Gone"
    ]
