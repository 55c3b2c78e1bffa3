"""The local cloud of `make dev`: its description, its gateway and its commands."""

import io
import json
import os
import re
import socket
import subprocess
import sys
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from local.api import Answer, Api
from local.aws.build import Artifact, check_syntax, rebuild_functions
from local.aws.deployment import STACK
from local.cloud import local_cloud
from local.commands.invoke import invoke as invoke_function
from local.console import Console
from local.description import CLOUD_VARIABLE, Description, running_cloud
from local.errors import LocalCloudError
from local.events.live import event_paths
from local.paths import ROOT
from local.processes import HOST, free_port, is_port_taken
from local.stop_with_parent import GRACE_SECONDS
from local.users import tokens_of
from operations import admin, second_factor
from operations.stages import outputs_of
from tests.builders import booking_body
from tests.cloud.commands import run_module, stand_in_for_a_stage
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import Person, enrol, problem_of, totp
from tests.cloud.stripe_side import eventually

ALLOWED_ORIGIN = "http://localhost:3000"
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def assert_problem(answer: Answer, status: int, code: str) -> None:
    """Assert that an error of a function or the gateway has the contract's shape."""
    problem = answer.json()
    assert (answer.status, problem["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["type"] == f"/docs/problems#{code}"
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert {"title", "detail", "instance"} <= problem.keys()
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


class TestDescription:
    def test_cloud_json_has_the_fields_for_scripts(self, cloud: RunningCloud) -> None:
        content = json.loads(cloud.path.read_text())
        assert content.keys() == {
            "api_url",
            "aws_endpoint_url",
            "region",
            "table",
            "user_pool_id",
            "client_id",
            "stripe_url",
            "stripe_webhook_url",
            "users",
        }
        assert content["users"].keys() == {"customer", "admin"}
        assert all(user.keys() == {"email", "password"} for user in content["users"].values())

    def test_cloud_json_names_the_deployed_resources(self, cloud: RunningCloud) -> None:
        described = cloud.description
        tables = cloud.client("dynamodb").list_tables()["TableNames"]
        assert described.table in tables
        pool = cloud.client("cognito-idp").describe_user_pool(UserPoolId=described.user_pool_id)
        assert pool["UserPool"]["Name"] == STACK
        urls = cloud.client("lambda").get_function_url_config(
            FunctionName=f"{STACK}-stripe_webhook"
        )
        url_id = urlsplit(urls["FunctionUrl"]).netloc.partition(".")[0]
        assert described.stripe_webhook_url.endswith(f"/{url_id}/")

    def test_a_missing_cloud_json_is_a_clear_error(self, tmp_path: Path) -> None:
        with pytest.raises(
            LocalCloudError, match=r"No local cloud is running .* start one with `make dev`"
        ):
            Description.read(tmp_path / "cloud.json")

    def test_a_stopped_cloud_is_a_clear_error(
        self, cloud: RunningCloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stale_file = tmp_path / "cloud.json"
        gone = f"http://{HOST}:{free_port()}"
        replace(cloud.description, aws_endpoint_url=gone).write(stale_file)
        monkeypatch.setenv(CLOUD_VARIABLE, str(stale_file))
        with pytest.raises(LocalCloudError, match="has stopped"):
            running_cloud()


class TestPort:
    @pytest.fixture
    def used_port(self) -> Iterator[int]:
        with socket.socket() as listener:
            listener.bind((HOST, 0))
            listener.listen()
            yield listener.getsockname()[1]

    def test_a_port_in_use_is_a_clear_error(self, used_port: int, tmp_path: Path) -> None:
        with (
            pytest.raises(
                LocalCloudError, match=rf"Port {used_port} is in use.* PORT=\d+$"
            ) as error,
            local_cloud(used_port, tmp_path, Console(io.StringIO())),
        ):
            pytest.fail("it started")
        assert not is_port_taken(int(str(error.value).rpartition("=")[2]))
        assert list(tmp_path.iterdir()) == []

    def test_a_stripe_port_in_use_is_a_clear_error(self, used_port: int, tmp_path: Path) -> None:
        with (
            pytest.raises(LocalCloudError, match=rf"Port {used_port} is in use.* STRIPE_PORT=\d+$"),
            local_cloud(free_port(), tmp_path, Console(io.StringIO()), stripe_port=used_port),
        ):
            pytest.fail("it started")
        assert list(tmp_path.iterdir()) == []

    def test_make_dev_reports_a_port_in_use_in_one_line(self, used_port: int) -> None:
        dev = run_module("local", "--port", str(used_port))
        assert dev.returncode == 1
        assert dev.stderr.startswith(f"Port {used_port} is in use")
        assert dev.stderr.count("\n") == 1


class TestLeash:
    def test_a_server_process_stops_with_its_parent(self, tmp_path: Path) -> None:
        note = tmp_path / "pid"
        child = (
            f"import os, time, pathlib; pathlib.Path({str(note)!r}).write_text(str(os.getpid()))"
        )
        starting = (
            "import subprocess, sys, time;"
            "subprocess.Popen([sys.executable, *sys.argv[1:]], stdin=subprocess.PIPE);"
            "time.sleep(60)"
        )
        starter = subprocess.Popen(
            [
                sys.executable,
                "-c",
                starting,
                ROOT / "local" / "stop_with_parent.py",
                sys.executable,
                "-c",
                f"{child}; time.sleep(60)",
            ]
        )
        wait_until(lambda: note.exists() and bool(note.read_text()))
        pid = int(note.read_text())
        starter.kill()
        starter.wait()
        wait_until(lambda: not is_alive(pid))


class TestHealth:
    @pytest.mark.parametrize("path", ["/health", "/health/database"])
    def test_health_is_answered(self, api: Api, path: str) -> None:
        answer = api.request("GET", path)
        assert (answer.status, answer.json()["status"]) == (200, "ok")

    @pytest.mark.parametrize("path", ["/health", "/health/database"])
    def test_a_head_of_health_has_no_body(self, api: Api, path: str) -> None:
        answer = api.request("HEAD", path)
        assert (answer.status, answer.body) == (200, b"")

    def test_health_names_the_stage_local(self, api: Api) -> None:
        assert api.request("GET", "/health").json()["stage"] == "local"


class TestGatewayErrors:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/api/v1/bookings"),
            ("POST", "/api/v1/bookings"),
            ("GET", "/api/v1/bookings/bkg_k3v7q2m5x4j6n2a5c7d3f6g2h4"),
            ("PUT", "/api/v1/availability/2027-06-19/18:00"),
        ],
    )
    def test_a_request_without_a_token_is_401(self, api: Api, method: str, path: str) -> None:
        answer = api.request(method, path)
        assert_problem(answer, 401, "unauthorized")
        assert answer.headers["WWW-Authenticate"] == "Bearer"

    def test_a_forged_token_is_401(self, api: Api, customer_token: str) -> None:
        head, payload, _ = customer_token.split(".")
        answer = api.request("GET", "/api/v1/bookings", token=f"{head}.{payload}.forged")
        assert_problem(answer, 401, "unauthorized")

    def test_an_id_token_is_401(self, cloud: RunningCloud) -> None:
        token = tokens_of(cloud.description, "customer").id
        assert_problem(
            cloud.api.request("GET", "/api/v1/bookings", token=token), 401, "unauthorized"
        )

    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("GET", "/"),
            ("GET", "/api/v1/nothing"),
            ("GET", "/api/v2/bookings"),
            ("DELETE", "/health"),
            ("PATCH", "/api/v1/bookings/bkg_k3v7q2m5x4j6n2a5c7d3f6g2h4"),
        ],
    )
    def test_an_unknown_route_is_404(self, api: Api, method: str, path: str) -> None:
        assert_problem(api.request(method, path), 404, "not_found")

    def test_a_missing_query_parameter_is_400(self, api: Api) -> None:
        answer = api.request("GET", "/api/v1/availability", query={"from": "2027-06-19"})
        assert_problem(answer, 400, "missing_parameter")
        assert "to" in answer.json()["detail"]

    def test_an_empty_query_parameter_is_missing_to_gateway_and_function_alike(
        self, api: Api
    ) -> None:
        answer = api.request("GET", "/api/v1/availability", query={"from": "", "to": "2027-06-19"})
        assert_problem(answer, 400, "missing_parameter")

    def test_a_missing_header_is_400(self, api: Api, customer_token: str) -> None:
        answer = api.request("POST", "/api/v1/bookings", token=customer_token, body=booking_body())
        assert_problem(answer, 400, "missing_parameter")
        assert "Idempotency-Key" in answer.json()["detail"]

    def test_the_name_of_a_required_header_may_have_any_case(
        self, api: Api, customer_token: str
    ) -> None:
        """HTTP/2, and so every browser, sends header names in lower case."""
        answer = api.request(
            "POST",
            "/api/v1/bookings",
            token=customer_token,
            body=booking_body(guests=0),
            headers={"idempotency-key": "k"},
        )
        assert_problem(answer, 422, "validation_failed")

    def test_a_customer_cannot_set_a_capacity(self, api: Api, customer_token: str) -> None:
        path = "/api/v1/availability/2027-06-19/18:00"
        answer = api.request("PUT", path, token=customer_token, body={"capacity": 2})
        assert_problem(answer, 403, "forbidden")


