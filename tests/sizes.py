"""The sizes of the suites in the profiles `quick` and `full`.

`make test` runs `quick`: every kind of case, with small numbers. `make test PROFILE=full` runs the
numbers that each rule was proved with, and `.ci/run` runs it. docs/testing.md lists all sizes.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice, product
from typing import Final

import pytest


@dataclass(frozen=True)
class Sizes:
    """The sizes of one profile."""

    share_of_examples: int
    """The divisor of the number of hypothesis examples that a test names."""
    share_of_texts: int
    """The divisor of the number of texts that are sent in a parameter."""
    values_of_a_field: int
    """Bad values that are sent in each field or parameter; `some` takes turns with all of them."""
    quoted_operations: int
    """Operations on accounts whose output is searched for what Cognito quotes."""
    linted_stages: int
    """Stages whose expanded stack cfn-lint reads; the last of them is prod."""
    every_pair: bool
    """Whether `pairs` returns the whole product, or each row and each column at least once."""
    customers_of_a_slot: int
    """Customers whose actions tests/property/test_exhaustive.py interleaves."""
    states_of_a_slot: int
    """The minimum number of states that this search reaches."""
    steps_of_a_payment: int
    """Steps of the longest history in tests/property/payments/test_payment_stories.py."""
    states_of_a_payment: int
    """The minimum number of states that each of these searches reaches."""
    walks: int
    """Random walks of tests/money/test_random.py."""
    walk_steps: int
    """Steps of each walk."""
    stories: int
    """Runs of the state machine of tests/money."""
    story_steps: int
    """Steps of each run."""
    late_rounds: int
    """Rounds of interleavings of a late payment with the job that releases slots."""
    late_cases: int
    """Interleavings in a round."""
    event_orders: int
    """Tried orders of six events; there are 720."""
    event_histories: int
    """Histories of each outcome whose events arrive late or with outdated objects."""
    stops_apart: int
    """The interval of calls after which a payment flow is stopped; 1 stops it after each call."""
    deliveries: int
    """Concurrent deliveries of each event."""
    trials: int
    """Repetitions of a race between two requests."""
    repetitions: int
    """Repetitions of a race between more requests, each with another seed."""
    raced_slots: int
    """Slots that all `racers` try to book."""
    racers: int
    """Threads that book or edit the same slots and bookings."""
    listed_bookings: int
    """Bookings in a large table; a page must cost the same as in a small one."""
    overdue_bookings: int
    """Bookings that one run of the job releases, in the time that the number of `full` takes."""
    dashboard_refunds: int
    """Refunds of one payment that one run enters, in more than one transaction."""
    refund_refusals: int
    """Refusals after which a refund is not tried again; `full` has the number of the policy."""
    rivals: int
    """Customers who want one slot at once, in the local cloud."""
    takeovers: int
    """Attempts to take an account over while its owner confirms it, in the local cloud."""
    squatted_slots: int
    """Slots that one account tries to book, in the local cloud."""


QUICK: Final = Sizes(
    share_of_examples=10,
    share_of_texts=4,
    values_of_a_field=2,
    quoted_operations=3,
    linted_stages=1,
    every_pair=False,
    customers_of_a_slot=2,
    states_of_a_slot=4_000,
    steps_of_a_payment=8,
    states_of_a_payment=60,
    walks=1,
    walk_steps=300,
    stories=5,
    story_steps=25,
    late_rounds=1,
    late_cases=20,
    event_orders=20,
    event_histories=3,
    stops_apart=10,
    deliveries=3,
    trials=2,
    repetitions=2,
    raced_slots=15,
    racers=10,
    listed_bookings=1_000,
    overdue_bookings=120,
    dashboard_refunds=22,
    refund_refusals=4,
    rivals=6,
    takeovers=5,
    squatted_slots=40,
)

FULL: Final = Sizes(
    share_of_examples=1,
    share_of_texts=1,
    values_of_a_field=1_000,
    quoted_operations=100,
    linted_stages=4,
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
    overdue_bookings=2_000,
    dashboard_refunds=60,
    refund_refusals=30,
    rivals=16,
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
    """Return the number of hypothesis examples in this profile; `number` is that of `full`."""
    return max(1, number // SIZES.share_of_examples)


def some[Value](values: Sequence[Value], turn: int) -> list[Value]:
    """Return `SIZES.values_of_a_field` of `values`; each turn begins where the one before ended."""
    count = min(SIZES.values_of_a_field, len(values))
    return [values[(turn * count + place) % len(values)] for place in range(count)]


def pairs[Row, Column](rows: Sequence[Row], columns: Sequence[Column]) -> list[tuple[Row, Column]]:
    """Return every pair of a row and a column, or enough pairs to contain each row and column."""
    if SIZES.every_pair:
        return list(product(rows, columns))
    count = max(len(rows), len(columns))
    return list(zip(islice(cycle(rows), count), islice(cycle(columns), count), strict=True))
