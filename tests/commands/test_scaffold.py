"""`make endpoint` writes the five places of a new endpoint into a copy of the repository."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from local.aws.template import load_template
from local.commands.scaffold import main
from tests.builders import ROOT

FILES = ("openapi.yaml", "template.yaml")
FOLDERS = ("events", "functions")
PLACES = {
    "openapi.yaml",
    "template.yaml",
    "functions/payments/get_receipt/app.py",
    "events/payments/get_receipt.json",
    "tests/functions/payments/test_get_receipt.py",
}
METHODS = "functions/operations/preflight/methods.json"
USUAL = ("--name=get_receipt", "--wing=payments")
OF_A_BOOKING = (*USUAL, "--route=GET /api/v1/bookings/{booking_id}/receipt")

type Write = Callable[..., int]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a copy of what the command reads: contract, template, events and functions."""
    for name in FILES:
        shutil.copy(ROOT / name, tmp_path / name)
    for name in FOLDERS:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


@pytest.fixture
def write(repository: Path) -> Write:
    return lambda *arguments: main(list(arguments), repository)


def files_of(repository: Path) -> dict[str, str]:
    return {
        path.relative_to(repository).as_posix(): path.read_text(encoding="utf-8")
        for path in repository.rglob("*")
        if path.is_file()
    }


