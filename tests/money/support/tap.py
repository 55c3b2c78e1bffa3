"""A tap on every wire: what our functions say to AWS and to Stripe, call by call.

The process may be stopped after any of these calls, for nothing else that it does outlives it. (To
be stopped just before a call is to be stopped after the one before it.)
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

from local.fakes.stripe.api.answers import Reply
from local.fakes.stripe.fake import FakeStripe


class Crash(BaseException):
    """The process is gone: no code of ours sees this, and nothing is cleaned up."""


def crash() -> None:
    """End the process."""
    raise Crash


class Tap:
    """Counts the calls while it is watched, and lets something happen after one of them."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._watching = False
        self._after = (0, "")
        self._do: Callable[[], object] = crash

    @contextmanager
    def watched(
        self, after: int = 0, name: str = "", do: Callable[[], object] = crash
    ) -> Iterator[list[str]]:
        """Count from 1 again; let `do` happen after that many calls (of that `name`, or of all).

        Gives the names of the calls so far. What `do` calls is not counted; 0: nothing happens.
        """
        self.calls, self._watching, self._after, self._do = [], True, (after, name), do
        try:
            yield self.calls
        finally:
            self._watching = False

    def through[T](self, name: str, call: Callable[[], T]) -> T:
        """Let a call take place, whatever it comes to, and then what is to happen after it."""
        if not self._watching:
            return call()
        try:
            return call()
        finally:
            self.calls.append(name)
            number, wanted = self._after
            if number == (self.calls.count(wanted) if wanted else len(self.calls)):
                self._watching, self._after = False, (0, "")
                self._do()
                self._watching = True


class TappedDynamoDB:
    """A client of DynamoDB whose calls go through a tap."""

    def __init__(self, client: Any, tap: Tap) -> None:
        self._client = client
        self._tap = tap

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._client, name)

        def call(**request: Any) -> Any:
            return self._tap.through(name, partial(method, **request))

        return call


class TappedStripe(FakeStripe):
    """The same Stripe as `fake`, whose calls go through a tap."""

    def __init__(self, fake: FakeStripe, tap: Tap) -> None:
        self._fake = fake
        self._tap = tap

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Let `fake` answer. Raises what it raises."""
        name = f"{method} {target.partition('?')[0].split('/')[2]}"
        return self._tap.through(name, lambda: self._fake.handle(method, target, headers, body))
