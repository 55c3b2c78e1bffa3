"""A function that reads a table's stream may report the records that failed, as in Lambda.

Lambda delivers the records again, from the first failed one on, until that record has used up its
retries. Then it sends the record to the failure queue and continues after it. A call that fails as
a whole counts as a failure of its first record. The emulator takes a reported failure for a
success, and repeats a failed call for as long as it keeps the records.
"""

# ruff: noqa: SLF001 - the patch replaces and calls private functions of the emulator
import importlib
import json
import time
from collections.abc import Callable
from typing import Any, Final

type Json = dict[str, Any]
type Execute = Callable[[Json, Json], Json]
"""Calls a function with an event; returns the result of the call."""

MODULE: Final = "services.lambda_svc"
REQUIRED: Final = ("_execute_function", "_iter_all_esms", "_send_ddb_stream_failure_record")
functions: Any = importlib.import_module(f"ministack.{MODULE}")

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 8.0


def apply() -> None:
    """Replace the function that calls a Lambda function."""
    functions._execute_function = retrying(functions._execute_function)


def retrying(execute: Execute) -> Execute:
    """Return `execute`, which delivers failed records of a stream again."""

    def execute_with_retries(function: Json, event: Json) -> Json:
        source = source_of(function, event)
        if source is None:
            return execute(function, event)
        records, retries = event["Records"], 0
        while True:
            result = execute(function, {"Records": records})
            failed = first_failed(result, records)
            if failed is None:
                return result
            # A record that was not the first of the batch has not used any of its retries.
            records, retries = records[failed:], 0 if failed else retries
            if retries < source["MaximumRetryAttempts"]:
                time.sleep(min(FIRST_PAUSE_SECONDS * 2**retries, LONGEST_PAUSE_SECONDS))
                retries += 1
                continue
            functions._send_ddb_stream_failure_record(
                source,
                function,
                records[:1],
                source["EventSourceArn"],
                result,
                "RetryAttemptsExhausted",
            )
            records, retries = records[1:], 0
            if not records:
                return result | {"error": False}

    return execute_with_retries


def source_of(function: Json, event: Any) -> Json | None:
    """Return the event source mapping of a stream's event; None for any other event."""
    records = event.get("Records") if isinstance(event, dict) else None
    if not records or records[0].get("eventSource") != "aws:dynamodb":
        return None
    name = function.get("config", function)["FunctionName"]
    return next(
        (
            source
            for _, _, source in functions._iter_all_esms()
            if source["FunctionName"] == name
            and source["EventSourceArn"] == records[0]["eventSourceARN"]
            and "ReportBatchItemFailures" in source["FunctionResponseTypes"]
        ),
        None,
    )


def first_failed(result: Json, records: list[Json]) -> int | None:
    """Return the index of the first record that failed; None if all succeeded."""
    if result.get("error") or result.get("throttle"):
        return 0
    body = result.get("body")
    answer = json.loads(body) if isinstance(body, str) and body else body
    failures = (answer or {}).get("batchItemFailures") or []
    if not failures:
        return None
    failed = {failure.get("itemIdentifier") for failure in failures}
    indexes = (
        index
        for index, record in enumerate(records)
        if record["dynamodb"]["SequenceNumber"] in failed
    )
    # An answer that names no record of the batch is a failure of all of it.
    return next(indexes, 0)