class TestCors:
    def test_an_allowed_origin_can_read_answers(self, api: Api) -> None:
        answer = api.request("GET", "/health", headers={"Origin": ALLOWED_ORIGIN})
        assert answer.headers["Access-Control-Allow-Origin"] == ALLOWED_ORIGIN

    def test_an_unknown_origin_cannot_read_answers(self, api: Api) -> None:
        answer = api.request("GET", "/health", headers={"Origin": "https://evil.example"})
        assert answer.status == 200
        assert "Access-Control-Allow-Origin" not in answer.headers

    def test_an_allowed_origin_can_read_errors_of_the_gateway(self, api: Api) -> None:
        answer = api.request("GET", "/api/v1/bookings", headers={"Origin": ALLOWED_ORIGIN})
        assert answer.status == 401
        assert answer.headers["Access-Control-Allow-Origin"] == ALLOWED_ORIGIN

    @pytest.mark.parametrize(
        "path",
        [
            "/api/v1/bookings",
            "/api/v1/bookings?limit=5&order=desc",
            "/api/v1/availability?from=2027-06-19&to=2027-06-20",
            "/api/v1/quotes",
            "/health/database",
        ],
    )
    def test_a_preflight_request_is_answered_for_each_path(self, api: Api, path: str) -> None:
        answer = api.request(
            "OPTIONS",
            path,
            headers={
                "Origin": ALLOWED_ORIGIN,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
            },
        )
        assert answer.status == 204
        assert answer.headers["Access-Control-Allow-Origin"] == ALLOWED_ORIGIN
        allowed = answer.headers["Access-Control-Allow-Headers"].lower()
        assert {"authorization", "idempotency-key", "if-match"} <= set(re.split(r",\s*", allowed))


