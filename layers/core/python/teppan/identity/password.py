"""The normalised form in which a password is set and compared."""

import unicodedata


def normalised(password: str) -> str:
    """Return the password in Unicode's form NFKC.

    Keyboards encode the same character in different ways; NFKC makes them equal (RFC 8265 §4, with
    NFKC as in NIST SP 800-63B §5.1.1.2).
    """
    return unicodedata.normalize("NFKC", password)
