"""The deployment of saved sources while the local cloud runs."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from local.aws.artifacts import Artifact
from local.aws.deployment import Deployment
from local.cloud import Cloud
from local.errors import CommandError
from local.paths import ROOT
from tests.cloud.commands import invoke
from tests.cloud.conftest import RunningCloud
from tests.cloud.local_cloud.archive import archive

HEALTH = ROOT / "functions" / "health" / "get_health"


@pytest.fixture
def running(cloud: RunningCloud) -> Cloud:
    """The cloud of this process."""
    if cloud.running is None:
        pytest.skip("another process has started the cloud: its functions are not changed")
    return cloud.running


@pytest.fixture
def saved(running: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of a function's source, which the cloud deploys in place of that function's."""
    source = tmp_path / "app.py"
    with monkeypatch.context() as patched:
        patched.setattr("local.aws.build.check_sources", lambda _: None)
        patched.setattr("local.aws.build.function_folders", lambda: {"GetHealthFunction": tmp_path})
        yield source
    running.redeploy([HEALTH / "app.py"])


def answering(status: int) -> str:
    """Return the source of a function with this answer."""
    return f"def handler(event, context):\n    return {{'statusCode': {status}, 'body': ''}}\n"


class TestRedeploy:
    def test_a_changed_function_is_deployed_alone(self, cloud: RunningCloud) -> None:
        if cloud.running is None:
            pytest.skip("another process has started the cloud: its functions are not changed")
        deployment = cloud.running.deployment
        before = deployment.current
        source = "def handler(event, context):\n    return {'statusCode': 418, 'body': ''}\n"
        content = archive({"app.py": source})
        changed = replace(
            before,
            artifacts={
                **before.artifacts,
                "GetHealthFunction": Artifact(content, digest="changed"),
            },
        )
        assert deployment.update(changed) == ["GetHealthFunction"]
        assert cloud.api.request("GET", "/health").status == 418
        assert deployment.update(before) == ["GetHealthFunction"]
        assert cloud.api.request("GET", "/health").status == 200

    def test_a_saved_function_is_in_the_build_from_which_containers_run(
        self, cloud: RunningCloud, running: Cloud, saved: Path
    ) -> None:
        built = Path(cloud.description.directory, "build", "GetHealthFunction", "app.py")
        saved.write_text(answering(418))

        assert running.redeploy([saved]) == ["GetHealthFunction"]

        assert cloud.api.request("GET", "/health").status == 418
        assert built.read_text() == saved.read_text()

    def test_a_refused_deployment_leaves_the_build_as_it_was(
        self,
        cloud: RunningCloud,
        running: Cloud,
        saved: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        built = Path(cloud.description.directory, "build", "GetHealthFunction", "app.py")
        before = built.read_text()

        def refuse(*_: object) -> None:
            raise CommandError("refused")

        saved.write_text(answering(418))
        with monkeypatch.context() as patched:
            patched.setattr(Deployment, "update", refuse)
            with pytest.raises(CommandError, match="refused"):
                running.redeploy([saved])

        assert built.read_text() == before

    def test_a_saved_function_of_the_checkout_is_deployed_as_sam_builds_it(
        self, running: Cloud
    ) -> None:
        assert running.redeploy([HEALTH / "app.py"]) == []


class TestFunctionThatCannotBeImported:
    def test_make_invoke_shows_where_the_import_fails(
        self, cloud: RunningCloud, running: Cloud, saved: Path
    ) -> None:
        saved.write_text("\nimport nosuch\n")
        running.redeploy([saved])

        output = invoke(cloud, "get_health")

        assert output.returncode == 1
        assert "No module named 'nosuch'" in output.stdout.partition("Log\n")[0]
        assert '/app.py", line 2, in <module>' in output.stdout.partition("Log\n")[2]

    def test_make_dev_names_the_function_that_fails_at_its_start(
        self, cloud: RunningCloud, running: Cloud, saved: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        saved.write_text("\nimport nosuch\n")
        running.redeploy([saved])

        def ask_health(*_: object) -> None:
            cloud.api.request("GET", "/health").require(200, "get_health")

        monkeypatch.setattr("local.cloud.seed_bookings", ask_health)
        with pytest.raises(CommandError, match=r"^get_health answered 502: ") as error:
            running.make_demo_data(cloud.description)
        assert '/app.py", line 2, in <module>' in str(error.value)
