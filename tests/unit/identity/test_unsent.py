"""The log line for a code that was not sent."""

from tests.unit.conftest import LogLines

from teppan.identity.unsent import log_unsent


def test_an_unsent_code_is_a_warning_with_its_reason(logged: LogLines) -> None:
    log_unsent("AddressAllowanceSpent")

    (line,) = logged()
    assert (line["level"], line["message"]) == ("WARNING", "no code sent")
    assert line["reason"] == "AddressAllowanceSpent"
