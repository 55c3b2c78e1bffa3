"""Run a command that cannot outlive the process that started it, however that one dies.

    python leash.py COMMAND [ARGUMENT ...]

The starter holds the other end of standard input. When it closes that end, or is killed and the
kernel closes it, the command's whole process group is stopped: politely first, then for good.
Works alike on Linux and macOS, which has no parent-death signal.
"""

import os
import signal
import subprocess
import sys
import threading
from types import FrameType
from typing import Final

GRACE_SECONDS: Final = 10.0
_STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(command: list[str]) -> int:
    """Run `command` until it ends or the starter goes; return its exit status."""
    # Handlers, not SIG_IGN: the command must start with the default dispositions.
    for number in _STOPPING:
        signal.signal(number, _leave)
    # A session of its own makes the command the leader of a group that holds its children too.
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    threading.Thread(target=_leave_with_the_starter, daemon=True).start()
    try:
        return child.wait()
    finally:
        for number in _STOPPING:
            signal.signal(number, signal.SIG_IGN)
        _stop_group(child)


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _leave_with_the_starter() -> None:
    while os.read(sys.stdin.fileno(), 4096):
        continue
    os.kill(os.getpid(), signal.SIGTERM)


def _stop_group(child: subprocess.Popen[bytes]) -> None:
    """Stop the command and everything it started; wait for the command itself only."""
    _signal_group(child.pid, signal.SIGTERM)
    try:
        child.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        # Asked politely and given its time: the kill below does the rest.
        return
    finally:
        _signal_group(child.pid, signal.SIGKILL)


def _signal_group(group: int, number: signal.Signals) -> None:
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        # Nobody is left in the group; macOS says so by EPERM when only zombies are.
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
