"""Ids in Stripe's format; the same seed gives the same ids in the same order."""

import random
import string
from typing import Final

_ALPHABET: Final = (string.digits + string.ascii_uppercase + string.ascii_lowercase).encode()
_LETTER_OF_BYTE: Final = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))


class Identifiers:
    """Generates unique ids from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def new(self, prefix: str, length: int = 24) -> str:
        """Return `prefix`, an underscore and `length` letters and digits."""
        return f"{prefix}_{self.letters(length)}"

    def letters(self, length: int) -> str:
        """Return `length` random letters and digits."""
        return self._random.randbytes(length).translate(_LETTER_OF_BYTE).decode()
