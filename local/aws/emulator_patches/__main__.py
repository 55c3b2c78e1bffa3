"""Apply the patches, then run the emulator."""

import importlib
import sys
from importlib.metadata import version
from typing import Any, Final

PATCHES: Final = (
    "cognito_auth_time",
    "cognito_rotation",
    "cognito_client_secret",
    "cognito_trigger_groups",
    "cognito_codes",
    "lambda_init_errors",
    "lambda_layers",
    "lambda_stream",
    "gateway_answers",
    "api_addresses",
    "api_compression",
    "callers",
)
"""The names of the patches. A later patch wraps an earlier one of the same function.

So the client's secret is checked before a refresh token is used up.
"""


def main() -> None:
    """Apply all patches, unless the emulator lacks a function that one requires."""
    patches = [importlib.import_module(name) for name in PATCHES]
    for patch in patches:
        require(patch.MODULE, patch.REQUIRED)
    for patch in patches:
        patch.apply()
    emulator: Any = importlib.import_module("ministack.app")
    emulator.main()


def require(module: str, names: tuple[str, ...]) -> None:
    """Exit with an instruction if the emulator's module lacks one of `names`."""
    found = importlib.import_module(f"ministack.{module}")
    if missing := [name for name in names if not hasattr(found, name)]:
        sys.exit(
            f"ministack {version('ministack')} has no {', '.join(missing)} in "
            f"{module.replace('.', '/')}.py: adapt local/aws/emulator_patches to this version, "
            "or pin the version before it."
        )


if __name__ == "__main__":
    main()
