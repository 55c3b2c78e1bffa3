"""An absent value is an absent key."""

from teppan.http.representations import present


def test_present_omits_none_and_keeps_every_other_value() -> None:
    assert present(a=None, b=0, c="", d=False, e=[], f={}) == {
        "b": 0,
        "c": "",
        "d": False,
        "e": [],
        "f": {},
    }
