"""An argument of make reaches our command unchanged, and no shell executes it."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from tests.builders import ROOT

AWKWARD: Final = [
    "o'brien@example.com",
    'say "hello"',
    "two words",
    "space after ",
    "$HOME and $$ and ${HOME}",
    "$(shell touch ran) $(error stop)",
    "`touch ran`; touch ran && touch ran | touch ran > ran",
    "$(touch ran)",
    "one\nline\n\ttouch ran",
    r"back\slash\n",
    "#5 100% a=b",
    "*?[a-z]~!",
    "寿司",
]

COMMANDS: Final = {
    "PORT": ("dev", "--port={}"),
    "STRIPE_PORT": ("dev", "--stripe-port={}"),
    "DEMO_PORT": ("dev", "--demo-port={}"),
    "F": ("invoke", "{}"),
    "EVENT": ("invoke", "--event={}"),
    "USER": ("token", "{}"),
    "EMAIL": ("code", "{}"),
    "STAGE": ("admin", "--stage={}"),
    "NAME": ("endpoint", "--name={}"),
    "WING": ("endpoint", "--wing={}"),
    "ROUTE": ("endpoint", "--route={}"),
    "ARCH": ("build", "--arch={}"),
}
"""A target for each argument, and the argument's form for the command."""

FLAGS: Final = {
    "DOCKER": ("invoke", "--docker"),
    "KEEP": ("dev", "--keep"),
    "RENEW": ("webhook", "--renew"),
}

TOOLS: Final = ("sam", "ministack", "dynamodb-local", "stripe-cli", "clients", "http-observatory")
READY: Final = [".venv/.ready", *(f".tools/{name}/.ready" for name in TOOLS)]
"""Files that make must not make again in these tests."""


def make(directory: Path, target: str, *arguments: str, **environment: str) -> list[str]:
    """Run a target with a fake Python, and return the arguments of its call."""
    fake_python, called_with = directory / "python", directory / "called with"
    profile = directory / "profile"
    fake_python.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        f"open({str(profile)!r}, 'w').write(os.environ.get('TEPPAN_PROFILE', ''))\n"
        f"open({str(called_with)!r}, 'w').write(json.dumps(sys.argv[1:]))\n"
    )
    fake_python.chmod(0o755)
    old = [flag for ready in READY for flag in ("-o", ready)]
    subprocess.run(
        ["make", "-s", "-f", ROOT / "Makefile", *old, f"python={fake_python}", target, *arguments],
        cwd=directory,
        env={name: os.environ[name] for name in ("PATH", "HOME")} | environment,
        check=True,
        capture_output=True,
        timeout=60,
    )
    found: list[str] = json.loads(called_with.read_text())
    return found


def run_make(
    directory: Path, target: str, *arguments: str, path: str = os.environ["PATH"]
) -> subprocess.CompletedProcess[str]:
    """Run a target of the Makefile in another folder."""
    make = shutil.which("make")
    assert make
    return subprocess.run(
        [make, "-s", "-f", ROOT / "Makefile", target, *arguments],
        cwd=directory,
        env={"PATH": path, "HOME": str(directory)},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def refusal(directory: Path, target: str, *arguments: str) -> str:
    """Return the errors of a target that fails where no command is installed."""
    refused = run_make(directory, target, *arguments, path=str(directory))
    assert refused.returncode == 2
    return refused.stderr


def options_of(called: list[str]) -> list[str]:
    """Return the module's arguments without the end of its options (`--`)."""
    return [each for each in called[2:] if each != "--"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("EMAIL", text) for text in AWKWARD),
        *((name, " and ".join(AWKWARD)) for name in COMMANDS),
    ],
)
def test_an_argument_of_make_with_special_characters_arrives_unchanged(
    tmp_path: Path, name: str, text: str
) -> None:
    target, shape = COMMANDS[name]

    called = make(tmp_path, target, f"{name}={text}")

    assert options_of(called) == [shape.format(text)]
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_make_leaves_out_a_missing_argument_even_if_the_environment_has_it(
    tmp_path: Path, name: str
) -> None:
    target, _ = COMMANDS[name]

    assert options_of(make(tmp_path, target, **{name: "of the environment"})) == []
    assert options_of(make(tmp_path, target, f"{name}=")) == []


@pytest.mark.parametrize("name", FLAGS)
def test_a_flag_of_make_is_1_or_left_out(tmp_path: Path, name: str) -> None:
    target, flag = FLAGS[name]

    assert options_of(make(tmp_path, target, f"{name}=1")) == [flag]
    assert options_of(make(tmp_path, target, f"{name}=", **{name: "1"})) == []


@pytest.mark.parametrize("name", [*FLAGS, "ALL"])
@pytest.mark.parametrize("text", ["0", "no", "1 1", "1 ", "x1x", "$(shell touch ran)'"])
def test_a_flag_of_make_is_refused_with_another_text(tmp_path: Path, name: str, text: str) -> None:
    target = FLAGS[name][0] if name in FLAGS else "clean"

    refused = refusal(tmp_path, target, f"{name}={text}")

    assert f"*** {name} must be 1 or be left out.  Stop." in refused
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("argument", ["f=1", "FUNCTION=create_booking", "port=4700"])
def test_an_unknown_argument_of_make_is_refused(tmp_path: Path, argument: str) -> None:
    name = argument.partition("=")[0]

    refused = refusal(tmp_path, "invoke", argument)

    assert f"*** There is no argument {name}: `make help` lists them.  Stop." in refused


