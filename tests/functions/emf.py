"""Reads metrics from the output of a function: lines in CloudWatch's embedded metric format."""

import json
from typing import Any


def emitted(text: str) -> list[dict[str, Any]]:
    """Return the metric lines in `text`, parsed."""
    return [json.loads(line) for line in text.splitlines() if line.startswith('{"_aws"')]


def counted(text: str, name: str) -> int:
    """Return the sum of the metric `name` over all dimensions."""
    return sum(int(each) for line in emitted(text) for each in line.get(name, []))


def alarm_values(text: str, name: str) -> list[int]:
    """Return the values of the metric `name` by the service alone: alarms use this dimension."""
    return [
        int(value)
        for line in emitted(text)
        if name in line and dimensions(line, name) == [["service"]]
        for value in line[name]
    ]


def dimensions(line: dict[str, Any], name: str) -> list[list[str]]:
    """Return the dimension sets of the metric `name` in a line."""
    return [
        sorted(names)
        for directive in line["_aws"]["CloudWatchMetrics"]
        if directive["Namespace"] == "Teppan"
        and name in {metric["Name"] for metric in directive["Metrics"]}
        for names in directive["Dimensions"]
    ]
