"""Commands for developers; each has a target in the Makefile."""