class TestSeeds:
    def test_the_demo_customer_has_bookings(self, api: Api, customer_token: str) -> None:
        listed = api.request("GET", "/api/v1/bookings", token=customer_token, query={"limit": "50"})
        slots = {(item["date"], item["time"]) for item in listed.json()["items"]}
        assert len(slots) >= 3

    def test_a_seeded_booking_has_a_paid_deposit(self, api: Api, customer_token: str) -> None:
        query = {"status": "confirmed"}
        eventually(
            lambda: api.request(
                "GET", "/api/v1/bookings", token=customer_token, query=query
            ).json(),
            lambda listed: listed["items"],
        )

    def test_a_new_customer_has_no_bookings(
        self, api: Api, new_customer: Callable[[], str]
    ) -> None:
        listed = api.request("GET", "/api/v1/bookings", token=new_customer())
        assert (listed.status, listed.json()["items"]) == (200, [])


KEY = {"pk": {"S": "PROBE"}, "sk": {"S": "PROBE"}}


class TestIam:
    """A probe function with another function's role has that role's rights only."""

    PROBE = """
import botocore.session
from botocore.exceptions import ClientError

def handler(event, context):
    client = botocore.session.get_session().create_client(event["service"])
    try:
        getattr(client, event["call"])(**event["arguments"])
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "allowed"
"""

    @pytest.fixture
    def probe(self, cloud: RunningCloud) -> Iterator[Callable[..., str]]:
        functions = cloud.client("lambda")
        names: list[str] = []

        def call(role_of: str, method: str, **arguments: Any) -> str:
            role = functions.get_function_configuration(FunctionName=f"{STACK}-{role_of}")["Role"]
            names.append(f"probe-{uuid.uuid4()}")
            functions.create_function(
                FunctionName=names[-1],
                Role=role,
                Runtime="python3.13",
                Handler="app.handler",
                Timeout=10,
                Code={"ZipFile": archive({"app.py": self.PROBE})},
            )
            if "SecretId" in arguments:
                event = {"service": "secretsmanager", "arguments": arguments}
            else:
                table = {"TableName": cloud.description.table}
                event = {"service": "dynamodb", "arguments": table | arguments}
            payload = json.dumps(event | {"call": method}).encode()
            answer = functions.invoke(FunctionName=names[-1], Payload=payload)
            return str(json.loads(answer["Payload"].read()))

        yield call
        for name in names:
            functions.delete_function(FunctionName=name)

    @staticmethod
    def _secret(probe: Callable[..., str], role_of: str, which: str, cloud: RunningCloud) -> str:
        outputs = outputs_of(cloud.client("cloudformation"), STACK)
        arn = outputs[f"Stripe{which}SecretArn"]
        return probe(role_of, "get_secret_value", SecretId=arn)

    def test_a_function_that_only_records_refund_obligations_cannot_read_the_stripe_key(
        self, cloud: RunningCloud, probe: Callable[..., str]
    ) -> None:
        assert self._secret(probe, "follow_up_payments", "ApiKey", cloud) == "allowed"
        assert self._secret(probe, "refund_payment", "ApiKey", cloud) == "AccessDeniedException"

    def test_only_the_webhook_can_read_the_webhook_secret(
        self, cloud: RunningCloud, probe: Callable[..., str]
    ) -> None:
        assert self._secret(probe, "stripe_webhook", "Webhook", cloud) == "allowed"
        assert (
            self._secret(probe, "reconcile_payments", "Webhook", cloud) == "AccessDeniedException"
        )

    def test_list_payments_cannot_write_to_the_table(self, probe: Callable[..., str]) -> None:
        assert probe("list_payments", "put_item", Item=KEY) == "AccessDeniedException"

    def test_a_job_can_read_its_own_index_only(self, probe: Callable[..., str]) -> None:
        def look(index: str) -> str:
            return probe(
                "complete_past_bookings",
                "query",
                IndexName=index,
                KeyConditionExpression=f"{index.lower()}pk = :of",
                ExpressionAttributeValues={":of": {"S": "PROBE"}},
            )

        assert look("GSI3") == "allowed"
        assert look("GSI1") == "AccessDeniedException"

    def test_a_reading_function_can_read_the_table(self, probe: Callable[..., str]) -> None:
        assert probe("get_booking", "get_item", Key=KEY) == "allowed"

    def test_a_reading_function_cannot_write_to_the_table(self, probe: Callable[..., str]) -> None:
        assert probe("get_booking", "put_item", Item=KEY) == "AccessDeniedException"

    def test_no_function_can_scan_the_table(self, probe: Callable[..., str]) -> None:
        assert probe("create_booking", "scan") == "AccessDeniedException"

    def test_health_has_no_rights_on_the_table(self, probe: Callable[..., str]) -> None:
        assert probe("get_health", "get_item", Key=KEY) == "AccessDeniedException"


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
        with pytest.raises(LocalCloudError, match=r'File "app.py", line 2'):
            check_syntax([saved])


