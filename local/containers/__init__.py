"""Functions in containers, by `sam local invoke`, against the running local cloud."""
