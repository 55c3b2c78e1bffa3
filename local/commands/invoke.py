"""`make invoke F=create_booking`: run a function of the local cloud with its event of `events/`."""

import argparse
import base64
import json
import sys
from typing import Any, Final

from botocore.exceptions import ClientError

from local.aws.deployment import STACK
from local.aws.emulator import Aws
from local.description import Description, running_cloud
from local.errors import CommandError
from local.events.live import event_paths, live_event
from local.paths import ROOT
from local.processes import port_number

_CONTAINER: Final = """\
With Docker, in Lambda's own container and with the event as it is:
  sam local invoke {resource} --event {path}"""


def main(arguments: list[str]) -> int:
    """Invoke the function and print the result; return the exit status."""
    parser = argparse.ArgumentParser(prog="make invoke")
    parser.add_argument("function", nargs="?", default="", help="its name in snake case")
    parser.add_argument(
        "--port", type=port_number, help="of the cloud; by default the one started last"
    )
    parser.add_argument("--event", type=json.loads, help="JSON to send in place of the event")
    options = parser.parse_args(arguments)
    try:
        cloud = running_cloud(options.port)
        output, succeeded = invoke(cloud, options.function, options.event)
    except (CommandError, ClientError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(output)
    return 0 if succeeded else 1


def invoke(cloud: Description, name: str, event: dict[str, Any] | None = None) -> tuple[str, bool]:
    """Run the function `name`; return the text to print, and whether the function succeeded.

    The default event is that of `events/`, changed for this cloud. Raises CommandError when
    there is no such function.
    """
    paths = event_paths()
    if name not in paths:
        names = "\n".join(f"  {known}" for known in paths)
        message = f"There is no function {name!r}." if name else "Which function?"
        raise CommandError(f"{message} make invoke F=<name>, where the name is one of\n{names}")
    event = live_event(paths[name], cloud) if event is None else event
    answer = (
        Aws(cloud.aws_endpoint_url, cloud.region)
        .client("lambda")
        .invoke(FunctionName=f"{STACK}-{name}", LogType="Tail", Payload=json.dumps(event).encode())
    )
    result = json.loads(answer["Payload"].read())
    succeeded = "FunctionError" not in answer
    log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
    sections = [
        f"{_request(event)}   -> {STACK}-{name}",
        *([_pretty_text(event["body"])] if event.get("body") else []),
        _response(result) if succeeded else f"The function failed:\n{_pretty(result)}",
        "Log\n" + "\n".join(f"  {line}" for line in log.splitlines()),
        _CONTAINER.format(resource=_resource(name), path=paths[name].relative_to(ROOT)),
    ]
    return "\n\n".join(sections) + "\n", succeeded


def _request(event: dict[str, Any]) -> str:
    """Return one line with the sender and the kind of the event."""
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


def _response(result: dict[str, Any] | None) -> str:
    if result is None:
        return "It returned nothing."
    if "statusCode" not in result:
        return _pretty(result)
    headers = [f"{name}: {value}" for name, value in result.get("headers", {}).items()]
    body = [_pretty_text(result["body"])] if result.get("body") else []
    return "\n".join([f"{result['statusCode']}", *headers, "", *body])


def _pretty_text(text: str) -> str:
    return _pretty(json.loads(text))


def _pretty(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


def _resource(name: str) -> str:
    """Return the function's logical id in the template."""
    return "".join(word.capitalize() for word in name.split("_")) + "Function"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
