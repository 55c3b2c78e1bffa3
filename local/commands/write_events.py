"""`make events`: write the files that are generated from the contract.

They are the events of `events/`, without those whose function is gone, and the methods of each path
for the function that answers CORS preflights.
"""

import sys
from pathlib import Path

from local.example_events.files import event_files, path_methods
from local.paths import ROOT, STRIPE_SUBSCRIPTION


def main() -> None:
    """Bring the files up to date, and print the path of each one that changes."""
    for path in write_events():
        action = "written" if path.exists() else "removed"
        sys.stdout.write(f"{action} {path.relative_to(ROOT)}\n")


def write_events(root: Path = ROOT) -> list[Path]:
    """Write the files below `root` that are missing or stale; return the changed paths.

    An event without a function is deleted, and its path is returned too.
    """
    files = event_files(root) | path_methods(root)
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
