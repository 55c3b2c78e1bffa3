"""How much the suites try: every size, in the profile `quick` and in the profile `full`.

`make test` runs `quick`: every kind of case, with small numbers. `make test PROFILE=full` runs the
numbers that each rule was proved with; `.ci/run` does so. docs/testing.md lists them all.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice, product
from typing import Final

import pytest


@dataclass(frozen=True)
class Sizes:
    """The numbers of one profile."""

    share_of_examples: int
    """Hypothesis tries one in so many of the examples that a test names."""
    every_pair: bool
    """Whether `pairs` is the whole product, or holds each row and each column at least once."""
    customers_of_a_slot: int
    """Customers whose stories tests/property/test_exhaustive.py plays against each other."""
    states_of_a_slot: int
    """States that this search reaches at least."""
    steps_of_a_payment: int
    """Steps of the longest story that tests/property/payments/test_payment_stories.py plays."""
    states_of_a_payment: int
    """States that each of these searches reaches at least."""
    walks: int
    """Random walks of tests/money/test_random.py."""
    walk_steps: int
    """Steps of each walk."""
    stories: int
    """Stories of the state machine of tests/money."""
    story_steps: int
    """Steps of each story."""
    late_rounds: int
    """Rounds of interleavings of a late payment with the job that releases slots."""
    late_cases: int
    """Interleavings in a round."""
    event_orders: int
    """Orders of six events, of the 720 there are."""
    event_histories: int
    """Histories whose events arrive late or with old answers, of each ending."""
    stops_apart: int
    """A path of money is stopped after one in so many of its calls."""
    deliveries: int
    """Times that each event is delivered, by threads at once."""
    trials: int
    """Repetitions of a race between two requests."""
    repetitions: int
    """Repetitions of a race between more of them, each with another seed."""
    raced_slots: int
    """Slots that all of `racers` want."""
    racers: int
    """Threads that book or edit the same things."""
    listed_bookings: int
    """Bookings of the large table, whose pages must cost what those of a small one cost."""
    takeovers: int
    """Attempts to take an account over while its owner confirms it, in the local cloud."""
    squatted_slots: int
    """Slots that one account tries to book, in the local cloud."""


QUICK: Final = Sizes(
    share_of_examples=5,
    every_pair=False,
    customers_of_a_slot=2,
    states_of_a_slot=4_000,
    steps_of_a_payment=8,
    states_of_a_payment=60,
    walks=1,
    walk_steps=1_000,
    stories=5,
    story_steps=25,
    late_rounds=1,
    late_cases=50,
    event_orders=20,
    event_histories=3,
    stops_apart=3,
    deliveries=3,
    trials=2,
    repetitions=2,
    raced_slots=30,
    racers=10,
    listed_bookings=1_000,
    takeovers=5,
    squatted_slots=40,
)

FULL: Final = Sizes(
    share_of_examples=1,
    every_pair=True,
    customers_of_a_slot=3,
    states_of_a_slot=300_000,
    steps_of_a_payment=1_000,
    states_of_a_payment=80,
    walks=3,
    walk_steps=10_000,
    stories=30,
    story_steps=30,
    late_rounds=5,
    late_cases=200,
    event_orders=720,
    event_histories=12,
    stops_apart=1,
    deliveries=10,
    trials=12,
    repetitions=5,
    raced_slots=200,
    racers=32,
    listed_bookings=100_000,
    takeovers=50,
    squatted_slots=120,
)

PROFILES: Final = {"quick": QUICK, "full": FULL}
PROFILE: Final = os.environ.get("TEPPAN_PROFILE", "quick")
"""The name of the profile of this run."""

if PROFILE not in PROFILES:
    raise pytest.UsageError(f"There is no profile {PROFILE!r}: choose {' or '.join(PROFILES)}.")

SIZES: Final = PROFILES[PROFILE]
"""The sizes of this run."""


def examples(number: int) -> int:
    """Return how many examples hypothesis tries where the full profile tries `number`."""
    return max(1, number // SIZES.share_of_examples)


def pairs[Row, Column](rows: Sequence[Row], columns: Sequence[Column]) -> list[tuple[Row, Column]]:
    """Return every pair of a row and a column, or so many that each of them is in one."""
    if SIZES.every_pair:
        return list(product(rows, columns))
    longest = max(len(rows), len(columns))
    return list(zip(islice(cycle(rows), longest), islice(cycle(columns), longest), strict=True))
