"""The event of a request names the address that was asked: scheme, host and whole path.

API Gateway passes the host as `domainName`, the path with the stage in `requestContext.path`, and
the scheme in `X-Forwarded-Proto`. The emulator serves an API below a prefix, and leaves out the
prefix, the host and the scheme.
"""

# ruff: noqa: SLF001 - the patch replaces private functions of the emulator
import importlib
from collections.abc import Callable
from typing import Any, Final

type Event = dict[str, Any]

MODULE: Final = "services.apigateway_v1"
REQUIRED: Final = ("_build_lambda_event_v1",)
gateway: Any = importlib.import_module(f"ministack.{MODULE}")

_SCHEME: Final = "X-Forwarded-Proto"


def apply() -> None:
    """Replace the function that makes the event."""
    gateway._build_lambda_event_v1 = addressed(gateway._build_lambda_event_v1)


def addressed(build: Callable[..., Event]) -> Callable[..., Event]:
    """Return `build`, which adds the address to the event."""

    def build_event(api_id: str, *arguments: Any, **options: Any) -> Event:
        event = build(api_id, *arguments, **options)
        names = {name.lower(): text for name, text in event["headers"].items()}
        context = event["requestContext"]
        context["path"] = f"/_aws/execute-api/{api_id}{context['path']}"
        context["domainName"] = names["host"]
        if _SCHEME.lower() not in names:
            event["headers"][_SCHEME] = "http"
            event["multiValueHeaders"][_SCHEME] = ["http"]
        return event

    return build_event
