"""Rules of the source: thin handlers, one clock, frozen dataclasses, no floats near money."""

import ast
import builtins
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from tests.builders import ROOT
from tests.unit.sources import PACKAGE, PAYMENTS, handler_files, imports, package_files, shown, tree

CLOCK = PACKAGE / "clock.py"
DECORATORS = {"accounts/customize_tokens": "trigger"} | {
    f"jobs/{name}": "job"
    for name in (
        "complete_past_bookings",
        "reconcile_payments",
        "release_unpaid_bookings",
        "follow_up_payments",
    )
}
"""Functions that another AWS service calls; all others serve HTTP."""

WITH_HELPERS = {"jobs/reconcile_payments"}
"""Handlers with helper functions in their file."""

ALLOWED_OF_TIME = {"sleep", "perf_counter", "monotonic"}
PRESENT = {"now", "utcnow", "today"}

MONEY = sorted(
    {
        *PACKAGE.glob("domain/**/*.py"),
        *PACKAGE.glob("services/**/[!r]*.py"),  # revision pauses for fractions of seconds
        *PACKAGE.glob("services/**/re[!v]*.py"),
        *PACKAGE.glob("http/schemas/**/*.py"),
        *PACKAGE.glob("http/representations/**/*.py"),
        PACKAGE / "store" / "attributes.py",
        PACKAGE / "store" / "ledger.py",
        *PACKAGE.glob("store/**/items.py"),
        *PACKAGE.glob("store/payments/*.py"),
        PACKAGE / "observability" / "payment_metrics.py",
        PAYMENTS / "events.py",
        PAYMENTS / "objects.py",
        PAYMENTS / "stripe_provider.py",
    }
)


def name_of(handler: Path) -> str:
    return f"{handler.parent.parent.name}/{handler.parent.name}"


def ids(files: list[Path]) -> list[str]:
    return [shown(file) for file in files]


HANDLERS = handler_files()
EVERYTHING = [*package_files(), *HANDLERS]


def test_the_checked_handlers_and_money_files_exist() -> None:
    assert len(HANDLERS) >= 32
    assert {name_of(file) for file in HANDLERS} >= DECORATORS.keys()
    assert all(file.is_file() for file in MONEY)


@pytest.mark.parametrize("file", HANDLERS, ids=ids(HANDLERS))
class TestHandlers:
    def test_a_handler_file_has_at_most_45_lines(self, file: Path) -> None:
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 45

    def test_a_handler_has_no_try_statement(self, file: Path) -> None:
        assert not [
            node for node in ast.walk(tree(file)) if isinstance(node, ast.Try | ast.TryStar)
        ]

    def test_a_handler_uses_no_json_environment_or_aws(self, file: Path) -> None:
        used = {module.split(".")[0] for module in imports(file)}

        assert not used & {"json", "os", "boto3", "botocore", "logging"}

    def test_an_app_file_has_exactly_one_decorated_handler(self, file: Path) -> None:
        functions = [node for node in tree(file).body if isinstance(node, ast.FunctionDef)]

        handler, *others = functions
        assert handler.name == "handler"
        assert not others or name_of(file) in WITH_HELPERS
        decorator = DECORATORS.get(name_of(file), "endpoint")
        assert [ast.unparse(each).split("(")[0] for each in handler.decorator_list] == [decorator]

    def test_a_handler_documents_its_operation(self, file: Path) -> None:
        assert ast.get_docstring(tree(file))


@pytest.mark.parametrize(
    "file",
    [file for file in EVERYTHING if file != CLOCK],
    ids=[shown(file) for file in EVERYTHING if file != CLOCK],
)
def test_only_the_clock_reads_the_time_of_day(file: Path) -> None:
    assert readings_of_the_clock(tree(file)) == []


def test_the_clock_module_reads_the_time_of_day() -> None:
    assert readings_of_the_clock(tree(CLOCK)) == ["datetime.now"]


@pytest.mark.parametrize(
    "code",
    [
        "import time\ntime.time()",
        "import time as t\nt.time_ns()",
        "from time import time\ntime()",
        "import datetime as dt\ndt.datetime.now()",
        "from datetime import datetime\nread = datetime.utcnow",
        "from datetime import date\ndate.today()",
    ],
)
def test_every_way_to_read_the_time_of_day_is_found(code: str) -> None:
    assert readings_of_the_clock(ast.parse(code))


def readings_of_the_clock(parsed: ast.Module) -> list[str]:
    """Return every expression or import that reads the time of day."""
    clocks = {
        alias.asname or alias.name
        for node in ast.walk(parsed)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == "time"
    }
    found = [
        ast.unparse(node)
        for node in ast.walk(parsed)
        if isinstance(node, ast.Attribute)
        and (
            node.attr in PRESENT
            or (ast.unparse(node.value) in clocks and node.attr not in ALLOWED_OF_TIME)
        )
    ]
    imported = [
        alias.name
        for node in ast.walk(parsed)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for alias in node.names
        if alias.name not in ALLOWED_OF_TIME
    ]
    return found + imported


VALUES = sorted(
    file
    for layer in ("domain", "services", "store", "identity")
    for file in PACKAGE.glob(f"{layer}/**/*.py")
) + sorted(PAYMENTS.glob("*.py"))


