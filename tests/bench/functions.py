"""The functions of this checkout."""

from tests.builders import ROOT


def names() -> list[str]:
    """Return the name of every function as `<wing>/<operation>`."""
    return sorted(
        app.parent.relative_to(ROOT / "functions").as_posix()
        for app in (ROOT / "functions").glob("*/*/app.py")
    )
