"""A mistake in a source that `sam build` passes is found before the build, with file and line."""

from pathlib import Path

import pytest
from local.aws import sources
from local.aws.sources import check_sources
from local.errors import CommandError

FUNCTION = "functions/health/get_health/app.py"
TEMPLATE = """\
Resources:
  GetHealthFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: functions/health/get_health/}
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with one function and one layer."""
    for name in (FUNCTION, "layers/core/python/teppan/clock.py"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    monkeypatch.setattr(sources, "ROOT", tmp_path)
    monkeypatch.setattr(sources, "TEMPLATE", tmp_path / "template.yaml")
    return tmp_path


@pytest.mark.parametrize(
    "source",
    [
        "import json, os.path",
        "from teppan.clock import utc_now",
        "import teppan.clock",
        "import pydantic",
        "from botocore.exceptions import ClientError",
        "import beside",
        "from . import beside",
        "def handler():\n    import only_when_called",
    ],
)
def test_a_function_that_can_be_loaded_passes(root: Path, source: str) -> None:
    (root / FUNCTION).write_text(source)
    (root / FUNCTION).with_name("beside.py").touch()

    check_sources([root / FUNCTION])


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("fine = 1\ndef (\n", rf'File "{FUNCTION}", line 2'),
        ("\nimport nosuch\n", rf'File "{FUNCTION}", line 2\nThere is no module nosuch\.'),
        ("from teppan.nosuch import a", r"line 1\nThere is no module teppan\.nosuch\."),
        ("import teppan.clock.nosuch", r"There is no module teppan\.clock\.nosuch\."),
        ("import json, local.cloud", r"There is no module local\.cloud\."),
    ],
)
def test_a_function_that_cannot_be_loaded_is_named_with_the_line(
    root: Path, source: str, message: str
) -> None:
    (root / FUNCTION).write_text(source)

    with pytest.raises(CommandError, match=message):
        check_sources([root / FUNCTION])


def test_a_function_without_its_handler_is_named(root: Path) -> None:
    (root / FUNCTION).unlink()

    with pytest.raises(CommandError, match=rf"^{FUNCTION} is missing, .* GetHealthFunction\.$"):
        check_sources([root / FUNCTION])


def test_every_source_of_the_checkout_passes() -> None:
    check_sources(sources.all_sources())
