"""`make bench`: what a call costs, as ratios to a floor measured in the same run."""
