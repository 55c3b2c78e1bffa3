"""The one API version that the fake speaks."""

from typing import Final

API_VERSION: Final = "2026-05-27.dahlia"
