"""The package layers match the lock file and contain every package that functions import."""

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from local.aws.processor import architectures, host_architecture, require_libraries_for
from local.errors import CommandError
from local.paths import TOOLS
from tests.builders import ROOT
from tests.contract.documents import TEMPLATE

RUNTIME = """
import sys
sys.path.insert(0, sys.argv[1])
import botocore.session, pydantic, zoneinfo
from aws_lambda_powertools import Logger, Metrics, Tracer
for service in ("cognito-idp", "secretsmanager", "dynamodb"):
    client = botocore.session.get_session().create_client(service, region_name="us-west-2")
assert client.get_item.__doc__ == "", "docstrings are left out"
zoneinfo.reset_tzpath(to=())
zoneinfo.ZoneInfo("America/Los_Angeles")
"""
"""Imports the packages of the core package and makes its clients."""

PAYMENTS = """
import os, sys
sys.path[:0] = sys.argv[1:]
os.environ |= {
    "POWERTOOLS_TRACE_DISABLED": "true",
    "STRIPE_API_BASE": "https://api.stripe.com",
    "STRIPE_API_KEY_ARN": "key",
}
import stripe, teppan_payments
from teppan_payments import client, events, stripe_provider, signature
from stripe._object_classes import get_object_class
v1 = client.connect()._client.v1
assert teppan_payments.__file__.startswith(sys.argv[1])
for service in (
    "balance_transactions", "charges", "disputes", "events", "payment_intents", "refunds"
):
    assert getattr(v1, service).list
for name in (
    "balance_transaction", "charge", "dispute", "event", "list", "payment_intent", "refund"
):
    get_object_class("V1", name)
"""
"""Imports our provider and the parts of Stripe's package that it uses."""

CACHE = """
import sys
sys.path[:0] = sys.argv[1:]
import valkey
assert valkey.__file__.startswith(sys.argv[1])
from teppan.shared_store import SharedStore
SharedStore("valkeys://cache.example", "teppan:")
"""
"""Imports our store and makes its client."""

DOCS = """
import os, sys
sys.path[:0] = sys.argv[1:]
os.environ |= {"DOCS_ENABLED": "true", "POWERTOOLS_TRACE_DISABLED": "true"}
from teppan_docs.application import application
from teppan_docs.asgi import answered_by
from teppan_docs import site
answered_by(application())
for page in ("index.html", "problems.html", "openapi.json"):
    assert site.read(page)
assert len(site.assets()) == 4
"""
"""Imports the application and reads the site."""

IMPORTERS = {
    "stripe.params": set(),
    "pydantic.v1": {"_internal/_generate_schema.py"},
    "aws_lambda_powertools.event_handler.openapi.swagger_ui": {"event_handler/api_gateway.py"},
}
"""Modules that the layers leave out, with the files of their package that import them.

Only type checkers need the first. Pydantic imports its previous version only for a type with
`__get_validators__`, and Powertools its pages only for an application of its resolver; there are
none here.
"""

PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
"""uv's names of the processors."""

NEEDLESS = ("*.c", "*.pyi", "*-stubs", "bin", "tests", "RECORD", "INSTALLER", "REQUESTED", ".*")
"""Names in no layer: for compilers and type checkers, scripts, tests, uv's records, caches."""

LOCK = {
    package["name"]: package
    for package in tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
}


