"""An absent value is an absent key."""

from teppan.http.representations import present


def test_what_has_no_value_is_left_out_and_everything_else_stays() -> None:
    assert present(a=None, b=0, c="", d=False, e=[], f={}) == {
        "b": 0,
        "c": "",
        "d": False,
        "e": [],
        "f": {},
    }
