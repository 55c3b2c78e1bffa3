"""A function that cannot be imported has the traceback in its log, as in Lambda.

The emulator reports the message of the error only, in the result.
"""

import importlib
import sys
from collections.abc import Callable
from typing import Any, Final

MODULE: Final = "core.lambda_runtime"
REQUIRED: Final = ("_PYTHON_WORKER_SCRIPT", "Worker")
runtime: Any = importlib.import_module(f"ministack.{MODULE}")

_REPORT: Final = 'json.dumps({"status": "error", "error": %s})'
_MESSAGE: Final = "Worker init failed: "


def apply() -> None:
    """Let a worker report the traceback, and put it into the log."""
    script, report = runtime._PYTHON_WORKER_SCRIPT, _REPORT % "str(e)"  # noqa: SLF001
    if script.count(report) != 1:
        sys.exit(f"{MODULE} reports errors of the import in another way: adapt {__name__}.py.")
    runtime._PYTHON_WORKER_SCRIPT = script.replace(  # noqa: SLF001
        report, _REPORT % "traceback.format_exc()"
    )
    runtime.Worker.invoke = logging_init_errors(runtime.Worker.invoke)


def logging_init_errors(invoke: Callable[..., Any]) -> Callable[..., Any]:
    """Return `invoke`, which returns a failed import as an error with the log."""

    def invoke_or_report(worker: Any, *arguments: Any, **options: Any) -> Any:
        try:
            return invoke(worker, *arguments, **options)
        except RuntimeError as error:
            traceback = str(error).removeprefix(_MESSAGE)
            if traceback == str(error):
                raise
            worker.kill()
            return {
                "status": "error",
                "error": traceback.rstrip().rpartition("\n")[2],
                "trace": traceback,
            }

    return invoke_or_report