@pytest.mark.parametrize(
    ("layer", "group"),
    [
        ("runtime", ""),
        ("payments", "payments"),
        ("cache", "cache"),
        ("docs", "docs"),
        ("docs", "docs-site"),
    ],
)
def test_requirements_of_a_layer_are_those_of_the_lock_file(layer: str, group: str) -> None:
    # Given
    name = "site-requirements.txt" if group == "docs-site" else "requirements.txt"
    text = (ROOT / "layers" / layer / name).read_text(encoding="utf-8")
    entries = re.findall(r"^([\w.-]+)==(\S+)((?: \\\n +--hash=\S+)+)", text, re.MULTILINE)
    installed = {
        name: (version, set(re.findall(r"--hash=(\S+)", hashes)))
        for name, version, hashes in entries
    }
    # When
    runtime = _needed(LOCK["teppan"]["dependencies"])
    # A layer must not repeat packages that every function has; the site is built without them.
    names = runtime if layer == "runtime" else _needed(LOCK["teppan"]["dev-dependencies"][group])
    if group in {"cache", "docs", "payments"}:
        names = names - runtime
    wanted = {
        name: (LOCK[name]["version"], {file["hash"] for file in _files(LOCK[name])})
        for name in names
    }
    # Then: `make -C layers/... requirements` writes it anew
    assert installed == wanted


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages of the runtime layer for this machine, as `sam build` makes it."""
    return _built("runtime", tmp_path_factory.mktemp("runtime"))


@pytest.fixture(scope="module")
def payments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages of the payments layer for this machine, as `sam build` makes it."""
    return _built("payments", tmp_path_factory.mktemp("payments"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages of the cache layer for this machine, as `sam build` makes it."""
    return _built("cache", tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages and the site of the docs layer, as `sam build` makes it."""
    return _built("docs", tmp_path_factory.mktemp("docs"))


def test_the_runtime_layer_has_every_package_that_functions_import(runtime: Path) -> None:
    # When: a Python without any other package runs what functions do
    answer = _run(RUNTIME, runtime)
    # Then
    assert answer.returncode == 0, answer.stderr


def test_the_payments_layer_has_every_package_that_payment_functions_add(
    payments: Path, runtime: Path
) -> None:
    # When
    answer = _run(PAYMENTS, payments, runtime, ROOT / "layers/core/python")
    # Then
    assert answer.returncode == 0, answer.stderr
    assert not [each for each in payments.iterdir() if (runtime / each.name).exists()]


def test_the_cache_layer_has_every_package_of_the_shared_store(cache: Path, runtime: Path) -> None:
    # When
    answer = _run(CACHE, cache, runtime, ROOT / "layers/core/python")
    # Then
    assert answer.returncode == 0, answer.stderr
    assert not [each for each in cache.iterdir() if (runtime / each.name).exists()]


def test_the_docs_layer_has_the_site_and_every_package_that_serves_it(
    docs: Path, runtime: Path
) -> None:
    # When
    answer = _run(DOCS, docs, runtime, ROOT / "layers/core/python")
    # Then
    assert answer.returncode == 0, answer.stderr
    assert not [each for each in docs.iterdir() if (runtime / each.name).exists()]
    assert sorted(path.suffix for path in (docs / "teppan_docs/site").iterdir()) == [
        *(".css", ".css", ".html", ".html", ".js", ".js", ".json")
    ]


def test_layers_have_nothing_that_no_function_loads(
    runtime: Path, payments: Path, cache: Path, docs: Path
) -> None:
    for packages in (runtime, payments, cache, docs):
        needless = [path for pattern in NEEDLESS for path in packages.rglob(pattern)]
        assert needless == []
        for module in IMPORTERS:
            assert not (packages / module.replace(".", "/")).exists()
    documentation = runtime / "botocore" / "docs"
    assert {path.name for path in documentation.glob("*.py")} == {
        "__init__.py",
        "docstring.py",
        "utils.py",
    }


@pytest.mark.parametrize("layer", ["runtime", "payments", "cache", "docs"])
def test_a_layer_is_the_same_from_every_folder_and_every_cache(
    tmp_path: Path, layer: str, request: pytest.FixtureRequest
) -> None:
    again = _built(layer, tmp_path / "another, longer path")
    assert _contents(again) == _contents(request.getfixturevalue(layer))


@pytest.mark.parametrize("layer", ["runtime", "payments"])
def test_a_layer_is_for_the_processor_of_its_makefile(
    layer: str, request: pytest.FixtureRequest
) -> None:
    packages, here = request.getfixturevalue(layer), host_architecture()
    (other,) = PLATFORMS.keys() - {here}

    require_libraries_for(here, packages)
    with pytest.raises(CommandError, match=rf"\.so is for {here}"):
        require_libraries_for(other, packages)


@pytest.mark.parametrize(
    ("layer", "architecture"), [*product(["runtime", "payments", "cache"], PLATFORMS)]
)
def test_uv_installs_for_the_processor_of_the_makefile(layer: str, architecture: str) -> None:
    # When: make prints the commands
    answer = subprocess.run(
        _command(layer, ROOT / "layers" / layer, architecture, "--just-print", "LAYER_ARCH=x86_64"),
        check=True,
        capture_output=True,
        text=True,
    )
    # Then
    assert f"--python-platform {PLATFORMS[architecture]}" in answer.stdout


def test_there_is_a_makefile_for_each_processor_of_the_template() -> None:
    _, allowed = architectures(TEMPLATE)
    assert PLATFORMS.keys() == {*allowed}


@pytest.mark.parametrize("module", IMPORTERS)
def test_functions_never_reach_an_import_of_what_the_layers_leave_out(module: str) -> None:
    name, *_ = module.split(".")
    package = Path(importlib.import_module(name).__file__ or "").parent
    left_out = package.joinpath(*module.split(".")[1:])
    importers = {
        file.relative_to(package).as_posix()
        for file in package.rglob("*.py")
        if left_out not in file.parents
        and any(each.startswith(module) for each in _imports(ast.parse(file.read_bytes())))
    }
    assert importers == IMPORTERS[module]


@pytest.mark.parametrize("layer", ["cache", "core", "docs", "payments", "runtime"])
def test_bytecode_is_valid_where_lambda_unpacks_it(layer: str) -> None:
    makefile = (ROOT / "layers" / layer / "Makefile").read_text(encoding="utf-8")
    assert '--invalidation-mode unchecked-hash -s "$(packages)" -p /opt/python' in makefile


def _built(layer: str, directory: Path) -> Path:
    """Return the packages of a layer, made as `sam build` does from a copy of its folder."""
    # Only resolving its requirements needs the other layers; building it does not.
    source = directory / "source"
    shutil.copytree(ROOT / "layers" / layer, source)
    path = os.pathsep.join([str(TOOLS / "uv" / "bin"), os.environ["PATH"]])
    variables = {"ARTIFACTS_DIR": directory, "PYTHON": sys.executable}
    subprocess.run(
        _command(
            layer,
            source,
            host_architecture(),
            *(f"{name}={value}" for name, value in variables.items()),
        ),
        env=os.environ | {"PATH": path},
        check=True,
        capture_output=True,
    )
    return directory / "python"


def _command(layer: str, folder: Path, architecture: str, *more: str) -> list[str]:
    """Return the command of `sam build` for a layer in `folder`."""
    target = f"build-{layer.title()}Layer"
    has_own = (ROOT / "layers" / layer / architecture).is_dir()
    makefile = f"{architecture}/Makefile" if has_own else "Makefile"
    return ["make", "-C", str(folder), "--makefile", makefile, target, *more]


def _contents(packages: Path) -> dict[str, bytes]:
    return {
        path.relative_to(packages).as_posix(): path.read_bytes()
        for path in packages.rglob("*")
        if path.is_file()
    }


def _run(program: str, *paths: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", program, *paths],
        # As on Lambda; without it the X-Ray SDK makes its own client.
        env={"LAMBDA_TASK_ROOT": "/var/task"},
        check=False,
        capture_output=True,
        text=True,
    )


def _imports(node: ast.AST) -> Iterator[str]:
    """Yield the modules that `node` imports at run time."""
    match node:
        case ast.If(test=ast.Name("TYPE_CHECKING"), orelse=otherwise):
            for statement in otherwise:
                yield from _imports(statement)
        case ast.Import(names=names):
            yield from (name.name for name in names)
        case ast.ImportFrom(module=str(module)):
            yield module
        case _:
            for each in ast.iter_child_nodes(node):
                yield from _imports(each)


def _needed(dependencies: list[dict[str, Any]]) -> set[str]:
    found: set[str] = set()
    queue = [*dependencies]
    while queue:
        dependency = queue.pop()
        package = LOCK[dependency["name"]]
        found.add(package["name"])
        queue += package.get("dependencies", [])
        for extra in dependency.get("extra", []):
            queue += package["optional-dependencies"][extra]
    return found


def _files(package: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from package["wheels"]
    if "sdist" in package:
        yield package["sdist"]
