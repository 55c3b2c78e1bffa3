"""One use case a module: ask the domain for a decision, then the store to make it true."""
