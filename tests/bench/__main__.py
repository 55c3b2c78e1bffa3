"""Print the tables of `make bench`: ratios and counts, which hold on any machine."""

from tests.bench import cold, size, trips, warm


def main() -> None:
    """Measure and print: cold start, warm call, round trips, size."""
    for suite in (cold, warm, trips, size):
        print(f"\n## {suite.TITLE}\n")
        for row in suite.rows():
            print("| " + " | ".join(row) + " |", flush=True)


main()
