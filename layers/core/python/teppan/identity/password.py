"""A password as it is set and compared."""

import unicodedata


def normalised(password: str) -> str:
    """Return the password in Unicode's form NFKC: the same however a keyboard writes it.

    RFC 8265 §4, with NFKC as in NIST SP 800-63B §5.1.1.2.
    """
    return unicodedata.normalize("NFKC", password)
