"""Run `sam build`. What is deployed stays in `build/`; a new build begins in `next/`."""

import json
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final

from local.aws.artifacts import (
    CONTRACT_FILE,
    TEMPLATE_FILE,
    Build,
    archive_of,
    read_build,
    read_contract,
)
from local.aws.deployed_contract import deployed_contract
from local.aws.environment import without_account
from local.aws.processor import host_architecture, require_libraries_for
from local.aws.sources import all_sources, check_sources, digest_of_sources, function_folders
from local.aws.template import load_template
from local.errors import CommandError
from local.paths import CONTRACT, ROOT, SAM, TEMPLATE, TOOLS
from local.processes import run_group

BUILD: Final = "build"
"""The folder with the deployed build, in the folder of a cloud. `sam local invoke` reads it."""

_NEXT: Final = "next"
_SOURCES: Final = "sources.sha256"
_INCLUDE: Final = re.compile(rf"(Location: ).*{re.escape(CONTRACT.name)}")


def sam_build(workdir: Path) -> Build:
    """Build the template for this machine in `workdir`, unless `build/` has these sources.

    Unchanged parts come from sam's cache there. `replace_build` puts the result into `build/`.
    Raises CommandError with the file and the line of a mistake in the sources, and with sam's error
    output when sam fails.
    """
    sources, directory = digest_of_sources(), _empty_next(workdir)
    built = workdir / BUILD / _SOURCES
    if built.is_file() and built.read_text(encoding="utf-8") == sources:
        write_deployed_contract(directory)
        return replace(read_build(workdir / BUILD), contract=read_contract(directory))
    check_sources(all_sources())
    run_sam_build(host_architecture(), directory, workdir / "cache", show=False)
    (directory / _SOURCES).write_text(sources, encoding="utf-8")
    return read_build(directory)


def rebuild_functions(build: Build, saved: Iterable[Path], workdir: Path) -> Build | None:
    """Return `build` with the saved functions as they are now, or None when sam must build.

    Sam is not needed when every saved file is in the folder of a function without its own
    requirements.txt: sam only copies such a folder, and takes seconds for it. `replace_build` puts
    the result into `build/`. Raises CommandError with the file and the line of a mistake.
    """
    saved, folders = list(saved), function_folders()
    changed = {_function_of(path, folders) for path in saved}
    if not changed <= build.artifacts.keys() or any(
        not _is_only_copied(folders[name]) for name in changed
    ):
        return None
    check_sources(saved)
    directory, artifacts = _empty_next(workdir), dict(build.artifacts)
    # Sam has not built these sources.
    (directory / _SOURCES).touch()
    for name in changed:
        copy = directory / name
        shutil.copytree(folders[name], copy, ignore=shutil.ignore_patterns("__pycache__"))
        artifacts[name] = archive_of(copy)
    return replace(build, artifacts=artifacts)


def replace_build(workdir: Path) -> None:
    """Put what the last `sam_build` or `rebuild_functions` built into `build/`, once deployed."""
    build, new, old = workdir / BUILD, workdir / _NEXT, workdir / "replaced"
    shutil.rmtree(old, ignore_errors=True)
    if (new / TEMPLATE_FILE).exists():
        if build.exists():
            build.rename(old)
        new.rename(build)
    else:
        old.mkdir()
        for path in new.iterdir():
            (build / path.name).rename(old / path.name)
            path.rename(build / path.name)
    for leftover in (old, new):
        shutil.rmtree(leftover, ignore_errors=True)


def _empty_next(workdir: Path) -> Path:
    """Return the empty folder for the parts of the next build that are new."""
    directory = workdir / _NEXT
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def _function_of(path: Path, folders: dict[str, Path]) -> str:
    return next((name for name, folder in folders.items() if folder in path.parents), "")


def _is_only_copied(folder: Path) -> bool:
    return folder.is_dir() and not (folder / "requirements.txt").exists()


def run_sam_build(architecture: str, directory: Path, cache: Path, *, show: bool) -> None:
    """Build the template into `directory` for one processor; `show` prints sam's output.

    Raises CommandError when sam fails, or has built a library for another processor.
    """
    if not SAM.is_file():
        raise CommandError("SAM CLI is not installed: run `make dev` or `make test`.")
    options: dict[str, str | Path] = {
        "--template-file": TEMPLATE,
        "--build-dir": directory,
        "--cache-dir": cache,
        "--parameter-overrides": f"Architecture={architecture}",
    }
    answer = run_group(
        [SAM, "build", "--cached", "--parallel", *chain.from_iterable(options.items())],
        env=_environment(),
        capture_output=not show,
    )
    if answer.returncode != 0:
        reason = "." if show else f":\n{answer.stderr.strip()}"
        raise CommandError(f"sam build failed{reason}")
    require_libraries_for(architecture, directory)
    template = directory / TEMPLATE_FILE
    text, count = _INCLUDE.subn(rf"\g<1>{CONTRACT_FILE}", template.read_text(encoding="utf-8"))
    if count != 1:
        raise CommandError(f"{TEMPLATE.name} must include {CONTRACT.name} once.")
    template.write_text(text, encoding="utf-8")
    write_deployed_contract(directory)


def write_deployed_contract(directory: Path) -> None:
    """Write the document that the template built in `directory` includes.

    Raises CommandError if the contract lacks a part that API Gateway needs.
    """
    try:
        document = deployed_contract(load_template(CONTRACT))
    except KeyError as error:
        raise CommandError(f"{CONTRACT.name} is incomplete: it has no {error}.") from error
    (directory / CONTRACT_FILE).write_text(json.dumps(document, indent=1), encoding="utf-8")


def _environment() -> dict[str, str]:
    """Return sam's environment, with uv and Python 3.13 first on PATH. A build needs no account."""
    tool_folders = [str(TOOLS / "uv" / "bin"), str(ROOT / ".venv" / "bin")]
    return without_account() | {
        "PATH": os.pathsep.join([*tool_folders, os.environ.get("PATH", os.defpath)]),
        "SAM_CLI_TELEMETRY": "0",
    }
