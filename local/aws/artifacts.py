"""A build of the template: its functions and layers as archives with content hashes."""

import hashlib
import io
import json
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from local.aws.template import load_template

CODE_PROPERTY: Final = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
}

TEMPLATE_FILE: Final = "template.yaml"

CONTRACT_FILE: Final = "openapi.json"
"""The deployed contract, beside the built template that includes it."""


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


def read_build(directory: Path) -> Build:
    """Return the build in `directory`."""
    template = load_template(directory / TEMPLATE_FILE)
    artifacts = {
        name: archive_of(directory / resource["Properties"][code])
        for name, resource in template["Resources"].items()
        if (code := CODE_PROPERTY.get(resource["Type"]))
    }
    return Build(template=template, contract=read_contract(directory), artifacts=artifacts)


def read_contract(directory: Path) -> dict[str, Any]:
    """Return the deployed contract of the build in `directory`."""
    contract: dict[str, Any] = json.loads((directory / CONTRACT_FILE).read_text(encoding="utf-8"))
    return contract


def archive_of(folder: Path) -> Artifact:
    """Return an archive of `folder`; the same files always give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                # A fixed time and mode, so that the archive depends on names and contents only.
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix())
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, path.read_bytes())
    content = buffer.getvalue()
    return Artifact(archive=content, digest=hashlib.sha256(content).hexdigest())


def remove_old_layers(directory: Path, build: Build) -> None:
    """Remove the unpacked layers that `build` does not have; each is named after its digest."""
    digests = {artifact.digest for artifact in build.artifacts.values()}
    for path in directory.glob("*"):
        if path.name not in digests:
            shutil.rmtree(path)


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
