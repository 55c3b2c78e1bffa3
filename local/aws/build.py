"""Run `sam build`, and read its result for this machine as archives with content hashes."""

import hashlib
import io
import json
import os
import re
import subprocess
import traceback
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Final

from local.aws.deployed_contract import deployed_contract
from local.aws.environment import without_account
from local.aws.processor import host_architecture, require_libraries_for
from local.aws.template import load_template, resources_of_type
from local.errors import CommandError
from local.paths import CONTRACT, ROOT, SAM, TEMPLATE, TOOLS

CODE_PROPERTY: Final = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
}

CONTRACT_FILE: Final = "openapi.json"
"""The deployed contract, beside the built template that includes it."""

_INCLUDE: Final = re.compile(rf"(Location: ).*{re.escape(CONTRACT.name)}")


@dataclass(frozen=True, slots=True)
class Artifact:
    """A deterministic archive of the folder that sam has built for one function or layer."""

    archive: bytes
    digest: str


@dataclass(frozen=True, slots=True)
class Build:
    """A built template, the contract it includes, and its artifacts by logical id."""

    template: dict[str, Any]
    contract: dict[str, Any]
    artifacts: dict[str, Artifact]


def sam_build(workdir: Path) -> Build:
    """Build the template for this machine in `workdir`, unless its last build has these sources.

    Unchanged parts come from sam's cache there. Raises CommandError with sam's error output when
    sam fails.
    """
    directory, built = workdir / "build", workdir / "built-sources"
    sources = _digest_of_sources()
    if not built.is_file() or built.read_text(encoding="utf-8") != sources:
        built.unlink(missing_ok=True)
        run_sam_build(host_architecture(), directory, workdir / "cache", show=False)
        built.write_text(sources, encoding="utf-8")
    write_deployed_contract(directory)
    return _read(directory)


def _digest_of_sources() -> str:
    """Return a hash of all that a build depends on."""
    tools = ROOT / "local" / "tools"
    folders = [path for name in ("functions", "layers") for path in (ROOT / name).rglob("*")]
    files = [path for path in folders if path.is_file() and "__pycache__" not in path.parts]
    digest = hashlib.sha256(host_architecture().encode())
    for path in sorted([*files, TEMPLATE, tools / "sam.txt", tools / "uv.txt"]):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


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
    answer = subprocess.run(  # noqa: S603 - the command is this package's own
        [SAM, "build", "--cached", "--parallel", *chain.from_iterable(options.items())],
        cwd=ROOT,
        env=_environment(),
        check=False,
        capture_output=not show,
        text=True,
    )
    if answer.returncode != 0:
        reason = "." if show else f":\n{answer.stderr.strip()}"
        raise CommandError(f"sam build failed{reason}")
    require_libraries_for(architecture, directory)
    template = directory / "template.yaml"
    text, count = _INCLUDE.subn(rf"\g<1>{CONTRACT_FILE}", template.read_text(encoding="utf-8"))
    if count != 1:
        raise CommandError(f"{TEMPLATE.name} must include {CONTRACT.name} once.")
    template.write_text(text, encoding="utf-8")
    write_deployed_contract(directory)


def write_deployed_contract(directory: Path) -> None:
    """Write the document that the template built in `directory` includes."""
    document = deployed_contract(load_template(CONTRACT))
    (directory / CONTRACT_FILE).write_text(json.dumps(document, indent=1), encoding="utf-8")


def differences(old: Build, new: Build) -> list[str]:
    """Return the names of the artifacts and files in which two builds differ."""
    changed = [
        name
        for name, artifact in new.artifacts.items()
        if name not in old.artifacts or old.artifacts[name].digest != artifact.digest
    ]
    if old.template != new.template:
        changed.append("template.yaml")
    if old.contract != new.contract:
        changed.append("openapi.yaml")
    return changed


def rebuild_functions(build: Build, saved: Iterable[Path]) -> Build | None:
    """Return `build` with new archives of the saved functions, or None when sam must build.

    Sam is not needed when every saved file is in the folder of a function without its own
    requirements.txt: sam only copies such a folder, and takes seconds for it.
    """
    functions = resources_of_type(load_template(TEMPLATE), "AWS::Serverless::Function")
    folders = {
        name: ROOT / code
        for name, resource in functions.items()
        if (code := resource.get("Properties", {}).get("CodeUri"))
    }
    artifacts = dict(build.artifacts)
    for path in saved:
        name = next((name for name, folder in folders.items() if folder in path.parents), "")
        if name not in artifacts or not _is_only_copied(folders[name]):
            return None
        artifacts[name] = _archive(folders[name], leave_out="__pycache__")
    return replace(build, artifacts=artifacts)


def _is_only_copied(folder: Path) -> bool:
    return folder.is_dir() and not (folder / "requirements.txt").exists()


def check_syntax(saved: Iterable[Path]) -> None:
    """Raise CommandError with file and line when a saved Python file does not compile."""
    for path in saved:
        if path.suffix == ".py" and path.exists():
            try:
                compile(path.read_bytes(), path.relative_to(ROOT), "exec", dont_inherit=True)
            except SyntaxError as error:
                message = "".join(traceback.format_exception_only(error)).rstrip()
                raise CommandError(message) from error


def _environment() -> dict[str, str]:
    """Return sam's environment, with uv and Python 3.13 first on PATH. A build needs no account."""
    tool_folders = [str(TOOLS / "uv" / "bin"), str(ROOT / ".venv" / "bin")]
    return without_account() | {
        "PATH": os.pathsep.join([*tool_folders, os.environ.get("PATH", os.defpath)]),
        "SAM_CLI_TELEMETRY": "0",
    }


def _read(directory: Path) -> Build:
    template = load_template(directory / "template.yaml")
    artifacts = {
        name: _archive(directory / resource["Properties"][code])
        for name, resource in template["Resources"].items()
        if (code := CODE_PROPERTY.get(resource["Type"]))
    }
    contract = json.loads((directory / CONTRACT_FILE).read_text(encoding="utf-8"))
    return Build(template=template, contract=contract, artifacts=artifacts)


def _archive(folder: Path, leave_out: str | None = None) -> Artifact:
    """Return an archive of `folder`; the same files always give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and leave_out not in path.parts:
                # A fixed time and mode, so that the archive depends on names and contents only.
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes())
    content = buffer.getvalue()
    return Artifact(archive=content, digest=hashlib.sha256(content).hexdigest())
