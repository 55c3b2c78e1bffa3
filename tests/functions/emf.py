"""The metrics among what a function has written: lines of the embedded metric format."""

import json
from typing import Any


def emitted(text: str) -> list[dict[str, Any]]:
    """Return the lines of metrics in `text`."""
    return [json.loads(line) for line in text.splitlines() if line.startswith('{"_aws"')]


def counted(text: str, name: str) -> int:
    """Return the sum of the metric `name`, whatever its dimensions."""
    return sum(int(each) for line in emitted(text) for each in line.get(name, []))


def told(text: str, name: str) -> list[int]:
    """Return the values of the metric `name` as an alarm sees it: by the service alone."""
    return [
        int(value)
        for line in emitted(text)
        if name in line and dimensions(line, name) == [["service"]]
        for value in line[name]
    ]


def dimensions(line: dict[str, Any], name: str) -> list[list[str]]:
    """Return the sets of dimensions by which a line's metric `name` can be found."""
    return [
        sorted(names)
        for directive in line["_aws"]["CloudWatchMetrics"]
        if directive["Namespace"] == "Teppan"
        and name in {metric["Name"] for metric in directive["Metrics"]}
        for names in directive["Dimensions"]
    ]
