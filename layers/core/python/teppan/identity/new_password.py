"""Check of a new password: refuse one that is easy to guess (NIST SP 800-63B §5.1.1.2).

Only functions that take a new password import this module, because it loads the common passwords.
"""

import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

PRODUCT: Final = "teppan"
"""Our product's name, an obvious guess."""

FEWEST_CHARACTERS: Final = 5
"""The minimum number of different characters in a password."""

SHORTEST_WORD: Final = 3
"""The minimum length of a part of an e-mail address for a password to be compared with it."""

_GZIP: Final = 31
COMMON: Final = frozenset(
    zlib.decompress(Path(__file__).with_name("common_passwords.txt.gz").read_bytes(), wbits=_GZIP)
    .decode()
    .split("\n")
)
"""The most common passwords, casefolded (`common_passwords.md`)."""

_RUNS: Final = tuple(
    run * 10
    for forward in ("0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm")
    for run in (forward, forward[::-1])
)
_CHOOSE: Final = "choose another one, such as four words that do not belong together"

TOO_COMMON: Final = f"must not be a common password: {_CHOOSE}"
TOO_UNIFORM: Final = f"must have at least {FEWEST_CHARACTERS} different characters: {_CHOOSE}"
OF_ADDRESS: Final = f"must not be made of your e-mail address: {_CHOOSE}"
OF_PRODUCT: Final = f"must not be made of our name: {_CHOOSE}"


def weakness(password: str, email: str) -> str | None:
    """Return why the password is too easy to guess and what to do, or None.

    Case, spaces and punctuation are ignored. An addition to a weak word is also ignored unless it
    is longer than the word.
    """
    text = password.casefold()
    if len(set(text)) < FEWEST_CHARACTERS:
        return TOO_UNIFORM
    letters = _letters(text)
    is_mostly_letters = 2 * len(letters) >= len("".join(text.split()))
    addresses = {email.casefold(), email.partition("@")[0].casefold()}
    if text in addresses or (
        is_mostly_letters and any(_consists_of(word, letters) for word in _words_of(email))
    ):
        return OF_ADDRESS
    if is_mostly_letters and _consists_of(PRODUCT, letters):
        return OF_PRODUCT
    return TOO_COMMON if text in COMMON or (is_mostly_letters and _is_common(letters)) else None


def _words_of(email: str) -> Iterator[str]:
    """Yield the parts of the e-mail address that its owner might use as a password."""
    local = email.partition("@")[0]
    for part in (email, local, local.partition("+")[0]):
        word = _letters(part.casefold())
        if len(word) >= SHORTEST_WORD:
            yield word


def _consists_of(word: str, letters: str) -> bool:
    """Return whether `word`, once or repeated, is at least half of `letters`."""
    return 2 * letters.count(word) * len(word) >= len(letters)


def _is_common(letters: str) -> bool:
    """Return whether a common password or a run of keys is at least half of `letters`."""
    without_digits = letters.strip("0123456789")
    return any(
        part in COMMON or _repeated(part) in COMMON or any(part in run for run in _RUNS)
        for part in (letters, without_digits)
        if 2 * len(part) >= len(letters)
    )


def _letters(text: str) -> str:
    """Return the letters and digits of a text."""
    return "".join(filter(str.isalnum, text))


def _repeated(text: str) -> str:
    """Return the part that the text repeats, or the text itself if it repeats nothing."""
    return re.sub(r"^(.+?)\1+$", r"\1", text)
