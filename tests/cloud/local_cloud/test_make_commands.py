"""The commands of the Makefile for a running local cloud."""

import json
import os
import re
import subprocess
from dataclasses import replace

import pytest
from local.commands.invoke import invoke as invoke_function
from local.description import CLOUD_VARIABLE
from local.live_events.live_event import event_paths, live_event
from local.paths import ROOT
from operations import admin, second_factor
from tests.cloud.commands import invoke, run_module, stand_in_for_a_stage
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import Person, enrol, problem_of, totp
from tests.commands.developer import set_account

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
        assert "sam local invoke CreateBookingFunction --config-file" in output

    def test_make_invoke_accepts_another_event(self, cloud: RunningCloud) -> None:
        output = invoke(cloud, "reconcile_payments", '--event={"scope": "full"}').stdout
        assert 'Schedule: {"scope": "full"}' in output
        assert '"operation":"reconcilePayments"' in output
        assert '"message":"answered"' in output

    def test_make_invoke_sends_a_body_that_is_no_json(self, cloud: RunningCloud) -> None:
        event = json.loads(event_paths()["create_quote"].read_text("utf-8")) | {"body": "notjson"}
        output = invoke(cloud, "create_quote", f"--event={json.dumps(event)}")
        assert "\nnotjson\n" in output.stdout
        assert '"code": "malformed_json"' in output.stdout

    @pytest.mark.parametrize(
        "event",
        [{"requestContext": {}}, {"Records": [{}]}, {"requestContext": None, "version": "2.0"}],
    )
    def test_make_invoke_sends_an_event_of_no_known_kind(
        self, cloud: RunningCloud, event: dict[str, object]
    ) -> None:
        output = invoke(cloud, "get_health", f"--event={json.dumps(event)}")
        assert f"Event: {json.dumps(event)}" in output.stdout
        assert "Traceback" not in output.stderr

    def test_make_invoke_creates_more_bookings_than_a_customer_may(
        self, cloud: RunningCloud
    ) -> None:
        for _ in range(4):
            output, succeeded = invoke_function(cloud.description, "create_booking")
            assert succeeded
            assert re.search(r"^201$", output, re.MULTILINE), output

    def test_make_invoke_logs_in_for_no_request_without_a_token(self, cloud: RunningCloud) -> None:
        broken = replace(cloud.description, users={})
        assert live_event(event_paths()["get_health"], broken)["path"] == "/health"

    def test_make_invoke_lists_the_functions_for_an_unknown_name(self, cloud: RunningCloud) -> None:
        output = invoke(cloud, "creat_booking")
        assert output.returncode == 1
        assert "There is no function 'creat_booking'" in output.stderr
        assert "  create_booking\n" in output.stderr

    def test_make_token_prints_a_valid_token(self, cloud: RunningCloud) -> None:
        token = run_module("local.commands.access_token", "admin", cloud=cloud).stdout.strip()
        listed = cloud.api.request("GET", "/api/v1/bookings", token=token)
        assert listed.status == 200

    @pytest.mark.parametrize(
        ("arguments", "output"),
        [
            (["local.commands.invoke", "get_health"], "200"),
            (["local.commands.access_token"], "eyJ"),
            (["local.commands.mailed_code", "nobody@x.example"], "No mail with a code"),
            (["operations.admin", "nobody@x.example"], "There is no account of nobody@x.example"),
            (["operations.webhook_endpoint"], "Stripe sends events to http://127.0.0.1:"),
        ],
    )
    def test_the_developers_account_and_proxy_change_no_command(
        self,
        cloud: RunningCloud,
        monkeypatch: pytest.MonkeyPatch,
        arguments: list[str],
        output: str,
    ) -> None:
        set_account(monkeypatch)

        answer = run_module(*arguments, cloud=cloud)

        assert output in f"{answer.stdout}{answer.stderr}"
        assert "Traceback" not in answer.stderr

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


def _bookings_first(name: str) -> tuple[bool, str]:
    """Sort functions so that bookings are created first and cancelled last."""
    return (name == "cancel_booking", name)
