"""Paths in the checkout. `.aws-sam/`, `.tools/` and `.local/` are never committed."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
TEMPLATE: Final = ROOT / "template.yaml"
CONTRACT: Final = ROOT / "openapi.yaml"
EVENTS: Final = ROOT / "events"
STRIPE_SUBSCRIPTION: Final = EVENTS / "payments" / "stripe_subscription.json"
"""The only file of `events/` that is not an event: those that Stripe sends us, written by hand."""
SAMCONFIG: Final = ROOT / "samconfig.toml"
BUILT: Final = ROOT / ".aws-sam" / "build"
EMULATOR_PATCHES: Final = ROOT / "local" / "aws" / "emulator_patches"

TOOLS: Final = ROOT / ".tools"
SAM: Final = TOOLS / "sam" / "bin" / "sam"
RUNTIME_CLIENT: Final = TOOLS / "awslambdaric" / "lib" / "python3.13" / "site-packages"
MINISTACK_PYTHON: Final = TOOLS / "ministack" / "bin" / "python"
DYNAMODB_LOCAL: Final = TOOLS / "dynamodb-local"
CLIENT_TOOLS: Final = TOOLS / "clients" / "node_modules"
