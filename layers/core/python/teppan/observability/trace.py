"""Traces; only what a function calls is patched, by `teppan.aws`."""

from aws_lambda_powertools import Tracer

tracer = Tracer(auto_patch=False)
