"""The expected values of table, secrets, queue, log groups and layers."""

from typing import Any, Final

from tests.contract.template.expectations import (
    ABSENT,
    EXCEPT_LOCALLY,
    Check,
    Kind,
    Row,
    get_att,
    proved_by,
    ref,
    sentence,
    sub,
)

KEPT: Final = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
"""The attributes of a resource that CloudFormation must never delete."""

DELETED: Final = {"DeletionPolicy": "Delete", "UpdateReplacePolicy": "Delete"}

INDEXES: Final = ("gsi1", "gsi2", "gsi3", "gsi4")


def _key(prefix: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": f"{prefix}pk", "KeyType": "HASH"},
        {"AttributeName": f"{prefix}sk", "KeyType": "RANGE"},
    ]


def _are_keyed(indexes: list[dict[str, Any]]) -> bool:
    without = [
        {name: value for name, value in index.items() if name != "Projection"} for index in indexes
    ]
    return without == [{"IndexName": each.upper(), "KeySchema": _key(each)} for each in INDEXES]


TABLES: Final = Kind(
    "AWS::DynamoDB::Table",
    "Table",
    KEPT
    | {
        "Properties.BillingMode": "PAY_PER_REQUEST",
        "Properties.DeletionProtectionEnabled": EXCEPT_LOCALLY,
        "Properties.AttributeDefinitions": [
            {"AttributeName": f"{index}{part}", "AttributeType": "S"}
            for index in ("", *INDEXES)
            for part in ("pk", "sk")
        ],
        "Properties.KeySchema": _key(""),
        # test_an_index_projects_what_its_list_shows_or_only_keys proves what they project.
        "Properties.GlobalSecondaryIndexes": Check("keyed by attributes of its own", _are_keyed),
        "Properties.PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        "Properties.SSESpecification": {"SSEEnabled": True, "SSEType": "KMS"},
        "Properties.StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"},
        "Properties.TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
    },
)

SECRETS: Final = Kind(
    "AWS::SecretsManager::Secret",
    "Secret",
    KEPT
    | {
        "Properties.Description": sentence,
        "Properties.GenerateSecretString": {"PasswordLength": 64, "ExcludePunctuation": True},
    },
    {
        "CursorSecret": Row("losing it only makes open cursors invalid", DELETED),
        "UserPoolClientSecret": Row(
            "Cognito made it, and makes another one with another client",
            DELETED
            | {
                "Properties.GenerateSecretString": ABSENT,
                "Properties.SecretString": get_att("UserPoolClient", "ClientSecret"),
            },
        ),
    },
)

QUEUES: Final = Kind(
    "AWS::SQS::Queue",
    "Queue",
    {"Properties.SqsManagedSseEnabled": True, "Properties.MessageRetentionPeriod": 14 * 86_400},
)

QUEUE_POLICIES: Final = Kind(
    "AWS::SQS::QueuePolicy",
    "Policy",
    {
        "Properties.Queues": [ref("<Name>")],
        "Properties.PolicyDocument.Version": "2012-10-17",
        "Properties.PolicyDocument.Statement": proved_by(
            "test_jobs.py::test_only_the_schedules_may_send_to_the_failure_queue"
        ),
    },
)

LOG_GROUPS: Final = Kind(
    "AWS::Logs::LogGroup",
    "LogGroup",
    {
        "Properties.LogGroupName": sub("/aws/lambda/${AWS::StackName}-<name>"),
        "Properties.RetentionInDays": ref("LogRetentionDays"),
    },
    {
        "ApiAccessLogGroup": Row(
            "API Gateway writes to it, no function",
            {"Properties.LogGroupName": sub("/aws/apigateway/${AWS::StackName}")},
        ),
    },
)

LAYERS: Final = Kind(
    "AWS::Serverless::LayerVersion",
    "Layer",
    {
        "Properties.LayerName": sub("${AWS::StackName}-<name>"),
        "Properties.Description": sentence,
        "Properties.ContentUri": "layers/<name>/",
        "Properties.CompatibleRuntimes": ["python3.13"],
        "Properties.CompatibleArchitectures": [ref("Architecture")],
        "Properties.RetentionPolicy": "Delete",
        "Metadata.BuildMethod": "makefile",
        "Metadata.BuildArchitecture": ref("Architecture"),
        "Metadata.ContextPath": sub("layers/<name>/${Architecture}"),
    },
    {
        name: Row("Python only: the same for every processor", {"Metadata.ContextPath": ABSENT})
        for name in ("CoreLayer", "DocsLayer")
    },
)

KINDS: Final = (TABLES, SECRETS, QUEUES, QUEUE_POLICIES, LOG_GROUPS, LAYERS)
