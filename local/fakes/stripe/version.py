"""The API version of the fake."""

from typing import Final

API_VERSION: Final = "2026-05-27.dahlia"