_DONE = r"^20[0124]$|groupsToOverride|\"batchItemFailures\": \[\]|^It returned nothing\.$"


class TestInvoke:
    def test_make_invoke_succeeds_for_every_function(self, cloud: RunningCloud) -> None:
        names = sorted(event_paths(), key=_bookings_first)
        output = {name: invoke_function(cloud.description, name) for name in names}
        assert {name: error for name, (error, succeeded) in output.items() if not succeeded} == {}
        unexpected = {
            name: error
            for name, (error, _) in output.items()
            if not re.search(_DONE, error, re.MULTILINE)
        }
        assert unexpected == {}

    def test_make_invoke_prints_the_answer_and_the_log(self, cloud: RunningCloud) -> None:
        output = invoke(cloud, "create_booking").stdout
        assert re.search(r'^  "booking_id": "bkg_[a-z2-7]{26}",$', output, re.MULTILINE)
        assert '"operation":"createBooking"' in output
        event = "events/bookings/create_booking.json"
        assert f"sam local invoke CreateBookingFunction --event {event}" in output

    def test_make_invoke_accepts_another_event(self, cloud: RunningCloud) -> None:
        output = invoke(cloud, "reconcile_payments", '--event={"scope": "full"}').stdout
        assert 'Schedule: {"scope": "full"}' in output
        assert '"operation":"reconcilePayments"' in output
        assert '"message":"answered"' in output

    def test_make_invoke_lists_the_functions_for_an_unknown_name(self, cloud: RunningCloud) -> None:
        output = invoke(cloud, "creat_booking")
        assert output.returncode == 1
        assert "There is no function 'creat_booking'" in output.stderr
        assert "  create_booking\n" in output.stderr

    def test_make_token_prints_a_valid_token(self, cloud: RunningCloud) -> None:
        token = run_module("local.commands.access_token", "admin", cloud=cloud).stdout.strip()
        listed = cloud.api.request("GET", "/api/v1/bookings", token=token)
        assert listed.status == 200

    def test_make_invoke_prints_the_answer_of_a_trigger(self, cloud: RunningCloud) -> None:
        output = invoke(cloud, "customize_tokens").stdout
        assert "Cognito: TokenGeneration_Authentication" in output
        assert '"groupsToOverride"' in output


