"""Files generated from the contract: an event for each function, and the methods of each path."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from local.aws.template import load_template
from local.example_events.api_gateway import request_event
from local.example_events.function_url import webhook_event
from local.example_events.schedule import SCHEDULED_EVENTS
from local.example_events.table_stream import STREAM_EVENT
from local.example_events.user_pool import TOKEN_GENERATION
from local.paths import ROOT

_METHODS: Final = ("get", "put", "post", "delete", "options")


def event_files(root: Path = ROOT) -> dict[Path, str]:
    """Return the text of every event file below `root`, by its path."""
    folders = {path.parent.name: path.parent for path in root.glob("functions/*/*/app.py")}
    files = {}
    for function, event in _events(load_template(root / "openapi.yaml")):
        name = re.sub(r"(?<!^)([A-Z])", r"_\1", function).lower()
        # The function of getDocs serves two more operations.
        if name in folders:
            path = root / "events" / folders[name].parent.name / f"{name}.json"
            files[path] = json.dumps(event, indent=2, ensure_ascii=False) + "\n"
    return files


def path_methods(root: Path = ROOT) -> dict[Path, str]:
    """Return the text of the file with the methods of each path, by its path."""
    contract = load_template(root / "openapi.yaml")
    methods = {
        path: [each.upper() for each in item if each in (*_METHODS, "head")]
        for path, item in contract["paths"].items()
        if not path.endswith("+}")
    }
    lines = ",\n".join(f"  {json.dumps(path)}: {json.dumps(methods[path])}" for path in methods)
    file = root / "functions" / "operations" / "preflight" / "methods.json"
    return {file: f"{{\n{lines}\n}}\n"}


def _events(contract: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the event of every function."""
    shared = contract["components"]["parameters"]
    for path, item in contract["paths"].items():
        # The function of a GET serves its HEAD too, so a HEAD has no event of its own.
        for method in (each for each in _METHODS if each in item):
            parameters = [
                shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
                for each in item[method].get("parameters", [])
            ]
            event = request_event(path, method.upper(), item[method], parameters)
            yield item[method]["operationId"], event
    yield from SCHEDULED_EVENTS.items()
    yield "followUpPayments", STREAM_EVENT
    yield "stripeWebhook", webhook_event()
    yield "customizeTokens", TOKEN_GENERATION
