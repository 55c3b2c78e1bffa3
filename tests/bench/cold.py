"""CPU time of importing each function, as a ratio to the smallest DynamoDB function.

The floor imports json and creates a botocore DynamoDB client. Every case runs in its own process
with valid bytecode, in random order in each round. The best round counts, because other load on
the machine can only add time.
"""

import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench import functions
from tests.builders import ROOT

TITLE = "Cold start: CPU of the import, floor = json and a botocore DynamoDB client"
_ROUNDS = 7
_LAYERS = ("layers/core/python", "layers/docs/python", "layers/payments/python")
_FLOOR = "import json, botocore.session; botocore.session.get_session().create_client('dynamodb')"


def rows() -> Iterator[list[str]]:
    """Yield the table's rows, one for each function."""
    cases = {"floor": _FLOOR} | {
        name: f"import sys; sys.path.insert(0, 'functions/{name}'); import app"
        for name in functions.names()
    }
    best = dict.fromkeys(cases, float("inf"))
    with tempfile.TemporaryDirectory() as bytecode:
        for round_ in range(_ROUNDS + 1):
            for name in random.sample(list(cases), len(cases)):
                seconds = _cpu(cases[name], Path(bytecode))
                if round_:  # the first round only writes the bytecode
                    best[name] = min(best[name], seconds)
    yield ["function", "ratio"]
    yield ["---", "--:"]
    for name, seconds in best.items():
        yield [name, f"{seconds / best['floor']:.2f}"]


def _cpu(code: str, bytecode: Path) -> float:
    """Return the CPU seconds that a new interpreter takes for `code`."""
    environment = os.environ | {
        "ADMIN_MFA": "required",
        "AWS_DEFAULT_REGION": "us-west-2",
        "ALLOWED_ORIGINS": "",
        "ALLOW_CREDENTIALS": "false",
        "CURSOR_SECRET_ARN": "none",
        "DOCS_ENABLED": "true",
        "LAMBDA_TASK_ROOT": str(ROOT),
        "PSEUDONYM_SECRET_ARN": "none",
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPATH": os.pathsep.join(str(ROOT / layer) for layer in _LAYERS),
        "PYTHONPYCACHEPREFIX": str(bytecode),
        "SERVICE_VERSION": "bench",
        "STAGE": "bench",
        "STRIPE_API_BASE": "none",
        "STRIPE_API_KEY_ARN": "none",
        "STRIPE_WEBHOOK_SECRET_ARN": "none",
        "TABLE_NAME": "none",
        "USER_POOL_CLIENT_ID": "none",
        "USER_POOL_ID": "none",
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
