"""Traces. `teppan.aws` patches only the clients that a function uses."""

from aws_lambda_powertools import Tracer

tracer = Tracer(auto_patch=False)
