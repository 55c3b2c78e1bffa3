"""`make dev` builds only after a change, and `build/` always holds what is deployed."""

import json
from pathlib import Path

import pytest
from local.aws import build, sources
from local.aws.artifacts import read_build
from local.aws.build import rebuild_functions, replace_build, sam_build, write_deployed_contract
from local.errors import CommandError

FUNCTION = "functions/health/get_health/app.py"
SOURCES = (
    FUNCTION,
    "layers/core/python/teppan/clock.py",
    "layers/runtime/requirements.txt",
    "local/tools/sam.txt",
    "local/tools/uv.txt",
    "template.yaml",
)
TEMPLATE = """\
Resources:
  GetHealthFunction:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: functions/health/get_health}
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a source of each kind."""
    for name in SOURCES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1\n")
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    for module in (build, sources):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(sources, "TEMPLATE", tmp_path / "template.yaml")
    return tmp_path


@pytest.fixture(autouse=True)
def builds(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that SAM has built into; it fails while the checkout has a file `broken`."""
    built: list[Path] = []

    def run(_architecture: str, directory: Path, _cache: Path, *, show: bool) -> None:
        if (root / "broken").exists():
            raise CommandError("sam build failed")
        assert not show
        copy = directory / "GetHealthFunction" / "app.py"
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((root / FUNCTION).read_bytes())
        (directory / "template.yaml").write_text(TEMPLATE.replace(FUNCTION[:-7], copy.parent.name))
        write_deployed_contract(directory)
        built.append(directory)

    monkeypatch.setattr(build, "run_sam_build", run)
    return built


@pytest.fixture
def deployed(root: Path) -> Path:
    """The folder of the deployed build."""
    sam_build(root / "work")
    replace_build(root / "work")
    return root / "work" / "build"


def test_unchanged_sources_are_built_once(root: Path, builds: list[Path], deployed: Path) -> None:
    before = files(deployed)

    sam_build(root / "work")
    replace_build(root / "work")

    assert len(builds) == 1
    assert files(deployed) == before


@pytest.mark.parametrize("changed", SOURCES)
@pytest.mark.usefixtures("deployed")
def test_a_changed_source_is_built_again(root: Path, builds: list[Path], changed: str) -> None:
    with (root / changed).open("a") as source:
        source.write("# changed")
    sam_build(root / "work")

    assert len(builds) == 2


@pytest.mark.usefixtures("deployed")
def test_a_removed_source_is_built_again(root: Path, builds: list[Path]) -> None:
    (root / SOURCES[1]).unlink()
    sam_build(root / "work")

    assert len(builds) == 2


def test_another_processor_is_built_for_again(
    root: Path, builds: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for architecture in ("arm64", "x86_64", "x86_64"):
        monkeypatch.setattr(sources, "host_architecture", lambda found=architecture: found)
        sam_build(root / "work")
        replace_build(root / "work")

    assert len(builds) == 2


def test_a_build_that_is_not_deployed_does_not_change_the_deployed_one(
    root: Path, deployed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(deployed)

    # When a source and the contract change
    (root / FUNCTION).write_text("2\n")
    monkeypatch.setattr(build, "deployed_contract", lambda _: {"changed": True})
    sam_build(root / "work")
    assert files(deployed) == before
    # When only the contract has changed
    (root / FUNCTION).write_text("1\n")
    changed = sam_build(root / "work")

    assert changed.contract == {"changed": True}
    assert files(deployed) == before


@pytest.mark.usefixtures("deployed")
def test_a_build_that_is_not_deployed_is_not_kept(root: Path, builds: list[Path]) -> None:
    (root / FUNCTION).write_text("2\n")
    for _ in range(2):
        sam_build(root / "work")

    assert len(builds) == 3


@pytest.mark.usefixtures("deployed")
def test_a_failed_build_is_not_kept(root: Path, builds: list[Path]) -> None:
    (root / FUNCTION).write_text("2\n")
    (root / "broken").touch()
    with pytest.raises(CommandError):
        sam_build(root / "work")

    (root / "broken").unlink()
    sam_build(root / "work")

    assert len(builds) == 2


def test_a_mistake_in_a_source_is_found_before_sam_builds(root: Path, builds: list[Path]) -> None:
    (root / FUNCTION).write_text("import nosuch")

    with pytest.raises(CommandError, match=r"There is no module nosuch\."):
        sam_build(root / "work")
    assert builds == []


class TestFunctions:
    def test_a_deployed_function_is_in_the_build_with_its_new_and_without_its_removed_files(
        self, root: Path, builds: list[Path], deployed: Path
    ) -> None:
        work, folder = root / "work", (root / FUNCTION).parent
        (folder / "added.py").touch()
        before = sam_build(work)
        replace_build(work)
        # When
        (root / FUNCTION).write_text("2\n")
        (folder / "added.py").rename(folder / "other.py")
        rebuilt = rebuild_functions(before, [root / FUNCTION, folder / "added.py"], work)
        assert files(deployed)["GetHealthFunction/app.py"] == "1\n"
        replace_build(work)
        # Then
        assert rebuilt is not None
        assert rebuilt.artifacts != before.artifacts
        in_build = {name for name in files(deployed) if name.startswith("GetHealth")}
        assert in_build == {"GetHealthFunction/app.py", "GetHealthFunction/other.py"}
        assert files(deployed)["GetHealthFunction/app.py"] == "2\n"
        assert len(builds) == 2

    def test_a_function_that_is_saved_and_restored_is_built_again(
        self, root: Path, builds: list[Path], deployed: Path
    ) -> None:
        work = root / "work"
        (root / FUNCTION).write_text("2\n")
        rebuild_functions(sam_build(work), [root / FUNCTION], work)
        replace_build(work)
        builds.clear()
        # When
        (root / FUNCTION).write_text("1\n")
        sam_build(work)
        replace_build(work)
        # Then
        assert len(builds) == 1
        assert files(deployed)["GetHealthFunction/app.py"] == "1\n"

    def test_sam_builds_what_is_more_than_a_copy(self, root: Path, deployed: Path) -> None:
        work = root / "work"
        current = sam_build(work)
        assert deployed.exists()

        assert rebuild_functions(current, [root / SOURCES[1]], work) is None
        assert rebuild_functions(current, [root / "template.yaml"], work) is None
        (root / FUNCTION).with_name("requirements.txt").touch()
        assert rebuild_functions(current, [root / FUNCTION], work) is None

    def test_a_mistake_in_a_saved_function_is_found(self, root: Path, deployed: Path) -> None:
        before = files(deployed)
        (root / FUNCTION).write_text("def (")

        with pytest.raises(CommandError, match=FUNCTION):
            rebuild_functions(read_build(deployed), [root / FUNCTION], root / "work")
        assert files(deployed) == before


@pytest.mark.parametrize("part", ["info", "paths", "components"])
def test_an_incomplete_contract_is_a_clear_error(
    root: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    contract = {"info": {"title": "", "version": ""}, "paths": {}, "components": {}}
    del contract[part]
    (root / "openapi.yaml").write_text(json.dumps(contract))
    monkeypatch.setattr(build, "CONTRACT", root / "openapi.yaml")

    with pytest.raises(CommandError, match=r"^openapi\.yaml is incomplete: it has no "):
        sam_build(root / "work")


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, r"openapi\.yaml is missing\."), (" : : [", r"openapi\.yaml is not valid YAML: ")],
)
def test_a_missing_or_broken_contract_is_a_clear_error(
    root: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, message: str
) -> None:
    if content is not None:
        (root / "openapi.yaml").write_text(content)
    monkeypatch.setattr(build, "CONTRACT", root / "openapi.yaml")

    with pytest.raises(CommandError, match=f"^{message}"):
        sam_build(root / "work")


def test_a_missing_template_is_a_clear_error(root: Path) -> None:
    (root / "template.yaml").unlink()

    with pytest.raises(CommandError, match=r"^template\.yaml is missing\.$"):
        sam_build(root / "work")


def files(folder: Path) -> dict[str, str]:
    """Return the text of each file below a folder by its path there."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}
