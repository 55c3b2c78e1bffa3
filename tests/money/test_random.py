"""After thousands of random steps and a run of the jobs, ledgers and Stripe agree to the cent.

5 % of the events and 5 % of Stripe's answers are lost, and some answers are 500 or 429.
`MONEY_SEEDS=20 make test ARGS=tests/money/test_random.py` runs twenty walks, `MONEY_SEED=7`
only the seventh, and `MONEY_STEPS=10000` walks of that many steps in any profile.
"""

import os

import pytest
from tests.money.support.backend import Backend
from tests.money.support.walk import Walk
from tests.sizes import SIZES

STEPS = int(os.environ.get("MONEY_STEPS", SIZES.walk_steps))


def seeds() -> list[int]:
    if one := os.environ.get("MONEY_SEED"):
        return [int(one)]
    return list(range(1, 1 + int(os.environ.get("MONEY_SEEDS", SIZES.walks))))


@pytest.mark.parametrize("seed", seeds())
def test_a_random_walk_ends_with_the_ledger_equal_to_stripe(
    backend: Backend, no_waiting: None, seed: int
) -> None:
    walk = Walk(backend, seed)
    try:
        walk.go(STEPS)
        walk.finish()
        walk.check()
    except BaseException:
        print(f"MONEY_SEED={seed} failed at step {walk.taken} of {STEPS}")  # noqa: T201
        raise
