"""What `make dev` checks before it deploys, and what it deploys without `sam build`."""

from pathlib import Path
from typing import Any

import pytest
from local.aws import build
from local.aws.build import Artifact, Build, rebuild_functions
from local.aws.deployment import Deployment
from local.errors import CommandError

TEMPLATE = """
Resources:
  GetHealthFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: functions/health/get_health/}
"""


class UnreachableAws:
    """An emulator none of whose services can be called."""

    def client(self, _service: str) -> Any:
        return object()


def test_a_template_that_names_what_it_does_not_have_is_not_deployed() -> None:
    template = {"Resources": {}, "Outputs": {"Url": {"Value": {"Ref": "Gone"}}}}
    deployment = Deployment(UnreachableAws(), {})  # type: ignore[arg-type]

    with pytest.raises(CommandError, match=r"names what it does not have:\nOutputs\.Url.*no Gone"):
        deployment.deploy(Build(template, {}, {}))


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only function of a checkout."""
    path = tmp_path / "functions" / "health" / "get_health" / "app.py"
    path.parent.mkdir(parents=True)
    path.write_text("saved = True\n")
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "TEMPLATE", tmp_path / "template.yaml")
    return path


BEFORE = Build({}, {}, {"GetHealthFunction": Artifact(b"", "before")})


def test_a_saved_function_is_archived_without_sam(app: Path) -> None:
    rebuilt = rebuild_functions(BEFORE, [app])

    assert rebuilt is not None
    assert b"saved = True" in rebuilt.artifacts["GetHealthFunction"].archive


def test_a_saved_function_with_packages_of_its_own_is_built_by_sam(app: Path) -> None:
    app.with_name("requirements.txt").write_text("stripe\n")

    assert rebuild_functions(BEFORE, [app]) is None
