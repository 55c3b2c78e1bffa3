"""The groups that a trigger before token generation returns hold for both tokens, as in Cognito.

Cognito reads them from `claimsAndScopeOverrideDetails`, the emulator from the part of each token.
"""

# ruff: noqa: SLF001 - the patch replaces a private function of the emulator
import importlib
from collections.abc import Callable
from typing import Any, Final

type Json = dict[str, Any]
type Extract = Callable[[Any], Json | None]
"""Takes the payload that a trigger returned; returns the `response` in it."""

MODULE: Final = "services.cognito"
REQUIRED: Final = ("_extract_trigger_response",)
cognito: Any = importlib.import_module(f"ministack.{MODULE}")


def apply() -> None:
    """Replace the function that reads the response of a trigger."""
    cognito._extract_trigger_response = with_groups_per_token(cognito._extract_trigger_response)


def with_groups_per_token(extract: Extract) -> Extract:
    """Return `extract`, which copies the groups to the part of each token."""

    def extract_with_groups(payload: Any) -> Json | None:
        response = extract(payload)
        details = (response or {}).get("claimsAndScopeOverrideDetails") or {}
        if groups := details.get("groupOverrideDetails"):
            for part in ("accessTokenGeneration", "idTokenGeneration"):
                details[part] = (details.get(part) or {}) | {"groupOverrideDetails": groups}
        return response

    return extract_with_groups
