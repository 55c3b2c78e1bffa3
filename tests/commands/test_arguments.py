"""A mistake in an argument of make is reported in one line, in make's words."""

import pytest
from local.commands.invoke import function_named, main
from local.errors import CommandError


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--event={bad"], "make invoke: EVENT must be JSON, and is not at line 1, column 2."),
        (["--event=[1]"], "make invoke: EVENT must be a JSON object"),
        (["--port=abc"], "make invoke: PORT must be a port from 1 to 65535, not 'abc'."),
        (["--port=0"], "make invoke: PORT must be a port from 1 to 65535, not '0'."),
        (["--port=65536"], "make invoke: PORT must be a port from 1 to 65535, not '65536'."),
        (["--port=4_566"], "make invoke: PORT must be a port from 1 to 65535, not '4_566'."),
    ],
)
def test_a_wrong_argument_is_named_in_one_line(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        main([*arguments, "create_booking"])

    [line] = capsys.readouterr().err.splitlines()
    assert stop.value.code == 2
    assert line.startswith(message)


@pytest.mark.parametrize(
    "name", ["create_booking", "createBooking", "CreateBooking", "CreateBookingFunction"]
)
def test_a_function_has_its_name_of_the_folder_the_contract_or_the_template(name: str) -> None:
    assert function_named(name) == "create_booking"


@pytest.mark.parametrize(
    ("name", "suggested"),
    [("creat_booking", "create_booking"), ("listBooking", "list_bookings"), ("logn", "login")],
)
def test_a_similar_function_is_suggested_for_an_unknown_name(name: str, suggested: str) -> None:
    with pytest.raises(CommandError, match=rf"no function {name!r}\. Did you mean {suggested}\?"):
        function_named(name)


def test_no_function_is_suggested_for_a_name_like_none() -> None:
    with pytest.raises(CommandError, match=r"no function 'xyz'\. make invoke F=<name>"):
        function_named("xyz")
