"""A developer whose shell has an AWS account and a proxy."""

import json
import sys
from pathlib import Path

import pytest

SETTINGS = {
    "AWS_ACCESS_KEY_ID": "AKIADEVELOPERSOWNKEY",
    "AWS_SECRET_ACCESS_KEY": "the-developers-own-secret",
    "AWS_SESSION_TOKEN": "the-developers-own-token",
    "AWS_PROFILE": "not-in-the-config",
    "AWS_DEFAULT_PROFILE": "not-in-the-config-either",
    "AWS_CONFIG_FILE": "/dev/full",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:11",
    "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:11",
    "AWS_MAX_ATTEMPTS": "many",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "http_proxy": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
}
"""Nothing listens on ports 9 and 11."""


def set_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put an AWS account, broken settings and a proxy into the environment."""
    for name, text in SETTINGS.items():
        monkeypatch.setenv(name, text)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)


def require_no_account(environment: dict[str, str]) -> None:
    """Fail if the environment of a program has any part of the developer's account."""
    own = {text for name, text in SETTINGS.items() if name.startswith("AWS_")}
    assert {name for name, text in environment.items() if text in own} == set()
    assert not {"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"} & environment.keys()


def write_program(path: Path, script: str) -> Path:
    """Write a Python program that can be run by its path."""
    path.write_text(f"#!{sys.executable}\n{script}", encoding="utf-8")
    path.chmod(0o755)
    return path


def read_environment(path: Path) -> dict[str, str]:
    """Return the environment that a program has written as JSON."""
    environment: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return environment
