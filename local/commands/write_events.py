"""`make events`: write the files of `events/` anew, and remove those of functions that are gone."""

import sys

from local.event_sources.files import SUBSCRIPTION, event_files
from local.paths import EVENTS, ROOT


def main() -> None:
    """Write every event file that is missing or stale; name each."""
    files = event_files()
    for path in sorted({*files, *EVENTS.glob("*/*.json")}):
        if path not in files and path.stem != SUBSCRIPTION:
            path.unlink()
            sys.stdout.write(f"removed {path.relative_to(ROOT)}\n")
        elif path in files and (not path.exists() or path.read_text("utf-8") != files[path]):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
            sys.stdout.write(f"written {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
