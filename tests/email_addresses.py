"""Strategies for values whose pattern in the contract is too slow to generate from."""

from hypothesis import strategies as st

_ATOM = st.text("abzAZ09!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=12)
_LABEL = st.from_regex(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,12}[A-Za-z0-9])?", fullmatch=True)
_TOP_LABEL = st.from_regex(r"(?:[A-Za-z0-9][A-Za-z0-9-]{0,12})?[A-Za-z]", fullmatch=True)


def addresses() -> st.SearchStrategy[str]:
    """Return e-mail addresses; the contract's pattern matches most, so filter by it if needed."""
    local = st.lists(_ATOM, min_size=1, max_size=6).map(".".join)
    domain = st.lists(_LABEL, min_size=1, max_size=8).map(".".join)
    return st.builds("{}@{}.{}".format, local, domain, _TOP_LABEL)
