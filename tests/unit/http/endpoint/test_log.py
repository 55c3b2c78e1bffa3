"""What is logged and counted of a request."""

import json
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from tests.builders import CUSTOMER, gateway_event
from tests.unit.conftest import LogLines
from tests.unit.http.endpoint.serving import (
    SECRET,
    EndpointFunction,
    Order,
    failing,
    say_hello,
    serve,
)

from teppan.domain.bookings.errors import SlotUnavailable
from teppan.http.parameters import LIMIT
from teppan.observability.metrics import metrics


class TestLog:
    def test_one_log_line_has_the_status_of_the_request(self, logged: LogLines) -> None:
        serve()

        (line,) = logged()
        assert (line["message"], line["level"]) == ("answered", "INFO")
        assert (line["operation"], line["status"]) == ("sayHello", 200)

    def test_the_log_line_has_the_duration(
        self, logged: LogLines, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        readings = iter([17.0, 17.03125])
        stopwatch = SimpleNamespace(perf_counter=lambda: next(readings))
        monkeypatch.setattr("teppan.http.endpoint.time", stopwatch)

        serve()

        assert logged()[0]["duration_ms"] == 31.2

    def test_a_refused_request_is_logged_with_its_code_only(self, logged: LogLines) -> None:
        serve(gateway_event("POST", body={"guests": SECRET}), body=Order)

        (line,) = logged()
        assert (line["status"], line["code"]) == (422, "validation_failed")

    def test_a_malformed_request_is_logged_with_its_code(self, logged: LogLines) -> None:
        serve(gateway_event("POST", body="{"), body=Order)

        assert (logged()[0]["status"], logged()[0]["code"]) == (400, "malformed_json")

    def test_the_log_contains_no_part_of_the_request(self, logged: LogLines) -> None:
        event = gateway_event(
            "POST",
            body={"guests": 3},
            query={"limit": "5"},
            headers={"Authorization": "Bearer token", "Cookie": "session", "If-Match": '"a-tag"'},
        )

        serve(event, body=Order, parameters={"limit": LIMIT})

        log_text = json.dumps(logged())
        assert not [
            text for text in ("token", "session", "guests", "limit", "a-tag") if text in log_text
        ]

    @pytest.mark.parametrize("enabled", ["true", "TRUE", "1"])
    def test_the_event_is_not_logged_even_if_the_environment_enables_it(
        self, enabled: str, logged: LogLines, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("POWERTOOLS_LOGGER_LOG_EVENT", enabled)
        event = gateway_event(
            "POST", body={"guests": SECRET}, headers={"Authorization": "Bearer a-token"}
        )

        serve(event, body=Order)

        assert [line["message"] for line in logged()] == ["answered"]
        assert not [text for text in (SECRET, "a-token", CUSTOMER) if text in json.dumps(logged())]

    def test_log_keys_of_one_request_do_not_leak_into_the_next(self, logged: LogLines) -> None:
        first, second = gateway_event(), gateway_event()

        serve(first)
        serve(second)

        assert [line["request_id"] for line in logged()] == [
            event["requestContext"]["requestId"] for event in (first, second)
        ]


class TestMetrics:
    @pytest.fixture(autouse=True)
    def empty_metrics(self) -> Iterator[None]:
        metrics.clear_metrics()
        yield
        metrics.clear_metrics()

    @pytest.mark.parametrize(
        ("handle", "client_errors", "server_errors"),
        [
            (say_hello, 0, 0),
            (failing(SlotUnavailable([])), 1, 0),
            (failing(RuntimeError()), 0, 1),
        ],
    )
    def test_a_request_is_counted_once(
        self,
        handle: EndpointFunction,
        client_errors: int,
        server_errors: int,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        serve(handle=handle)

        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        (counted,) = [line for line in lines if "Requests" in line]
        assert (counted["operation"], counted["Requests"]) == ("sayHello", [1])
        assert counted["ClientErrors"] == [client_errors]
        assert counted["ServerErrors"] == [server_errors]
