"""Ids as Stripe's look, the same ones in the same order for the same seed."""

import random
import string
from typing import Final

_ALPHABET: Final = (string.digits + string.ascii_uppercase + string.ascii_lowercase).encode()
_LETTER_OF_BYTE: Final = bytes(_ALPHABET[byte % len(_ALPHABET)] for byte in range(256))


class Identifiers:
    """Hands out unique ids, determined by the seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def new(self, prefix: str, length: int = 24) -> str:
        """Return `prefix`, an underscore and `length` letters and digits."""
        return f"{prefix}_{self.letters(length)}"

    def letters(self, length: int) -> str:
        """Return that many letters and digits."""
        return self._random.randbytes(length).translate(_LETTER_OF_BYTE).decode()
