"""The files of `events/`: one for each function, beside the function's domain in `functions/`."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from local.aws.template import load_template
from local.event_sources.api_gateway import request
from local.event_sources.function_url import webhook
from local.event_sources.schedule import STARTS
from local.event_sources.table_stream import RECORDS
from local.event_sources.user_pool import TOKEN_GENERATION
from local.paths import CONTRACT, EVENTS, ROOT

SUBSCRIPTION: Final = "stripe_subscription"
"""The one file that is no event and is written by hand: what Stripe is asked to send."""

_METHODS: Final = ("get", "put", "post", "delete", "options")


def event_files() -> dict[Path, str]:
    """Return the text of every event file, by its path."""
    folders = {path.parent.name: path.parent for path in ROOT.glob("functions/*/*/app.py")}
    files = {}
    for function, event in _events():
        name = re.sub(r"(?<!^)([A-Z])", r"_\1", function).lower()
        path = EVENTS / folders[name].parent.name / f"{name}.json"
        files[path] = json.dumps(event, indent=2, ensure_ascii=False) + "\n"
    return files


def _events() -> Iterator[tuple[str, dict[str, Any]]]:
    contract = load_template(CONTRACT)
    shared = contract["components"]["parameters"]
    for path, item in contract["paths"].items():
        # A HEAD is served by the function of its GET, and has no event of its own.
        for method in (each for each in _METHODS if each in item):
            parameters = [
                shared[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
                for each in item[method].get("parameters", [])
            ]
            event = request(path, method.upper(), item[method], parameters)
            yield item[method]["operationId"], event
    yield from STARTS.items()
    yield "followUpPayments", RECORDS
    yield "stripeWebhook", webhook()
    yield "customizeTokens", TOKEN_GENERATION