def test_make_dev_goes_on_without_the_registry_of_npm(tmp_path: Path) -> None:
    # Given packages of the booking page that npm cannot fetch
    (tmp_path / "clients").mkdir()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (tmp_path / "clients" / name).touch()
    for name, script in (("npm", "echo ECONNREFUSED >&2; exit 1"), ("python", 'echo "$@"')):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    ready = [f".tools/{name}/.ready" for name in ("sam", "ministack")]
    old = [flag for each in (".venv/.ready", *ready) for flag in ("-o", each)]

    # When
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    dev = run_make(tmp_path, "dev", *old, f"python={tmp_path}/python", path=path)

    # Then the cloud starts, and the next start tries again
    assert dev.returncode == 0, dev.stderr
    assert dev.stdout.splitlines()[1:] == ["The booking page is not served.", "-m local"]
    assert "ECONNREFUSED\nCould not fetch clients" in dev.stderr
    assert not (tmp_path / ".tools" / "clients" / ".ready").exists()

    # But a check does not go on
    assert run_make(tmp_path, ".tools/clients/.ready", path=path).returncode == 2


def test_make_lock_without_npm_changes_nothing(tmp_path: Path) -> None:
    uv = tmp_path / "uv"
    uv.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    uv.chmod(0o755)

    refused = refusal(tmp_path, "lock", f"uv={uv}", "-o", ".tools/uv/.ready")

    assert refused.startswith("make lock needs npm.\n")
    assert not (tmp_path / "ran").exists()


def test_make_requirements_writes_those_of_each_layer_with_the_fetched_uv(tmp_path: Path) -> None:
    layers = {path.parent.name for path in ROOT.glob("layers/*/requirements.txt")}
    for name in layers:
        (tmp_path / "layers" / name).mkdir(parents=True)
        shutil.copy(ROOT / "layers" / name / "Makefile", tmp_path / "layers" / name)
        (tmp_path / "layers" / name / "requirements.txt").touch()
    uv = tmp_path / ".tools" / "uv" / "bin" / "uv"
    uv.parent.mkdir(parents=True)
    uv.write_text("#!/bin/sh\ntouch written\n")
    uv.chmod(0o755)

    run_make(tmp_path, "requirements", "-o", ".tools/uv/.ready").check_returncode()

    assert {path.parent.name for path in tmp_path.glob("layers/*/written")} == layers


@pytest.mark.parametrize(
    "name", [".github/dependabot.yml", *map(str, ROOT.glob("layers/*/Makefile"))]
)
def test_a_comment_names_commands_that_work_in_a_fresh_clone(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)

    assert set(re.findall(r"`make ([^` ]+)", text)) <= set(targets)


def test_make_passes_several_arguments_on(tmp_path: Path) -> None:
    called = make(tmp_path, "admin", "EMAIL=o'brien@example.com", "STAGE=prod", "PORT=4700")

    assert called[2:] == ["--port=4700", "--stage=prod", "--", "o'brien@example.com"]


@pytest.mark.parametrize("target", ["code", "admin", "second-factor"])
def test_an_address_with_a_leading_hyphen_is_not_an_option(tmp_path: Path, target: str) -> None:
    assert make(tmp_path, target, "EMAIL=-n@example.com")[2:] == ["--", "-n@example.com"]


def test_quotes_in_the_arguments_of_pytest_are_kept(tmp_path: Path) -> None:
    called = make(tmp_path, "bench", "-o", "build", "ARGS=tests/unit -k 'a or b'")

    assert called[2:] == ["tests/unit", "-k", "a or b"]


@pytest.mark.parametrize(
    ("arguments", "profile"),
    [
        ([], "quick"),
        (["PROFILE=full"], "full"),
        (["PROFILE=$(shell touch ran)'"], "$(shell touch ran)'"),
    ],
)
def test_make_test_uses_the_profile_quick_by_default(
    tmp_path: Path, arguments: list[str], profile: str
) -> None:
    make(tmp_path, "test", *arguments, PROFILE="of the environment")

    assert (tmp_path / "profile").read_text() == profile
    assert not (tmp_path / "ran").exists()


def commands(target: str, pattern: str) -> list[str]:
    """Return the lines with `pattern` that make would run for a target and all that it needs."""
    text = subprocess.run(
        ["make", "--just-print", "--always-make", target],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    return [line for line in text.splitlines() if re.search(pattern, line)]


@pytest.mark.parametrize("tool", ["uv", "sam", "ministack", "awslambdaric"])
def test_a_tool_from_pypi_is_installed_by_its_hash(tool: str) -> None:
    installs = commands(f".tools/{tool}/.ready", "pip (install|sync) ")

    assert any(f"local/tools/{tool}.txt" in each for each in installs)
    assert all(" --require-hashes " in each for each in installs)


def test_the_projects_packages_are_those_of_the_lock_file() -> None:
    [install] = commands(".venv/.ready", "uv sync ")

    assert " --frozen " in install


def test_npm_installs_what_is_locked_and_runs_no_script_of_a_package() -> None:
    [install] = commands(".tools/openapi-linters/.ready", "^npm ")

    assert install.startswith("npm ci ")
    assert " --ignore-scripts " in install


def test_make_check_fails_on_every_finding_of_spectral() -> None:
    [lint] = commands("check", "spectral lint ")

    assert lint.endswith(" --fail-severity hint")


@pytest.mark.parametrize("command", ["make check", "make base-image", "make test PROFILE=full"])
def test_the_ci_script_runs_every_command(command: str) -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(rf"^[a-z_ &]*{command} \|\| status=1$", script, re.MULTILINE)


def test_every_argument_of_the_makefile_is_passed_through_the_environment() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    (names,) = (line for line in text.splitlines() if line.startswith("arguments := "))

    assert set(names.split()[2:]) == {*COMMANDS, *FLAGS, "ALL", "PYTHON", "PROFILE"}
    for name in names.split()[2:]:
        assert f"$({name})" not in text
