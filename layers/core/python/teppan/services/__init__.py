"""Use cases, one a module: the domain decides, the store writes the decision."""
