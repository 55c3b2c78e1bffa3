"""Print the tables of `make bench`: ratios and counts, which do not depend on the machine."""

from tests.bench import cold, size, trips, warm


def main() -> None:
    """Measure and print cold start, warm call, round trips and size."""
    for suite in (cold, warm, trips, size):
        print(f"\n## {suite.TITLE}\n")
        for row in suite.rows():
            print("| " + " | ".join(row) + " |", flush=True)


main()
