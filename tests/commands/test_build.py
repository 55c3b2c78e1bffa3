"""`make build` builds for one processor, and refuses a build for another one."""

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from local.aws.processor import require_libraries_for
from local.commands.build_for_aws import PARAMETERS_FILE, main, write_parameters
from local.errors import CommandError
from tests.contract.documents import DEPLOYED

ARM64, X86_64 = 183, 62
"""The numbers of the processors in the header of a library."""

SAM = """\
#!{python}
import pathlib, sys
options = dict(zip(sys.argv[4::2], sys.argv[5::2]))
directory = pathlib.Path(options["--build-dir"])
library = directory / "RuntimeLayer" / "library.so"
library.parent.mkdir(parents=True)
(directory / "called with").write_text(options["--parameter-overrides"])
library.write_bytes({library!r})
(directory / "template.yaml").write_text({template!r})
sys.exit({status})
"""

TEMPLATE = "Resources:\n  Api:\n    Location: ../../openapi.yaml\n"

type Sam = Callable[..., Path]


def library(machine: int) -> bytes:
    """Return the header of a library for the processor with this number."""
    return b"\x7fELF\x02\x01\x01".ljust(18, b"\0") + machine.to_bytes(2, "little") + b"\0" * 44


@pytest.fixture
def sam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sam:
    """Return a function that puts a fake in SAM's place, and returns the folder of the build."""
    command, built = tmp_path / "sam", tmp_path / ".aws-sam" / "build"
    monkeypatch.setattr("local.aws.build.SAM", command)
    monkeypatch.setattr("local.commands.build_for_aws.BUILT", built)

    def install(machine: int, *, status: int = 0, template: str = TEMPLATE) -> Path:
        shutil.rmtree(built, ignore_errors=True)
        text = SAM.format(
            python=sys.executable, library=library(machine), template=template, status=status
        )
        command.write_text(text, encoding="utf-8")
        command.chmod(0o755)
        return built

    return install


@pytest.mark.parametrize(
    ("arguments", "architecture", "machine"),
    [
        ([], "arm64", ARM64),
        (["--arch=arm64"], "arm64", ARM64),
        (["--arch=x86_64"], "x86_64", X86_64),
    ],
)
def test_a_build_and_its_deployment_are_for_the_same_processor(
    sam: Sam, arguments: list[str], architecture: str, machine: int
) -> None:
    built = sam(machine)

    assert main(arguments) == 0
    assert (built / "called with").read_text() == f"Architecture={architecture}"
    parameters = tomllib.loads((built / PARAMETERS_FILE).read_text(encoding="utf-8"))
    assert parameters["Architecture"] == architecture


def test_the_built_template_includes_the_deployed_contract_beside_it(sam: Sam) -> None:
    built = sam(ARM64)

    assert main([]) == 0

    assert "Location: openapi.json\n" in (built / "template.yaml").read_text(encoding="utf-8")
    assert json.loads((built / "openapi.json").read_text(encoding="utf-8")) == DEPLOYED


@pytest.mark.parametrize("template", ["Resources: {}\n", TEMPLATE * 2])
def test_a_template_that_does_not_include_the_contract_once_fails_the_build(
    sam: Sam, template: str, capsys: pytest.CaptureFixture[str]
) -> None:
    built = sam(ARM64, template=template)

    assert main([]) == 1
    assert capsys.readouterr().err == "template.yaml must include openapi.yaml once.\n"
    assert not (built / PARAMETERS_FILE).exists()


@pytest.mark.parametrize(
    ("arguments", "wrong"), [([], X86_64), (["--arch=x86_64"], ARM64), (["--arch=x86_64"], 40)]
)
def test_a_library_for_another_processor_fails_the_build(
    sam: Sam, arguments: list[str], wrong: int, capsys: pytest.CaptureFixture[str]
) -> None:
    built = sam(wrong)

    assert main(arguments) == 1
    assert "  RuntimeLayer/library.so is for " in capsys.readouterr().err
    assert not (built / PARAMETERS_FILE).exists()


def test_a_failed_build_has_no_parameters(sam: Sam, capsys: pytest.CaptureFixture[str]) -> None:
    built = sam(ARM64, status=1)

    assert main([]) == 1
    assert capsys.readouterr().err == "sam build failed.\n"
    assert not (built / PARAMETERS_FILE).exists()


def test_an_unknown_processor_is_refused_before_the_build(
    sam: Sam, capsys: pytest.CaptureFixture[str]
) -> None:
    built = sam(ARM64)

    assert main(["--arch=arm"]) == 1
    assert capsys.readouterr().err == "ARCH must be arm64 or x86_64, not 'arm'.\n"
    assert not built.exists()


def test_the_version_of_a_build_is_the_commit_and_whether_files_have_changed_since(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a checkout with one commit
    def git(*arguments: str) -> str:
        settings = ("-c", "user.name=Somebody", "-c", "user.email=somebody@teppan.example")
        answer = subprocess.run(
            ["git", "-C", str(tmp_path), *settings, *arguments],
            check=True,
            capture_output=True,
            text=True,
        )
        return answer.stdout.strip()

    def version() -> str:
        write_parameters(tmp_path, "arm64")
        parameters = tomllib.loads((tmp_path / PARAMETERS_FILE).read_text(encoding="utf-8"))
        return str(parameters["ServiceVersion"])

    monkeypatch.setattr("local.commit.ROOT", tmp_path)
    git("init", "--quiet")
    (tmp_path / "template.yaml").touch()
    git("add", "template.yaml")
    git("commit", "--quiet", "--message", "The first")
    commit = git("rev-parse", "--short", "HEAD")
    assert version() == commit
    # When
    (tmp_path / "template.yaml").write_text("changed")
    # Then
    assert version() == f"{commit}-dirty"


def test_every_library_is_checked_whatever_its_name(tmp_path: Path) -> None:
    names = ("a.so", "deep/er/b.so.1", "deep/no_suffix")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(library(X86_64))

    require_libraries_for("x86_64", tmp_path)
    with pytest.raises(CommandError) as refused:
        require_libraries_for("arm64", tmp_path)

    for name in names:
        assert f"  {name} is for x86_64\n" in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"\x7fEL", b"import os\n", b"MZ" + b"\x3e" * 40])
def test_a_file_that_is_no_library_is_for_every_processor(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file.so").write_bytes(content)

    require_libraries_for("arm64", tmp_path)
    require_libraries_for("x86_64", tmp_path)
