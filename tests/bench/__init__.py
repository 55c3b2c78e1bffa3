"""`make bench`: the cost of calls, as ratios to a floor measured in the same run."""
