"""Commands for operators of any stage: `make admin`, `make second-factor`, `make webhook`."""
