"""Money is an integer number of US cents; no float ever touches it (`domain.md`)."""

type Cents = int
"""An amount in US cents."""


def half_up(amount: Cents, numerator: int, denominator: int) -> Cents:
    """Return `amount * numerator / denominator` half up to the cent; nothing is negative."""
    return (2 * amount * numerator + denominator) // (2 * denominator)
