"""The sources of a build: their hash, and the mistakes in them that `sam build` passes."""

import ast
import hashlib
import sys
import sysconfig
import traceback
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from local.aws.processor import host_architecture
from local.aws.template import load_template, resources_of_type
from local.errors import CommandError
from local.paths import ROOT, TEMPLATE

HANDLER_FILE: Final = "app.py"


def all_sources() -> list[Path]:
    """Return every file of the functions and the layers."""
    found = [path for name in ("functions", "layers") for path in (ROOT / name).rglob("*")]
    return sorted(path for path in found if path.is_file() and "__pycache__" not in path.parts)


def digest_of_sources() -> str:
    """Return a hash of all that `sam build` depends on. Raises CommandError without a template."""
    tools = ROOT / "local" / "tools"
    digest = hashlib.sha256(host_architecture().encode())
    for path in sorted([*all_sources(), TEMPLATE, tools / "sam.txt", tools / "uv.txt"]):
        name = path.relative_to(ROOT).as_posix()
        if not path.is_file():
            raise CommandError(f"{name} is missing.")
        digest.update(name.encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def function_folders() -> dict[str, Path]:
    """Return the folder of each function of the template by its logical id."""
    functions = resources_of_type(load_template(TEMPLATE), "AWS::Serverless::Function")
    return {
        name: ROOT / code
        for name, resource in functions.items()
        if (code := resource.get("Properties", {}).get("CodeUri"))
    }


def check_sources(paths: Iterable[Path]) -> None:
    """Raise CommandError if a function has no handler, or a Python file cannot be loaded.

    The message has the file and the line. A file is loaded when it compiles and the modules that
    it imports exist.
    """
    for name, folder in function_folders().items():
        if not (folder / HANDLER_FILE).is_file():
            handler = (folder / HANDLER_FILE).relative_to(ROOT)
            raise CommandError(f"{handler} is missing, the handler of {name}.")
    for path in paths:
        if path.suffix == ".py" and path.exists():
            _check_file(path)


def _check_file(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    try:
        tree = ast.parse(path.read_bytes(), name)
        compile(tree, name, "exec", dont_inherit=True)
    except SyntaxError as error:
        message = "".join(traceback.format_exception_only(error)).rstrip()
        raise CommandError(message) from error
    for line, module in _imported_at_start(tree):
        if not _exists(module, path.parent):
            raise CommandError(f'File "{name}", line {line}\nThere is no module {module}.')


def _imported_at_start(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the name of each module that loading the file imports."""
    for node in tree.body:
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield node.lineno, module


def _exists(module: str, folder: Path) -> bool:
    """Whether a file in `folder` can import `module`: from there, a layer, Python or a package."""
    top = module.partition(".")[0]
    installed = Path(sysconfig.get_path("purelib"))
    own = [folder, *ROOT.glob("layers/*/python")]
    return (
        top in sys.stdlib_module_names
        or any(_is_module(each, module) for each in own)
        or _is_module(installed, top)
        or any(installed.glob(f"{top}.*.so"))
    )


def _is_module(folder: Path, module: str) -> bool:
    path = folder.joinpath(*module.split("."))
    return path.is_dir() or path.with_name(f"{path.name}.py").is_file()
