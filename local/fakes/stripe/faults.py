"""Faults between a client and Stripe, on demand or at random."""

import random
from dataclasses import dataclass
from threading import Lock
from typing import Final, Literal, get_args

type FaultKind = Literal[
    "lose_answer",
    "reset",
    "timeout",
    "error_500",
    "error_500_after",
    "error_429",
    "slow",
]
FAULT_KINDS: Final[tuple[str, ...]] = get_args(FaultKind.__value__)


class NoAnswer(Exception):
    """The client gets no answer, and cannot know whether the request took effect."""


class AnswerLost(NoAnswer):
    """The connection broke after the request took effect."""


class ConnectionReset(NoAnswer):
    """The connection broke before the request took effect."""


class TimedOut(NoAnswer):
    """The request took effect, but the answer was late."""


@dataclass(slots=True)
class Fault:
    """A fault for requests of a method and a path prefix; `seconds` applies to `slow`."""

    kind: FaultKind
    method: str | None = None
    path_prefix: str | None = None
    times: int = 1
    seconds: float = 1.0

    def applies_to(self, method: str, path: str) -> bool:
        """Return whether the fault applies to such a request."""
        is_method = self.method is None or self.method.upper() == method
        return is_method and path.startswith(self.path_prefix or "")


class Faults:
    """Queued faults, each for a number of requests, and faults that occur at random."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = Lock()
        self._random = random.Random(seed)
        self._queue: list[Fault] = []
        self._rates: dict[FaultKind, float] = {}

    def fail_next(
        self,
        kind: FaultKind,
        *,
        method: str | None = None,
        path_prefix: str | None = None,
        times: int = 1,
        seconds: float = 1.0,
    ) -> None:
        """Queue a fault for the next `times` requests of that method and path prefix."""
        _require_known(kind)
        with self._lock:
            self._queue.append(Fault(kind, method, path_prefix, times, seconds))

    def set_rate(self, kind: FaultKind, probability: float) -> None:
        """Set the probability of a fault, drawn from the seed; 0 ends it.

        A random `slow` takes 50 ms.
        """
        _require_known(kind)
        with self._lock:
            self._rates[kind] = probability

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._queue.clear()
            self._rates.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault of a request and count it; None if there is none."""
        with self._lock:
            for fault in self._queue:
                if fault.applies_to(method, path):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._queue.remove(fault)
                    return fault
            for kind, probability in self._rates.items():
                if probability and self._random.random() < probability:
                    return Fault(kind, seconds=0.05)
        return None


def _require_known(kind: str) -> None:
    if kind not in FAULT_KINDS:
        raise ValueError(f"no such fault: {kind}; there are {', '.join(FAULT_KINDS)}")
