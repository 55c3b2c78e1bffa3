"""The names of a new endpoint, all derived from its function's name, and their checks."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.aws.template import pascal
from local.errors import CommandError

_METHODS: Final = {
    "get": "get",
    "list": "get",
    "search": "get",
    "quote": "get",
    "update": "put",
    "set": "put",
    "cancel": "delete",
    "delete": "delete",
}
"""The HTTP method by the verb that a name begins with; any other verb is a POST."""

_BOOKING_ID: Final = "        - $ref: '#/components/parameters/BookingId'"


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """A new endpoint as the arguments of `make endpoint` describe it."""

    name: str
    wing: str
    method: str
    path: str
    schema: str
    """The name of its answer's schema: the function's name without the verb, and `Answer` after it
    if the contract has such a schema."""

    @property
    def resource(self) -> str:
        """The name in Pascal case, with which its resources' names begin."""
        return pascal(self.name)

    @property
    def operation_id(self) -> str:
        """The name in the contract."""
        return camel(self.name)

    @property
    def is_about_a_booking(self) -> bool:
        """Whether the path has a booking's id."""
        return "{booking_id}" in self.path

    @property
    def variables(self) -> dict[str, str]:
        """The values of the template files' variables, except those that the contract decides."""
        has_id = self.is_about_a_booking
        creates = self.method == "post"
        id_import = "from teppan.http.parameters import BOOKING_ID\n" if has_id else ""
        return {
            "name": self.name,
            "wing": self.wing,
            "method": self.method,
            "METHOD": self.method.upper(),
            "path": self.path,
            "path_pattern": re.sub(r"{\w+}", "*", self.path),
            "operation_id": self.operation_id,
            "resource": self.resource,
            "schema": self.schema,
            "success": "201" if creates else "200",
            "succeeds": "    succeeds=201,\n" if creates else "",
            "given": "given" if has_id else "_",
            "request": 'path={"booking_id": given.booking.id}' if has_id else "",
            "imports": f"from teppan.http.endpoint import EVERYONE, endpoint\n{id_import}",
            "parameters_of_handler": ', parameters={"booking_id": BOOKING_ID}' if has_id else "",
            "parameters_of_path": f"{_BOOKING_ID}\n" if has_id else "",
        }


def camel(name: str) -> str:
    """Return a snake case name in camel case, as in the contract."""
    return name[0] + pascal(name)[1:]


def checked_endpoint(root: Path, name: str, wing: str, route: str) -> NewEndpoint:
    """Return the endpoint. Raises CommandError for an invalid name, wing or route."""
    wings = sorted(path.name for path in (root / "functions").iterdir() if path.name != "jobs")
    if not re.fullmatch("[a-z]+(_[a-z]+)*", name):
        raise CommandError(f"NAME is snake case, as in NAME=get_receipt; {name!r} is not.")
    if wing not in wings:
        raise CommandError(f"WING is one of {', '.join(wings)}; {wing!r} is not.")
    if existing := [*root.glob(f"functions/*/{name}/*.py"), *root.glob(f"events/*/{name}.json")]:
        raise CommandError(f"{name} exists: {existing[0].relative_to(root)}.")
    verb, _, noun = name.partition("_")
    default = f"{_METHODS.get(verb, 'post')} /api/v1/{wing}/{(noun or verb).replace('_', '-')}"
    method, _, path = (route or default).partition(" ")
    if method.lower() not in {"get", "post", "put", "delete"} or not path.startswith("/"):
        raise CommandError("ROUTE is a method and a path, as in ROUTE='GET /api/v1/receipts'.")
    if unknown := set(re.findall(r"{(\w+)}", path)) - {"booking_id"}:
        raise CommandError(
            f"Of the parameters of a path only {{booking_id}} is known, not {min(unknown)}: write "
            "it by hand, as /api/v1/availability/{date}/{time} does."
        )
    schema = pascal(noun or name)
    taken = f"\n    {schema}:\n" in (root / "openapi.yaml").read_text(encoding="utf-8")
    return NewEndpoint(name, wing, method.lower(), path, f"{schema}Answer" if taken else schema)
