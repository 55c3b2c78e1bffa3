"""`make check` fails when the types of the client are not those of the contract."""

from pathlib import Path

import pytest
from local.commands import write_client_types
from local.errors import CommandError
from local.paths import CONTRACT


@pytest.fixture
def types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the committed types, which the command takes for them."""
    path = tmp_path / "schema.d.ts"
    path.write_bytes(write_client_types.TYPES.read_bytes())
    monkeypatch.setattr(write_client_types, "TYPES", path)
    return path


def test_the_committed_types_are_those_of_the_contract(types: Path) -> None:
    assert write_client_types.main(["--check"]) == 0


def test_types_that_are_not_current_are_reported_then_written(
    types: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    current = types.read_text()
    types.write_text(current.replace("CreateBooking", "MakeBooking", 1))

    assert write_client_types.main(["--check"]) == 1
    assert "run `make client`" in capsys.readouterr().err
    assert write_client_types.main([]) == 0
    assert types.read_text() == current


def test_a_contract_that_the_generator_refuses_is_reported(tmp_path: Path) -> None:
    broken = tmp_path / "openapi.yaml"
    broken.write_text(CONTRACT.read_text().replace("schemas/StartTime'", "schemas/Nowhere'"))

    with pytest.raises(CommandError, match="openapi-typescript failed"):
        write_client_types.client_types(broken)
