"""`make frontend-headers` takes the addresses from the outputs of a stack."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from operations import frontend_headers
from tests.cloud.commands import run_module, stand_in_for_a_stage
from tests.cloud.conftest import RunningCloud


def _connections(printed: str) -> dict[str, list[str]]:
    """Return the origins that the pages of each frontend may connect to."""
    paths = [Path(line) for line in printed.splitlines()]
    written: dict[str, Any] = {
        path.stem: json.loads(path.read_text()) for path in paths if path.suffix == ".json"
    }
    assert len(paths) == 2 * len(written)
    return {name: each["content_security_policy"]["connect-src"] for name, each in written.items()}


def test_without_a_stage_the_pages_may_call_the_local_cloud(cloud: RunningCloud) -> None:
    made = run_module("operations.frontend_headers", cloud=cloud)

    api = urlsplit(cloud.description.api_url)
    assert made.returncode == 0, made.stderr
    assert _connections(made.stdout) == {
        "customer-site": ["'self'", f"http://{api.netloc}", "https://api.stripe.com"],
        "admin-console": ["'self'", f"http://{api.netloc}"],
    }


def test_with_a_stage_the_pages_may_call_its_api(
    cloud: RunningCloud,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    stand_in_for_a_stage(cloud, monkeypatch)
    monkeypatch.setattr(frontend_headers, "_FOLDER", tmp_path)

    assert frontend_headers.main(["--stage", "prod"]) == 0

    [_, api] = _connections(capsys.readouterr().out)["admin-console"]
    assert api.startswith("https://teppan.execute-api.us-west-2.")


def test_an_unknown_stage_is_one_line(cloud: RunningCloud) -> None:
    made = run_module("operations.frontend_headers", "--stage", "moon")

    assert (made.returncode, made.stdout) == (1, "")
    assert made.stderr.startswith("There is no stage 'moon'")