def test_the_five_places_are_written_and_named(
    repository: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_of(repository)

    assert write(*USUAL) == 0

    after = files_of(repository)
    assert {name for name, text in after.items() if before.get(name) != text} == {
        *PLACES,
        METHODS,
    }
    output = capsys.readouterr().out
    assert all(f"  {place}\n" in output for place in PLACES)


@pytest.mark.parametrize("name", ["openapi.yaml", "template.yaml"])
def test_text_is_inserted_and_no_line_is_changed(repository: Path, write: Write, name: str) -> None:
    before = files_of(repository)[name].splitlines()

    write(*OF_A_BOOKING)

    after = files_of(repository)[name].splitlines()
    start = next(at for at, (old, new) in enumerate(zip(before, after, strict=False)) if old != new)
    remaining_lines = iter(after)
    assert all(line in remaining_lines for line in before)
    assert start > 0
    assert len(after) > len(before)


def test_the_operation_is_in_the_contract_with_its_schema(repository: Path, write: Write) -> None:
    write(*OF_A_BOOKING)

    contract = yaml.safe_load((repository / "openapi.yaml").read_text(encoding="utf-8"))
    operation = contract["paths"]["/api/v1/bookings/{booking_id}/receipt"]["get"]
    assert operation["operationId"] == "getReceipt"
    assert operation["tags"] == ["Payments"]
    assert {"200", "401", "404", "422", "500", "503"} <= operation["responses"].keys()
    assert "Receipt" in contract["components"]["schemas"]


def test_an_operation_joins_a_path_that_exists(repository: Path, write: Write) -> None:
    write("--name=fetch_quotes", "--wing=quotes", "--route=GET /api/v1/quotes")

    contract = yaml.safe_load((repository / "openapi.yaml").read_text(encoding="utf-8"))
    assert contract["paths"]["/api/v1/quotes"].keys() == {"get", "post"}


def test_function_log_group_and_permission_are_in_the_template(
    repository: Path, write: Write
) -> None:
    write(*OF_A_BOOKING)

    resources = load_template(repository / "template.yaml")["Resources"]
    function = resources["GetReceiptFunction"]["Properties"]
    assert function["CodeUri"] == "functions/payments/get_receipt/"
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": "GetReceiptLogGroup"}}
    assert resources["GetReceiptLogGroup"]["Type"] == "AWS::Logs::LogGroup"
    source = resources["GetReceiptPermission"]["Properties"]["SourceArn"]["Fn::Sub"]
    assert source.endswith("/${Stage}/GET/api/v1/bookings/*/receipt")


def test_the_event_is_a_request_of_the_operation(repository: Path, write: Write) -> None:
    write(*OF_A_BOOKING)

    event = json.loads((repository / "events/payments/get_receipt.json").read_text())
    booking_id = event["pathParameters"]["booking_id"]
    assert event["path"] == f"/api/v1/bookings/{booking_id}/receipt"
    assert event["requestContext"]["operationName"] == "getReceipt"
    assert event["requestContext"]["path"] == f"/dev{event['path']}"


@pytest.mark.parametrize(
    ("method", "status", "declared"), [("GET", "200", False), ("POST", "201", True)]
)
def test_the_test_file_declares_the_contracts_status_of_success(
    repository: Path, write: Write, method: str, status: str, declared: bool
) -> None:
    write(*USUAL, f"--route={method} /api/v1/bookings/{{booking_id}}/receipt")

    contract = yaml.safe_load((repository / "openapi.yaml").read_text(encoding="utf-8"))
    [operation] = contract["paths"]["/api/v1/bookings/{booking_id}/receipt"].values()
    test = (repository / "tests/functions/payments/test_get_receipt.py").read_text()
    assert min(operation["responses"]) == status
    assert ("    succeeds=201,\n" in test) == declared


@pytest.mark.parametrize("arguments", [USUAL, OF_A_BOOKING])
def test_the_python_files_that_are_written_compile(
    repository: Path, write: Write, arguments: tuple[str, ...]
) -> None:
    write(*arguments)

    for place in (each for each in PLACES if each.endswith(".py")):
        compile((repository / place).read_text(encoding="utf-8"), place, "exec")


def test_a_new_schema_stands_before_the_comment_of_the_next_section(
    repository: Path, write: Write
) -> None:
    before = (repository / "openapi.yaml").read_text(encoding="utf-8")
    comment = re.search(r"(?:^  #.*\n)+  examples:\n", before, re.MULTILINE)
    assert comment is not None

    write(*USUAL)

    assert comment[0] in (repository / "openapi.yaml").read_text(encoding="utf-8")


def test_a_schema_whose_name_is_taken_is_an_answer(repository: Path, write: Write) -> None:
    write("--name=get_booking_summary", "--wing=bookings")

    contract = (repository / "openapi.yaml").read_text(encoding="utf-8")
    assert "\n    BookingSummaryAnswer:\n" in contract


def test_every_place_but_the_event_has_placeholders(repository: Path, write: Write) -> None:
    write(*USUAL)

    written = files_of(repository)
    without = {place for place in PLACES if "TO WRITE(get_receipt): " not in written[place]}
    assert without == {"events/payments/get_receipt.json"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--name=get_booking", "--wing=bookings"), "get_booking exists"),
        (("--name=get_booking", "--wing=payments"), "get_booking exists"),
        (("--name=getReceipt", "--wing=payments"), "NAME is snake case"),
        (("--name=get-receipt", "--wing=payments"), "NAME is snake case"),
        (("--name=../receipt", "--wing=payments"), "NAME is snake case"),
        ((), "NAME is snake case"),
        (("--name=get_receipt",), "WING is one of"),
        (("--name=get_receipt", "--wing=jobs"), "WING is one of"),
        (("--name=get_receipt", "--wing=receipts"), "WING is one of"),
        ((*USUAL, "--route=receipts"), "ROUTE is a method and a path"),
        ((*USUAL, "--route=FETCH /receipts"), "ROUTE is a method and a path"),
        ((*USUAL, "--route=GET /receipts/{id}"), "not id"),
        ((*USUAL, "--route=GET /api/v1/bookings"), "GET /api/v1/bookings exists"),
    ],
)
def test_an_endpoint_with_invalid_arguments_is_refused_and_nothing_is_written(
    repository: Path,
    write: Write,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    message: str,
) -> None:
    before = files_of(repository)

    assert write(*arguments) == 1

    assert message in capsys.readouterr().err
    assert files_of(repository) == before
