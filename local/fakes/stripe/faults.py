"""What goes wrong between a client and Stripe, on demand or by chance."""

import random
from dataclasses import dataclass
from threading import Lock
from typing import Final, Literal, get_args

type Kind = Literal[
    "lose_answer",
    "reset",
    "timeout",
    "error_500",
    "error_500_after",
    "error_429",
    "slow",
]
KINDS: Final[tuple[str, ...]] = get_args(Kind.__value__)


class NoAnswer(Exception):
    """The client gets no answer; whether the request had its effect, it cannot know."""


class AnswerLost(NoAnswer):
    """The request had its effect; then the connection broke."""


class ConnectionReset(NoAnswer):
    """The connection broke before the request had any effect."""


class TimedOut(NoAnswer):
    """The request had its effect; the answer did not come in time."""


@dataclass(slots=True)
class Fault:
    """One thing to go wrong, for requests of a method and under a path; `seconds` is of `slow`."""

    kind: Kind
    method: str | None = None
    path_prefix: str | None = None
    times: int = 1
    seconds: float = 1.0

    def hits(self, method: str, path: str) -> bool:
        """Tell whether such a request is meant."""
        wanted = self.method is None or self.method.upper() == method
        return wanted and path.startswith(self.path_prefix or "")


class Faults:
    """Queued faults, each used up by the requests it hits, and faults that strike by chance."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = Lock()
        self._random = random.Random(seed)
        self._queue: list[Fault] = []
        self._rates: dict[Kind, float] = {}

    def next(
        self,
        kind: Kind,
        *,
        method: str | None = None,
        path_prefix: str | None = None,
        times: int = 1,
        seconds: float = 1.0,
    ) -> None:
        """Let the next `times` requests of that method and path go wrong."""
        _require_known(kind)
        with self._lock:
            self._queue.append(Fault(kind, method, path_prefix, times, seconds))

    def rate(self, kind: Kind, probability: float) -> None:
        """Let requests go wrong with that probability, drawn from the seed; 0 ends it.

        By chance, `slow` takes 50 ms.
        """
        _require_known(kind)
        with self._lock:
            self._rates[kind] = probability

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        with self._lock:
            self._queue.clear()
            self._rates.clear()

    def strike(self, method: str, path: str) -> Fault | None:
        """Return what goes wrong with a request, and count it; usually None."""
        with self._lock:
            for fault in self._queue:
                if fault.hits(method, path):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._queue.remove(fault)
                    return fault
            for kind, probability in self._rates.items():
                if probability and self._random.random() < probability:
                    return Fault(kind, seconds=0.05)
        return None


def _require_known(kind: str) -> None:
    if kind not in KINDS:
        raise ValueError(f"no such fault: {kind}; there are {', '.join(KINDS)}")
