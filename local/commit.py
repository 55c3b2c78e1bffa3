"""The commit of this checkout, which `/health` reports as the version."""

import subprocess

from local.paths import ROOT


def commit() -> str:
    """Return the commit, marked if files have changed since; `unknown` without git."""
    try:
        answer = subprocess.run(
            ["git", "describe", "--always", "--dirty"],  # noqa: S607 - the git on PATH
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return answer.stdout.strip()