class TestMakeCode:
    def test_make_code_prints_the_newest_code(self, cloud: RunningCloud) -> None:
        person = Person(cloud.description)
        person.register()
        read = run_module("local.commands.mailed_code", person.email.upper(), cloud=cloud)
        assert re.fullmatch(r"\d{6}\n", read.stdout)

    @pytest.mark.parametrize(
        ("email", "message"),
        [("nobody@teppan.example", "No mail with a code has gone to nobody@"), ("", "Whose code?")],
    )
    def test_make_code_reports_a_missing_code_or_address(
        self, cloud: RunningCloud, email: str, message: str
    ) -> None:
        read = run_module("local.commands.mailed_code", email, cloud=cloud)
        assert (read.returncode, read.stdout) == (1, "")
        assert read.stderr.startswith(message)


class TestMakeAdmin:
    def test_make_admin_adds_a_confirmed_account_to_the_admins(self, cloud: RunningCloud) -> None:
        person = Person(cloud.description)
        person.register()
        person.confirm()
        result = subprocess.run(
            ["make", "-s", "admin", f"EMAIL={person.email.upper()}"],
            cwd=ROOT,
            env=os.environ | {CLOUD_VARIABLE: str(cloud.path)},
            check=True,
            capture_output=True,
            text=True,
        )
        assert "is an admin from the next login on" in result.stdout
        token = person.tokens()["access_token"]
        me = cloud.api.request("GET", "/api/v1/auth/me", token=token).json()
        assert me["role"] == "admin"

    def test_make_admin_refuses_an_unconfirmed_account(self, cloud: RunningCloud) -> None:
        person = Person(cloud.description)
        person.register()
        result = run_module("operations.admin", person.email, cloud=cloud)
        assert result.returncode == 1
        assert "is not confirmed (UNCONFIRMED): confirm it first." in result.stderr

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["nobody@teppan.example"], "There is no account of nobody@teppan.example"),
            ([], "Whose account?"),
            (["a@teppan.example", "--stage", "moon"], "There is no stage 'moon': choose dev,"),
        ],
        ids=["unknown account", "no account", "unknown stage"],
    )
    def test_make_admin_reports_a_mistake_in_one_line(
        self, cloud: RunningCloud, arguments: list[str], message: str
    ) -> None:
        result = run_module("operations.admin", *arguments, cloud=cloud)
        assert (result.returncode, result.stdout) == (1, "")
        assert result.stderr.startswith(message)
        assert result.stderr.count("\n") == 1

    def test_make_admin_in_prod_requires_a_second_factor(
        self,
        cloud: RunningCloud,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        # Given the local stack in place of the deployed one, and a person without a second factor
        stand_in_for_a_stage(cloud, monkeypatch)
        person = Person(cloud.description)
        person.register()
        person.confirm()
        # When, then
        assert admin.main([person.email, "--stage", "prod"]) == 1
        error = capsys.readouterr().err
        assert "has no second factor: run `make second-factor` first." in error
        assert error.count("\n") == 1
        # When the person has one, then
        enrol(cloud.accounts, person)
        assert admin.main([person.email, "--stage", "prod"]) == 0
        assert "is an admin from the next login on" in capsys.readouterr().out


class TestSecondFactor:
    def test_make_second_factor_sets_up_the_app_with_the_owner(
        self,
        cloud: RunningCloud,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        # Given a person who types a password and the app's code for the printed key
        monkeypatch.setenv(CLOUD_VARIABLE, str(cloud.path))
        person = Person(cloud.description)
        person.register()
        person.confirm()
        keys: list[str] = []

        def code(_prompt: str) -> str:
            keys.extend(re.findall(r"authenticator app: (\w+)", capsys.readouterr().out))
            return totp(keys[-1])

        monkeypatch.setattr("getpass.getpass", lambda _prompt: person.password)
        monkeypatch.setattr("builtins.input", code)
        # When
        assert second_factor.main([person.email]) == 0
        # Then
        assert "logs in with the app's code" in capsys.readouterr().out
        assert problem_of(person.log_in()) == (401, "mfa_required")
        assert person.log_in(mfa_code=totp(keys[-1])).status == 200
        # And a second run is refused with a clear message
        assert second_factor.main([person.email]) == 1
        assert "SOFTWARE_TOKEN_MFA" in capsys.readouterr().err

    def test_make_second_factor_with_a_wrong_code_changes_nothing(
        self,
        cloud: RunningCloud,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv(CLOUD_VARIABLE, str(cloud.path))
        person = Person(cloud.description)
        person.register()
        person.confirm()
        monkeypatch.setattr("getpass.getpass", lambda _prompt: person.password)
        monkeypatch.setattr("builtins.input", lambda _prompt: "000000")

        assert second_factor.main([person.email]) == 1
        assert "nothing has changed" in capsys.readouterr().err
        assert person.log_in().status == 200


def invoke(cloud: RunningCloud, name: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `make invoke F=<name>` without make."""
    return run_module("local.commands.invoke", *options, name, cloud=cloud)


def archive(files: dict[str, str]) -> bytes:
    """Return a zip archive of sources, as Lambda accepts it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        for name, source in files.items():
            zipped.writestr(name, source)
    return buffer.getvalue()


def is_alive(pid: int) -> bool:
    """Return whether a process exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until a condition is true, at most for the grace period of a leash."""
    deadline = time.monotonic() + 2 * GRACE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _bookings_first(name: str) -> tuple[bool, str]:
    """Sort functions so that bookings are created first and cancelled last."""
    return (name == "cancel_booking", name)
