"""What is given to make as an argument reaches our command as it is; nothing runs it."""

import json
import os
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
    "F": ("invoke", "{}"),
    "EVENT": ("invoke", "--event={}"),
    "USER": ("token", "{}"),
    "EMAIL": ("code", "{}"),
    "STAGE": ("admin", "--stage={}"),
    "NAME": ("endpoint", "--name={}"),
    "DOMAIN": ("endpoint", "--domain={}"),
    "ROUTE": ("endpoint", "--route={}"),
}
"""A target that takes each argument, and how its command gets it."""

FLAGS: Final = {"KEEP": ("dev", "--keep"), "RENEW": ("webhook", "--renew")}

TOOLS: Final = ("sam", "ministack", "dynamodb-local", "stripe-cli")
READY: Final = [".venv/.ready", *(f".tools/{name}/.ready" for name in TOOLS)]
"""Not made again: it is not what the tests are about."""


def make(directory: Path, target: str, *arguments: str, **environment: str) -> list[str]:
    """Run a target with a stand-in for Python, and return what that was called with."""
    stand_in, called_with = directory / "python", directory / "called with"
    profile = directory / "profile"
    stand_in.write_text(
        f"#!{sys.executable}\nimport json, os, sys\n"
        f"open({str(profile)!r}, 'w').write(os.environ.get('TEPPAN_PROFILE', ''))\n"
        f"open({str(called_with)!r}, 'w').write(json.dumps(sys.argv[1:]))\n"
    )
    stand_in.chmod(0o755)
    old = [flag for ready in READY for flag in ("-o", ready)]
    subprocess.run(
        ["make", "-s", "-f", ROOT / "Makefile", *old, f"python={stand_in}", target, *arguments],
        cwd=directory,
        env={name: os.environ[name] for name in ("PATH", "HOME")} | environment,
        check=True,
        capture_output=True,
        timeout=60,
    )
    found: list[str] = json.loads(called_with.read_text())
    return found


def options_of(called: list[str]) -> list[str]:
    """Return what the module was called with, without the end of its options (`--`)."""
    return [each for each in called[2:] if each != "--"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("EMAIL", text) for text in AWKWARD),
        *((name, " and ".join(AWKWARD)) for name in COMMANDS),
    ],
)
def test_an_argument_with_a_quote_arrives_as_it_is(tmp_path: Path, name: str, text: str) -> None:
    target, shape = COMMANDS[name]

    called = make(tmp_path, target, f"{name}={text}")

    assert options_of(called) == [shape.format(text)]
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_not_given_is_left_out_whatever_the_environment_says(
    tmp_path: Path, name: str
) -> None:
    target, _ = COMMANDS[name]

    assert options_of(make(tmp_path, target, **{name: "of the environment"})) == []
    assert options_of(make(tmp_path, target, f"{name}=")) == []


@pytest.mark.parametrize("name", FLAGS)
def test_a_flag_is_set_by_any_text(tmp_path: Path, name: str) -> None:
    target, flag = FLAGS[name]

    assert make(tmp_path, target, f"{name}=$(shell touch ran)'")[2:] == [flag]
    assert make(tmp_path, target, f"{name}=", **{name: "1"})[2:] == []
    assert not (tmp_path / "ran").exists()


def test_several_arguments_go_together(tmp_path: Path) -> None:
    called = make(tmp_path, "admin", "EMAIL=o'brien@example.com", "STAGE=prod", "PORT=4700")

    assert called[2:] == ["--port=4700", "--stage=prod", "--", "o'brien@example.com"]


@pytest.mark.parametrize("target", ["code", "admin", "second-factor"])
def test_an_address_that_begins_with_a_hyphen_is_no_option(tmp_path: Path, target: str) -> None:
    assert make(tmp_path, target, "EMAIL=-n@example.com")[2:] == ["--", "-n@example.com"]


def test_the_arguments_of_pytest_are_words_with_quotes(tmp_path: Path) -> None:
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
def test_the_profile_of_the_tests_is_quick_unless_another_is_given(
    tmp_path: Path, arguments: list[str], profile: str
) -> None:
    make(tmp_path, "test", *arguments, PROFILE="of the environment")

    assert (tmp_path / "profile").read_text() == profile
    assert not (tmp_path / "ran").exists()


def test_the_pipeline_runs_the_full_profile() -> None:
    assert "make test PROFILE=full" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_argument_that_the_makefile_names_is_passed_so() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    (names,) = (line for line in text.splitlines() if line.startswith("arguments := "))

    assert set(names.split()[2:]) == {*COMMANDS, *FLAGS, "ALL", "PYTHON", "PROFILE"}
    for name in names.split()[2:]:
        assert f"$({name})" not in text
