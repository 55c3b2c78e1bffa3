"""Commands of an operator, for any stage: `make admin`, `make second-factor`, `make webhook`."""
