"""The venue of a party, and whether two addresses are the same place (`domain.md §3`)."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_SEPARATORS: Final = re.compile(r"[\W_]+")
_BETWEEN_DIGITS: Final = re.compile(r"(?<=\d)[\W_]+(?=\d)")


@dataclass(frozen=True, slots=True)
class Venue:
    """The address where the chef cooks."""

    address_line1: str
    city: str
    state: str
    postal_code: str
    address_line2: str | None = None

    def is_same_place(self, other: "Venue") -> bool:
        """Return whether both are spellings of one address (`domain.md §3`).

        Case, spaces, punctuation and Unicode compatibility forms do not matter. The split of the
        street over the two address lines does not matter either.
        """
        return self.normalized_address == other.normalized_address

    @property
    def normalized_address(self) -> tuple[str, ...]:
        """The address in a form that is equal for all its spellings; only for comparison."""
        street = f"{self.address_line1} {self.address_line2 or ''}"
        return tuple(
            _normalized(part) for part in (street, self.city, self.state, self.postal_code)
        )


def _normalized(text: str) -> str:
    """Return the letters and digits of `text` in one case; a space separates adjacent numbers."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_SEPARATORS.sub("", part) for part in _BETWEEN_DIGITS.split(folded))
