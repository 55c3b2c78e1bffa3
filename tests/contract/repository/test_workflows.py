"""The workflows of GitHub and the commit hook run our commands, with pinned actions."""

import re
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from tests.builders import ROOT

WORKFLOWS: Final = sorted((ROOT / ".github" / "workflows").iterdir())
PINNED: Final = re.compile(r"[\w.-]+(?:/[\w.-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
"""An action with the SHA of its commit, and in a comment its version."""

each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


def load(path: Path) -> dict[str, Any]:
    """Return a file whose values are all texts: YAML 1.1 would take the key `on` for a boolean."""
    text = path.read_text(encoding="utf-8")
    # BaseLoader makes no objects, so it is as safe as safe_load.
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    return loaded


def unpinned(text: str) -> list[str]:
    """Return the actions of a workflow that are not pinned."""
    used = re.findall(r"^[\s-]*uses:\s*(.*)$", text, re.MULTILINE)
    return [action for action in used if not PINNED.fullmatch(action)]


def test_ci_runs_the_same_commands_on_pushes_and_pull_requests() -> None:
    workflow = load(ROOT / ".github" / "workflows" / "ci.yaml")
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]

    assert workflow["on"].keys() == {"push", "pull_request"}
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]


def test_ci_has_the_node_that_the_linters_of_the_contract_need() -> None:
    workflow = load(ROOT / ".github" / "workflows" / "ci.yaml")
    [step] = [
        step
        for job in workflow["jobs"].values()
        for step in job["steps"]
        if step.get("uses", "").startswith("actions/setup-node@")
    ]

    version = tuple(int(part) for part in step["with"]["node-version"].split("."))
    assert version >= (20, 19)


@each_workflow
def test_every_action_of_a_workflow_is_pinned(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert "uses:" in text
    assert unpinned(text) == []


@each_workflow
def test_a_workflow_may_only_read(path: Path) -> None:
    workflow = load(path)

    assert workflow["permissions"] == {"contents": "read"}
    assert [job for job in workflow["jobs"].values() if "permissions" in job] == []


@each_workflow
def test_a_checkout_leaves_no_token_for_later_steps(path: Path) -> None:
    jobs = load(path)["jobs"].values()
    checkouts = [
        step
        for job in jobs
        for step in job["steps"]
        if step.get("uses", "").startswith("actions/checkout@")
    ]

    assert checkouts
    assert all(step["with"]["persist-credentials"] == "false" for step in checkouts)


@each_workflow
def test_a_workflow_does_not_run_twice_for_one_branch(path: Path) -> None:
    assert "github.ref" in load(path)["concurrency"]["group"]


@pytest.mark.parametrize(
    "action",
    [
        "actions/checkout@v7 # v7.0.1",
        "actions/checkout@3d3c42e # v7.0.1",
        f"actions/checkout@{'a' * 40}",
        f"actions/checkout@{'a' * 41} # v7.0.1",
        "./.github/actions/own",
    ],
)
def test_an_action_that_is_not_pinned_is_found(action: str) -> None:
    assert unpinned(f"steps:\n  - uses: {action}\n") == [action]


def test_the_commit_hook_runs_make_check() -> None:
    config = load(ROOT / ".pre-commit-config.yaml")

    assert [hook["entry"] for repo in config["repos"] for hook in repo["hooks"]] == ["make check"]


def test_dependabot_updates_packages_and_actions_weekly_in_groups() -> None:
    updates = load(ROOT / ".github" / "dependabot.yml")["updates"]

    assert {each["package-ecosystem"] for each in updates} == {"uv", "github-actions", "npm"}
    assert {each["schedule"]["interval"] for each in updates} == {"weekly"}
    assert all(each["groups"] for each in updates)
