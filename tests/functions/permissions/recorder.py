"""The rights that functions use at AWS, and the rights that `template.yaml` gives them."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from unittest.mock import patch

from botocore.client import BaseClient
from tests.contract.documents import FUNCTIONS, TEMPLATE, pascal
from tests.functions import contract
from tests.functions.handlers import Handlers, prepare

IN_TRANSACTION: Final = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
"""The IAM action of each kind of write in a transaction."""

DYNAMODB, COGNITO, SECRETS = "dynamodb", "cognito-idp", "secretsmanager"


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """An IAM action on a resource of the template, or a part of it: `Table/index/GSI1`."""

    action: str
    resource: str


@dataclass
class Recording:
    """The rights that functions have used, by the function's name in the contract."""

    needed: defaultdict[str, set[Right]] = field(default_factory=lambda: defaultdict(set))
    _running: str | None = None

    @contextmanager
    def of(self, operation: str) -> Iterator[None]:
        """Record the following calls as those of the function of `operation`."""
        is_operation = operation in contract.OPERATIONS
        self._running = contract.OPERATIONS[operation].served_by if is_operation else operation
        try:
            yield
        finally:
            self._running = None

    def note(self, client: BaseClient, call: str, members: Mapping[str, Any]) -> None:
        """Record one call of AWS if a function makes it."""
        if self._running:
            self.needed[self._running] |= set(_rights(client, call, members, self._running))

    def not_allowed(self) -> dict[str, list[Right]]:
        """Return the rights that were used and that the template does not give."""
        missing = {name: sorted(rights - allowed(name)) for name, rights in self.needed.items()}
        return {name: rights for name, rights in missing.items() if rights}


@contextmanager
def recorded() -> Iterator[Recording]:
    """Record the calls of functions that `Handlers` runs, and not those of the test itself."""
    recording = Recording()
    call = BaseClient._make_api_call

    def noted(client: BaseClient, name: str, members: dict[str, Any]) -> Any:
        recording.note(client, name, members)
        return call(client, name, members)

    with (
        patch.object(BaseClient, "_make_api_call", noted),
        patch.object(Handlers, "send", _during(recording, Handlers.send)),
        patch.object(Handlers, "job", _during(recording, Handlers.job)),
    ):
        yield recording


def allowed(name: str) -> set[Right]:
    """Return the rights that the template gives to the function `name`."""
    own = FUNCTIONS[pascal(name) + "Function"]["Properties"].get("Policies", [])
    attached = TEMPLATE["Resources"].get(pascal(name) + "Policy", {}).get("Properties", {})
    documents = [*own, *([attached["PolicyDocument"]] if attached else [])]
    return {
        Right(action, resource_of(resource))
        for document in documents
        for statement in document["Statement"]
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    }


def resource_of(reference: Mapping[str, Any]) -> str:
    """Return the logical id in an intrinsic function, with the part that it names, if any."""
    match reference:
        case {"Fn::GetAtt": [name, "Arn" | "Id"]}:
            return str(name)
        case {"Fn::GetAtt": [name, "StreamArn"]}:
            return f"{name}/stream"
        case {"Fn::Sub": str(text)} if text.startswith("${"):
            return text.removeprefix("${").replace(".Arn}", "")
    raise LookupError(f"What does {reference} refer to?")


def _during(recording: Recording, run: Callable[..., Any]) -> Callable[..., Any]:
    def recorded_run(handlers: Handlers, name: str, *args: Any, **kwargs: Any) -> Any:
        if name in contract.OPERATIONS:
            prepare(name)  # the test starts the user pool, not the function
        with recording.of(name):
            return run(handlers, name, *args, **kwargs)

    return recorded_run


def _rights(
    client: BaseClient, call: str, members: Mapping[str, Any], name: str
) -> Iterator[Right]:
    model = client.meta.service_model
    match model.service_name, call:
        case "dynamodb", "TransactWriteItems":
            for item in members["TransactItems"]:
                yield from (Right(f"{DYNAMODB}:{IN_TRANSACTION[kind]}", "Table") for kind in item)
        case "dynamodb", _:
            index = f"/index/{members['IndexName']}" if "IndexName" in members else ""
            yield Right(f"{DYNAMODB}:{call}", f"Table{index}")
        case "secretsmanager", _:
            # A secret of a test is not in the template.
            yield from (
                Right(f"{SECRETS}:{call}", secret) for secret in _secrets(name, members["SecretId"])
            )
        case "cognito-idp", _ if model.operation_model(call).auth_type == "none":
            return  # an unsigned call: its tokens authorise it
        case "cognito-idp", _:
            yield Right(f"{COGNITO}:{call}", "UserPool")
        case service, _:
            raise LookupError(f"{name} calls {service}: what right does that take?")


def _secrets(name: str, secret_id: str) -> Iterator[str]:
    """Yield the template's secret that a variable of the function names."""
    properties = FUNCTIONS[pascal(name) + "Function"]["Properties"]
    for variable, reference in properties.get("Environment", {}).get("Variables", {}).items():
        if variable.endswith("_ARN") and os.environ.get(variable) == secret_id:
            yield resource_of(reference)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
