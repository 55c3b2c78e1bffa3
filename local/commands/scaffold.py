"""`make endpoint NAME=get_receipt WING=payments`: write the five places of a new endpoint.

A placeholder, `TO WRITE(get_receipt): …`, stands for each text that only the author knows. The
test `test_an_operation_has_its_places` lists the placeholders that are left.
"""

import sys
from pathlib import Path
from string import Template
from typing import Final

from local.arguments import Parser
from local.commands.contract_text import insert_operation, insert_resources, insert_schema, tag_of
from local.commands.new_endpoint import NewEndpoint, camel, checked_endpoint
from local.commands.write_events import write_events
from local.errors import CommandError
from local.paths import ROOT

_TEMPLATES: Final = Path(__file__).parent / "endpoint_templates"


class _Text(Template):
    """A template file with variables like `%{name}`: its text contains `$` and `@` itself."""

    delimiter = "%"


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write the places below `root` and print their paths; return the exit status."""
    parser = Parser(prog="make endpoint")
    parser.add_argument("--name", default="", help="in snake case, a verb first: get_receipt")
    parser.add_argument("--wing", default="", help="a folder of functions/")
    parser.add_argument("--route", default="", help="'GET /api/v1/bookings/{booking_id}/summary'")
    options = parser.parse_args(arguments)
    try:
        endpoint = checked_endpoint(root, options.name, options.wing, options.route)
        written = _write(root, endpoint)
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(_report(endpoint, written))
    return 0


def _write(root: Path, endpoint: NewEndpoint) -> list[str]:
    """Write every place and return their paths.

    Raises CommandError before the first is written when one of them cannot be.
    """
    contract, template = root / "openapi.yaml", root / "template.yaml"
    siblings = sorted(path.name for path in (root / "functions" / endpoint.wing).iterdir())
    tag = tag_of(contract.read_text(encoding="utf-8"), [camel(each) for each in siblings])
    variables = endpoint.variables | {
        "tag": tag,
        "not_found": _template("not_found.yaml") if endpoint.is_about_a_booking else "",
    }

    def filled(file: str) -> str:
        return _Text(_template(file)).substitute(variables)

    document = insert_operation(
        contract.read_text(encoding="utf-8"),
        endpoint.path,
        endpoint.method,
        tag,
        filled("operation.yaml"),
    )
    places = {
        contract: insert_schema(document, endpoint.schema, filled("schema.yaml")),
        template: insert_resources(
            template.read_text(encoding="utf-8"), endpoint.wing, filled("resources.yaml")
        ),
        root / f"functions/{endpoint.wing}/{endpoint.name}/app.py": filled("app.py.txt"),
        root / f"tests/functions/{endpoint.wing}/test_{endpoint.name}.py": filled("test.py.txt"),
    }
    for path, text in places.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    changed_events = write_events(root)  # last: it reads the contract as written above
    return [path.relative_to(root).as_posix() for path in [*places, *changed_events]]


def _template(file: str) -> str:
    return (_TEMPLATES / file).read_text(encoding="utf-8")


def _report(endpoint: NewEndpoint, written: list[str]) -> str:
    places = "\n".join(f"  {each}" for each in written)
    return f"""\
Wrote {endpoint.operation_id} ({endpoint.method.upper()} {endpoint.path}):
{places}

The schema of its answer is {endpoint.schema}; another word may be better: then rename it in
openapi.yaml, and in `reads` and `optional` of the test.

Next: write its logic with a unit test, and what is marked TO WRITE({endpoint.name}). This test
lists what is left; the other suites skip the endpoint until then:
  make test ARGS="tests/contract/test_names.py -k {endpoint.operation_id}"
Then, before `make check` and `make test`:
  make events
  make test ARGS="tests/contract tests/unit"
  make test ARGS="tests/functions -k {endpoint.operation_id}"
"""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
