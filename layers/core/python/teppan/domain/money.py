"""Money is an integer number of US cents, never a float (`domain.md`)."""

type Cents = int
"""An amount in US cents."""


def half_up(amount: Cents, numerator: int, denominator: int) -> Cents:
    """Return `amount * numerator / denominator`, rounded half up to the cent.

    No argument is negative.
    """
    return (2 * amount * numerator + denominator) // (2 * denominator)
