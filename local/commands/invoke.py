"""`make invoke F=create_booking`: run a function of the local cloud with its event of `events/`.

With DOCKER=1 the function runs in Lambda's container, by `sam local invoke`, instead of in the
emulator. Table, accounts and payments are those of the local cloud either way.
"""

import base64
import difflib
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from local.arguments import Parser, add_port, json_object
from local.aws.emulator import Aws
from local.aws.stack import STACK
from local.containers.invocation import command_line, run_in_container, write_event
from local.description import Description, running_cloud
from local.errors import CommandError
from local.live_events.live_event import event_paths, live_event

_IN_A_CONTAINER = "With Docker, in Lambda's own container, from the root of the checkout:"


class Invocation(NamedTuple):
    """What a function returned, its log, and whether it succeeded."""

    result: Any
    log: str
    succeeded: bool


def main(arguments: list[str]) -> int:
    """Invoke the function and print the result; return the exit status."""
    parser = Parser(prog="make invoke")
    parser.add_argument("function", nargs="?", default="", help="its name in snake case")
    add_port(parser)
    parser.add_argument("--event", type=json_object, help="JSON to send in place of the event")
    parser.add_argument("--docker", action="store_true", help="run it in Lambda's container")
    options = parser.parse_args(arguments)
    try:
        cloud = running_cloud(options.port)
        output, succeeded = invoke(cloud, options.function, options.event, in_docker=options.docker)
    except (CommandError, BotoCoreError, ClientError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(output)
    return 0 if succeeded else 1


def invoke(
    cloud: Description, name: str, event: dict[str, Any] | None = None, *, in_docker: bool = False
) -> tuple[str, bool]:
    """Run the function `name`; return the text to print, and whether the function succeeded.

    The default event is that of `events/`, changed for this cloud. Raises CommandError when
    there is no such function, and when no container can run it.
    """
    function = function_named(name)
    if event is None:
        event = live_event(event_paths()[function], cloud)
    write_event(Path(cloud.directory), function, event)
    run = _run_in_container if in_docker else _run_in_emulator
    result, log, succeeded = run(cloud, function, event)
    sections = [
        f"{_request(event)}   -> {STACK}-{function}",
        *([_pretty_text(event["body"])] if event.get("body") else []),
        _response(result) if succeeded else f"The function failed:\n{_pretty(result)}",
        "Log\n" + "\n".join(f"  {line}" for line in log.splitlines()),
        f"{_IN_A_CONTAINER}\n  {command_line(cloud, function)}",
    ]
    return "\n\n".join(sections) + "\n", succeeded


def function_named(name: str) -> str:
    """Return the function that a name means: `create_booking`, also written as `createBooking`.

    Raises CommandError when there is none, with the most similar name.
    """
    functions = [*event_paths()]
    snake = "".join(f"_{each.lower()}" if each.isupper() else each for each in name).strip("_")
    for function in (snake, snake.removesuffix("_function")):
        if function in functions:
            return function
    listed = "\n".join(f"  {known}" for known in functions)
    similar = difflib.get_close_matches(snake, functions, n=1)
    message = f"There is no function {name!r}." if name else "Which function?"
    if similar:
        message += f" Did you mean {similar[0]}?"
    raise CommandError(f"{message} make invoke F=<name>, where the name is one of\n{listed}")


def _run_in_emulator(cloud: Description, function: str, event: dict[str, Any]) -> Invocation:
    answer = (
        Aws(cloud.aws_endpoint_url, cloud.region)
        .client("lambda")
        .invoke(
            FunctionName=f"{STACK}-{function}", LogType="Tail", Payload=json.dumps(event).encode()
        )
    )
    log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
    return Invocation(json.loads(answer["Payload"].read()), log, "FunctionError" not in answer)


def _run_in_container(cloud: Description, function: str, _event: dict[str, Any]) -> Invocation:
    result, log = run_in_container(cloud, function)
    failed = isinstance(result, dict) and "errorType" in result
    return Invocation(result, log, not failed)


def _request(event: dict[str, Any]) -> str:
    """Return one line with the sender and the kind of the event; any other event as JSON."""
    try:
        return _known_request(event)
    except (KeyError, TypeError, AttributeError):
        return f"Event: {json.dumps(event)}"


def _known_request(event: dict[str, Any]) -> str:
    if "triggerSource" in event:
        return f"Cognito: {event['triggerSource']}"
    if "Records" in event:
        kinds = (f"{record['eventName']} of the table" for record in event["Records"])
        return f"Stream: {', '.join(kinds)}"
    if "requestContext" not in event:
        return f"Schedule: {event.get('detail-type') or json.dumps(event)}"
    if event.get("version") == "2.0":
        return f"{event['requestContext']['http']['method']} {event['rawPath']} of the function URL"
    query = "&".join(f"{k}={v}" for k, v in (event["queryStringParameters"] or {}).items())
    target = f"{event['path']}?{query}" if query else event["path"]
    return f"{event['httpMethod']} {target}"


def _response(result: Any) -> str:
    if result is None:
        return "It returned nothing."
    if not isinstance(result, dict) or "statusCode" not in result:
        return _pretty(result)
    headers = [f"{name}: {value}" for name, value in result.get("headers", {}).items()]
    body = [_pretty_text(result["body"])] if result.get("body") else []
    return "\n".join([f"{result['statusCode']}", *headers, "", *body])


def _pretty_text(text: Any) -> str:
    """Return JSON with indents, and anything else as it is."""
    try:
        return _pretty(json.loads(text))
    except (ValueError, TypeError):
        return str(text)


def _pretty(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
