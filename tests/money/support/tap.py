"""A tap that counts the calls of our functions to AWS and Stripe, and may act after one.

A process may stop after any of these calls; nothing else that it does is lasting. (A stop just
before a call is the same as a stop after the previous call.)
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from local.fakes.stripe.api.answers import Reply
from local.fakes.stripe.fake import FakeStripe


class Crash(BaseException):
    """A stop of the process: our code does not catch this, so nothing is cleaned up."""


def crash() -> None:
    """Raise `Crash`."""
    raise Crash


class Tap:
    """Counts calls while it is watched, and runs a function after one of them."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._watching = False
        self._after = (0, "")
        self._do: Callable[[], object] = crash

    @contextmanager
    def watched(
        self, after: int = 0, name: str = "", do: Callable[[], object] = crash
    ) -> Iterator[list[str]]:
        """Count from 1 again, and call `do` after that many calls (of that `name`, or of all).

        Yields the names of the calls. Calls of `do` are not counted. With 0, `do` is not called.
        """
        self.calls, self._watching, self._after, self._do = [], True, (after, name), do
        try:
            yield self.calls
        finally:
            self._watching = False

    def through[T](self, name: str, call: Callable[[], T]) -> T:
        """Make the call, then run the function that is set for it, also if the call fails."""
        if not self._watching:
            return call()
        try:
            return call()
        finally:
            self.calls.append(name)
            number, counted_name = self._after
            if number == (self.calls.count(counted_name) if counted_name else len(self.calls)):
                self._watching, self._after = False, (0, "")
                self._do()
                self._watching = True


class TappedDynamoDB:
    """A DynamoDB client whose calls go through a tap."""

    def __init__(self, client: Any, tap: Tap) -> None:
        self._client = client
        self._tap = tap

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)

        def call(**request: Any) -> Any:
            return self._tap.through(name, partial(method, **request))

        return call


class TappedStripe(FakeStripe):
    """The fake Stripe with calls that go through a tap."""

    def __init__(self, fake: FakeStripe, tap: Tap) -> None:
        self._fake = fake
        self._tap = tap

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Return the answer of the fake; raises what it raises."""
        name = f"{method} {target.partition('?')[0].split('/')[2]}"
        return self._tap.through(name, lambda: self._fake.handle(method, target, headers, body))
