"""The trigger decorator: what is the same for all functions that another AWS service calls."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.builders import lambda_context
from tests.unit.conftest import LogLines

from teppan.observability.log import logger
from teppan.trigger import Event, TriggerFailedError, trigger

SECRET = "aiko@example.com"


def run(handle: Callable[[Event], Event], event: Event | None = None) -> Any:
    return trigger("rollCall")(handle)(event or {}, lambda_context())


def fail(_event: Event) -> Event:
    raise ValueError(SECRET)


def test_the_handler_gets_the_event_and_its_answer_goes_back() -> None:
    assert run(lambda event: event | {"seen": True}, {"version": "2"}) == {
        "version": "2",
        "seen": True,
    }


def test_a_failure_fails_the_call_and_tells_nothing() -> None:
    with pytest.raises(TriggerFailedError) as failure:
        run(fail)

    assert str(failure.value) == "rollCall"
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__


def test_it_is_logged_without_its_message(logged: LogLines) -> None:
    with pytest.raises(TriggerFailedError):
        run(fail)

    (line,) = logged()
    assert (line["level"], line["message"], line["error"]) == ("ERROR", "failed", "ValueError")
    assert line["stack"][-1].endswith(" fail")
    assert SECRET not in repr(line)


@pytest.mark.parametrize("asked", ["true", "TRUE", "1"])
def test_the_event_is_not_logged_even_when_the_environment_asks_for_it(
    asked: str, logged: LogLines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", asked)

    run(lambda event: event, {"request": {"userAttributes": {"email": SECRET}}})

    (line,) = logged()
    assert line["message"] == "answered"
    assert SECRET not in repr(line)


def test_what_it_logs_carries_its_name_for_one_call_only(logged: LogLines) -> None:
    def note(event: Event) -> Event:
        logger.append_keys(**event)
        logger.info("noted")
        return event

    run(note, {"first": 1})
    run(note, {"second": 2})

    lines = [(line["message"], line["operation"], line.get("first")) for line in logged()]
    assert lines == [
        ("noted", "rollCall", 1),
        ("answered", "rollCall", 1),
        ("noted", "rollCall", None),
        ("answered", "rollCall", None),
    ]
