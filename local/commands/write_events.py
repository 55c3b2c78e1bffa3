"""`make events`: write the files of `events/`, and delete those whose function is gone."""

import sys
from pathlib import Path

from local.example_events.files import event_files
from local.paths import ROOT, STRIPE_SUBSCRIPTION


def main() -> None:
    """Bring `events/` up to date, and print the path of each file that changes."""
    for path in write_events():
        action = "written" if path.exists() else "removed"
        sys.stdout.write(f"{action} {path.relative_to(ROOT)}\n")


def write_events(root: Path = ROOT) -> list[Path]:
    """Write the event files below `root` that are missing or stale; return the changed paths.

    A file without a function is deleted, and its path is returned too.
    """
    files = event_files(root)
    changed = []
    for path in sorted({*files, *(root / "events").glob("*/*.json")}):
        if path not in files and path.name != STRIPE_SUBSCRIPTION.name:
            path.unlink()
            changed.append(path)
        elif path in files and (not path.exists() or path.read_text("utf-8") != files[path]):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
            changed.append(path)
    return changed


if __name__ == "__main__":
    main()