@pytest.mark.parametrize("file", VALUES, ids=ids(VALUES))
def test_a_dataclass_is_frozen_and_has_slots(file: Path) -> None:
    declared = [
        ast.unparse(decorator)
        for node in ast.walk(tree(file))
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        if "dataclass" in ast.unparse(decorator)
    ]

    assert all("frozen=True" in each and "slots=True" in each for each in declared)


@pytest.mark.parametrize("file", MONEY, ids=ids(MONEY))
def test_money_code_uses_no_float(file: Path) -> None:
    assert floats(tree(file)) == []


@pytest.mark.parametrize("code", ["1.5", "1e3", "a / b", "a /= b", "float(a)", "round(a)"])
def test_every_way_to_a_float_is_found(code: str) -> None:
    assert floats(ast.parse(code))


def floats(parsed: ast.Module) -> list[str]:
    """Return every expression that creates a float."""
    return [
        ast.unparse(node)
        for node in ast.walk(parsed)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div))
        or (isinstance(node, ast.Name) and node.id in {"float", "round"})
    ]


@pytest.mark.parametrize("file", EVERYTHING, ids=ids(EVERYTHING))
def test_secrets_are_compared_in_constant_time(file: Path) -> None:
    assert comparisons_of_secrets(tree(file)) == []


@pytest.mark.parametrize(
    "code",
    [
        "signature == other",
        "other != request.signature",
        "given in accepted_tokens",
        "header not in secrets",
        "expected == hmac.digest(key, text, sha256)",
        "given == _sign(key, request, position)",
        "given == hashed.hexdigest()",
        "raw[:16] == mac[:16]",
        "headers['x'] == app_client.secret",
    ],
)
def test_every_way_to_compare_a_secret_is_found(code: str) -> None:
    assert comparisons_of_secrets(ast.parse(code)) == [code]


@pytest.mark.parametrize(
    "code",
    [
        "hmac.compare_digest(signature, other)",
        "signature is None",
        "len(signature) == 16",
        "name == wanted",
    ],
)
def test_a_comparison_that_reveals_no_secret_is_allowed(code: str) -> None:
    assert comparisons_of_secrets(ast.parse(code)) == []


SECRETS = {
    *("secret", "secrets", "token", "tokens", "password", "passwords"),
    *("mac", "hmac", "digest", "hexdigest", "hash", "sign", "signature", "signatures"),
}
"""Words in the names of values that an attacker could guess by timing."""


def comparisons_of_secrets(parsed: ast.Module) -> list[str]:
    """Return every comparison of a secret by `==`, `!=` or `in`: use `hmac.compare_digest`."""
    return [
        ast.unparse(node)
        for node in ast.walk(parsed)
        if isinstance(node, ast.Compare)
        and any(isinstance(each, ast.Eq | ast.NotEq | ast.In | ast.NotIn) for each in node.ops)
        and any(words_of(each) & SECRETS for each in (node.left, *node.comparators))
    ]


def words_of(value: ast.expr) -> set[str]:
    """Return the words of the names in an expression; the length of a value is no secret."""
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "len":
        return set()
    names = [
        node.id if isinstance(node, ast.Name) else node.attr
        for node in ast.walk(value)
        if isinstance(node, ast.Name | ast.Attribute)
    ]
    return {word for name in names for word in name.lower().split("_")}


DOCUMENTED = sorted(
    file for folder in ("layers", "local", "operations") for file in (ROOT / folder).rglob("*.py")
)
ERROR = re.compile(r"\b[A-Z]\w*Error\b")


@pytest.mark.parametrize("file", [*DOCUMENTED, *HANDLERS], ids=ids([*DOCUMENTED, *HANDLERS]))
def test_an_error_that_a_docstring_names_exists(file: Path) -> None:
    assert documented_errors(tree(file)) - known_errors() == set()


@pytest.mark.parametrize(
    "code",
    [
        '"""Raises GoneError."""',
        'def f():\n    """Raises `GoneError`, or ValueError."""',
        'class A:\n    x = 1\n    """`GoneError` if it is 2."""',
        'x = 1\n"""Not a `store.GoneError`."""',
    ],
)
def test_an_error_in_every_kind_of_docstring_is_found(code: str) -> None:
    assert documented_errors(ast.parse(code)) - known_errors() == {"GoneError"}


def documented_errors(parsed: ast.Module) -> set[str]:
    """Return the names of errors in the docstrings of a module, its classes, functions and values.

    A name ends in `Error`.
    """
    return {name for text in docstrings(parsed) for name in ERROR.findall(text)}


def docstrings(parsed: ast.Module) -> Iterator[str]:
    for node in ast.walk(parsed):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield text


@cache
def known_errors() -> frozenset[str]:
    """Return the errors of Python, and those that our code defines, imports or uses."""
    names = {*dir(builtins)}
    for node in (node for file in [*DOCUMENTED, *HANDLERS] for node in ast.walk(tree(file))):
        match node:
            case ast.ClassDef(name=name) | ast.alias(name=name) | ast.Attribute(attr=name):
                names.add(name)
    return frozenset(names)
