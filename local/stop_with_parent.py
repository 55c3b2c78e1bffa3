"""Run a command that stops when its parent process ends, for any reason.

    python stop_with_parent.py [--remove FOLDER] COMMAND [ARGUMENT ...]

The parent holds the other end of standard input. When the parent or the kernel closes that end,
the whole process group of the command gets SIGTERM, then SIGKILL; then FOLDER is removed. This
works on Linux and on macOS, which has no parent-death signal.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
from types import FrameType
from typing import Final

GRACE_SECONDS: Final = 10.0
_STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: list[str]) -> int:
    """Run the command until it or the parent ends; return its exit status."""
    folder, command = _folder_and_command(arguments)
    # The command would inherit SIG_IGN, so set handlers: it starts with the default dispositions.
    for number in _STOPPING:
        signal.signal(number, _exit)
    # In its own session the command leads a process group that contains its children too.
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    threading.Thread(target=_exit_with_parent, daemon=True).start()
    try:
        return child.wait()
    finally:
        for number in _STOPPING:
            signal.signal(number, signal.SIG_IGN)
        _stop_group(child)
        if folder:
            shutil.rmtree(folder, ignore_errors=True)


def _folder_and_command(arguments: list[str]) -> tuple[str, list[str]]:
    if arguments[0] == "--remove":
        return arguments[1], arguments[2:]
    return "", arguments


def _exit(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _exit_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


def _stop_group(child: subprocess.Popen[bytes]) -> None:
    """Stop the command and its child processes; wait for the command only."""
    _signal_group(child.pid, signal.SIGTERM)
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        # The command has ignored SIGTERM; the SIGKILL below stops it.
        return
    finally:
        _signal_group(child.pid, signal.SIGKILL)


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        # The group is empty. macOS raises EPERM when it contains zombies only.
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
