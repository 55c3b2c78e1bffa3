"""The deployment of saved sources while the local cloud runs."""

from dataclasses import replace
from pathlib import Path

import pytest
from local.aws.build import Artifact, check_syntax, rebuild_functions
from local.errors import CommandError
from local.paths import ROOT
from tests.cloud.conftest import RunningCloud
from tests.cloud.local_cloud.archive import archive


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

    def test_a_saved_function_is_rebuilt_without_sam(self, cloud: RunningCloud) -> None:
        if cloud.running is None:
            pytest.skip("another process has started the cloud: its build is unknown")
        before = cloud.running.deployment.current
        saved = ROOT / "functions" / "health" / "get_health" / "app.py"
        rebuilt = rebuild_functions(before, [saved])
        assert rebuilt is not None
        assert rebuilt.artifacts == before.artifacts

    def test_a_saved_layer_is_built_by_sam(self, cloud: RunningCloud) -> None:
        if cloud.running is None:
            pytest.skip("another process has started the cloud: its build is unknown")
        saved = ROOT / "layers" / "core" / "python" / "teppan" / "clock.py"
        assert rebuild_functions(cloud.running.deployment.current, [saved]) is None

    def test_a_syntax_error_in_a_saved_file_is_shown_with_its_line(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("local.aws.build.ROOT", tmp_path)
        saved = tmp_path / "app.py"
        saved.write_text("fine = 1\ndef (\n")
        with pytest.raises(CommandError, match=r'File "app.py", line 2'):
            check_syntax([saved])
