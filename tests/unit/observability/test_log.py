"""The log has the type and place of an error, and never user input."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.unit.conftest import LogLines

from teppan.observability.log import account_pseudonym, error_fields, logger

SECRET = "aiko@example.com"


def caught(fail: Callable[[], object]) -> dict[str, Any]:
    with pytest.raises(Exception, match=SECRET) as caught:
        fail()
    return error_fields(caught.value)


def quote_the_input() -> None:
    raise ValueError(f"cannot read {SECRET}")


def quote_it_twice() -> None:
    try:
        quote_the_input()
    except ValueError as error:
        raise RuntimeError(SECRET) from error


def test_an_error_is_logged_by_type_and_stack_without_its_message() -> None:
    fields = caught(quote_the_input)

    assert fields["error"] == "ValueError"
    assert fields["stack"][-1].endswith(" quote_the_input")
    assert SECRET not in repr(fields)


def test_the_cause_of_an_error_is_logged_without_its_message() -> None:
    fields = caught(quote_it_twice)

    assert (fields["error"], fields["cause"]["error"]) == ("RuntimeError", "ValueError")
    assert SECRET not in repr(fields)


def test_an_error_of_aws_is_logged_by_its_code() -> None:
    answer: Any = {"Error": {"Code": "AccessDeniedException", "Message": SECRET}}

    def refuse() -> None:
        raise ClientError(answer, "GetItem")

    fields = caught(refuse)

    assert fields["error_code"] == "AccessDeniedException"
    assert SECRET not in repr(fields)


def test_a_log_line_is_structured_and_in_utc(logged: LogLines) -> None:
    logger.info("answered", status=200)

    (line,) = logged()
    assert (line["message"], line["status"], line["service"]) == ("answered", 200, "teppan")
    assert line["timestamp"].endswith(("Z", "+00:00"))


def test_an_account_is_logged_as_a_hash_of_id_and_stage() -> None:
    account = "11111111-1111-4111-8111-111111111111"

    pseudonym = account_pseudonym(account, "prod")

    assert re.fullmatch(r"[0-9a-f]{16}", pseudonym)
    assert pseudonym == account_pseudonym(account, "prod")
    assert pseudonym != account_pseudonym(account, "staging")
    assert pseudonym not in account
