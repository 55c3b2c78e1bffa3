"""The life of an account over HTTP, against the deployed template and contract.

Rotation is what `local/emulated.py` adds to the emulator; the codes are read from its mailbox.
"""

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median
from typing import Any

import pytest
from local.admin import make_admin
from local.api import Answer, Api
from local.deployment import STACK
from local.description import DemoUser
from local.users import create_user
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import Customer, Person, comparable, problem_of

type NewPerson = Callable[[], Person]


@pytest.fixture
def stranger(cloud: RunningCloud) -> Person:
    """Somebody who has not registered."""
    return Person(cloud.description)


@pytest.fixture
def new_member(cloud: RunningCloud) -> NewPerson:
    """Make people with a confirmed account."""

    def make() -> Person:
        person = Person(cloud.description)
        user = DemoUser(person.email, person.password)
        create_user(cloud.client("cognito-idp"), cloud.description.user_pool_id, user, "customer")
        return person

    return make


@pytest.fixture
def member(new_member: NewPerson) -> Person:
    """Somebody with a confirmed account."""
    return new_member()


class TestStory:
    def test_from_registering_to_a_new_password(
        self, cloud: RunningCloud, stranger: Person, day: str
    ) -> None:
        aiko = stranger

        # Given she has registered and typed in the code from her mailbox
        assert aiko.register().status == 202
        assert aiko.confirm().status == 204

        # When she logs in on two devices
        phone, laptop = aiko.tokens(), aiko.tokens()
        assert phone.keys() == {
            "access_token",
            "id_token",
            "refresh_token",
            "token_type",
            "expires_in",
        }
        assert phone["expires_in"] == 900
        on_phone = Customer(cloud.api, phone["access_token"])

        # Then she is known, and may book
        me = on_phone("GET", "/auth/me").json()
        assert me == me | {
            "email": aiko.email,
            "email_verified": True,
            "role": "customer",
            "mfa_enabled": False,
        }
        booked = on_phone.book(date=day)
        assert booked.status == 201
        assert booked.json()["customer_id"] == me["user_id"]
        path = f"/bookings/{booked.json()['booking_id']}"

        # When she stays in for longer than an access token lasts
        refreshed = _refresh(aiko, phone)
        assert refreshed.status == 200
        assert refreshed.json()["refresh_token"] != phone["refresh_token"]

        # Then the refresh token sent is good for a retry, and after the grace for nothing
        assert _refresh(aiko, phone).status == 200
        time.sleep(cloud.refresh_grace_seconds + 1)
        assert problem_of(_refresh(aiko, phone)) == (401, "invalid_refresh_token")
        phone = _refresh(aiko, refreshed.json()).json()
        on_phone = Customer(cloud.api, phone["access_token"])

        # When she logs out on the phone
        logged_out = aiko.post(
            "/logout", phone["access_token"], refresh_token=phone["refresh_token"]
        )
        assert (logged_out.status, logged_out.body) == (204, b"")

        # Then that session changes nothing any more, reads until its token ends, and is not renewed
        assert problem_of(on_phone("PUT", path, {"guests": 14})) == (401, "unauthorized")
        assert problem_of(on_phone.book(date=day, time="12:00")) == (401, "unauthorized")
        assert problem_of(on_phone("GET", "/auth/me")) == (401, "unauthorized")
        assert on_phone("GET", path).status == 200
        assert problem_of(_refresh(aiko, phone)) == (401, "invalid_refresh_token")

        # And the other one goes on
        on_laptop = Customer(cloud.api, laptop["access_token"])
        assert on_laptop("PUT", path, {"guests": 14}).status == 200

        # When she sets a new password
        assert aiko.post("/reset-password", email=aiko.email).status == 202
        renewed = replace(aiko, password=f"{aiko.password}, renewed")
        reset = aiko.post(
            "/reset-password/confirm",
            email=aiko.email,
            code=aiko.newest_code,
            new_password=renewed.password,
        )
        assert (reset.status, reset.body) == (204, b"")

        # Then all her sessions are over
        assert problem_of(on_laptop("DELETE", path)) == (401, "unauthorized")
        assert problem_of(on_laptop("GET", "/auth/me")) == (401, "unauthorized")
        assert problem_of(_refresh(aiko, laptop)) == (401, "invalid_refresh_token")

        # And the new password opens the account, the old one does not
        assert problem_of(aiko.log_in()) == (401, "invalid_credentials")
        again = Customer(cloud.api, renewed.tokens()["access_token"])
        assert again("DELETE", path).status == 200

    def test_a_second_logout_of_a_session_is_refused(self, member: Person) -> None:
        tokens = member.tokens()
        fields = {"refresh_token": tokens["refresh_token"]}
        first = member.post("/logout", tokens["access_token"], **fields)
        second = member.post("/logout", tokens["access_token"], **fields)
        assert first.status == 204
        assert problem_of(second) == (401, "unauthorized")

    def test_a_session_refreshed_after_a_logout_elsewhere_goes_on(self, member: Person) -> None:
        phone, laptop = member.tokens(), member.tokens()
        member.post("/logout", phone["access_token"], refresh_token=phone["refresh_token"])
        assert _refresh(member, laptop).status == 200

    def test_the_case_of_an_address_does_not_count(self, stranger: Person) -> None:
        # Given an account registered in one case
        shouted = replace(stranger, email=stranger.email.upper())
        assert shouted.register().status == 202
        assert stranger.confirm().status == 204
        # When somebody logs in with another
        mixed = replace(stranger, email=stranger.email.title())
        # Then it is theirs
        assert mixed.log_in().status == shouted.log_in().status == 200

    def test_the_newest_registration_counts(self, stranger: Person) -> None:
        # Given somebody else has registered the address before
        intruder = replace(stranger, password="a passphrase of an intruder")
        assert intruder.register().status == 202
        # When its owner registers
        assert stranger.register().status == 202
        # Then only the owner's password confirms the account and opens it
        assert problem_of(intruder.confirm()) == (400, "invalid_code")
        assert stranger.confirm().status == 204
        assert problem_of(intruder.log_in()) == (401, "invalid_credentials")
        assert stranger.log_in().status == 200

    def test_a_code_is_good_once(self, member: Person) -> None:
        member.post("/reset-password", email=member.email)
        fields = {"email": member.email, "code": member.newest_code}
        first = member.post("/reset-password/confirm", **fields, new_password=member.password)
        again = member.post("/reset-password/confirm", **fields, new_password="taken over by me")
        assert first.status == 204
        assert problem_of(again) == (400, "invalid_code")
        assert member.log_in().status == 200


class TestNobodyIsToldWhoHasAnAccount:
    def test_register(self, member: Person, stranger: Person) -> None:
        taken = replace(member, password="another passphrase").register()
        assert comparable(taken) == comparable(stranger.register())
        assert taken.status == 202
        assert member.log_in().status == 200

    @pytest.mark.parametrize("path", ["/register/resend", "/reset-password"])
    def test_asking_for_a_code(self, member: Person, stranger: Person, path: str) -> None:
        known = member.post(path, email=member.email)
        unknown = stranger.post(path, email=stranger.email)
        assert comparable(known) == comparable(unknown)
        assert known.status == 202

    def test_a_failed_login(self, member: Person, stranger: Person) -> None:
        wrong, unknown = member.log_in("not my password"), stranger.log_in()
        assert comparable(wrong) == comparable(unknown)
        assert problem_of(wrong) == (401, "invalid_credentials")
        assert wrong.headers["WWW-Authenticate"] == "Bearer"

    def test_a_wrong_code(self, member: Person, stranger: Person) -> None:
        known, unknown = (
            person.post(
                "/reset-password/confirm",
                email=person.email,
                code="000000",
                new_password="whatever it was",
            )
            for person in (member, stranger)
        )
        assert comparable(known) == comparable(unknown)
        assert problem_of(known) == (400, "invalid_code")

    def test_an_unconfirmed_account(self, stranger: Person) -> None:
        # Given an account that waits for its code
        unknown = stranger.log_in()
        stranger.register()
        # When somebody without the password, and its owner, log in
        wrong, right = stranger.log_in("not my password"), stranger.log_in()
        # Then only the owner learns what to do
        assert comparable(wrong) == comparable(unknown)
        assert problem_of(right) == (403, "account_not_confirmed")

    def test_login_takes_as_long(self, cloud: RunningCloud, new_member: NewPerson) -> None:
        # Given warm functions, and as many people with an account as without
        known = [new_member() for _ in range(7)]
        unknown = [Person(cloud.description) for _ in known]
        Person(cloud.description).log_in()
        # When they fail to log in, in turn
        pairs = zip(known, unknown, strict=True)
        spans = [(_span(one), _span(other)) for one, other in pairs]
        # Then it takes as long
        with_account, without = (median(each) for each in zip(*spans, strict=True))
        assert 1 / 1.5 < with_account / without < 1.5


class TestLockout:
    def test_the_sixth_failure_must_wait(self, member: Person, stranger: Person) -> None:
        answers = [
            [person.log_in("not my password") for _ in range(6)] for person in (member, stranger)
        ]
        for failures in answers:
            assert {problem_of(each) for each in failures[:5]} == {(401, "invalid_credentials")}
            assert problem_of(failures[5]) == (429, "too_many_attempts")
            assert 1 <= int(failures[5].headers["Retry-After"]) <= 2
        known, unknown = ([comparable(each) for each in failures] for failures in answers)
        assert known == unknown

    def test_the_right_password_waits_too_and_then_opens(self, member: Person) -> None:
        # Given as many failures as are free
        for _ in range(5):
            member.log_in("not my password")
        # When the right password comes too early
        early = member.log_in()
        # Then it waits like any other, and after the wait it is right
        assert problem_of(early) == (429, "too_many_attempts")
        time.sleep(int(early.headers["Retry-After"]))
        assert member.log_in().status == 200

    @pytest.mark.parametrize("path", ["/register/resend", "/reset-password"])
    def test_the_fourth_mail_must_wait(self, member: Person, stranger: Person, path: str) -> None:
        for person in (member, stranger):
            answers = [person.post(path, email=person.email) for _ in range(4)]
            assert [each.status for each in answers] == [202, 202, 202, 429]
            assert 890 <= int(answers[3].headers["Retry-After"]) <= 900


@pytest.fixture
def mfa_required_of_admins(cloud: RunningCloud) -> Iterator[None]:
    """Put the pool's trigger into the environment that it has in prod, for one test."""
    functions, name = cloud.client("lambda"), f"{STACK}-require_admin_mfa"
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    def configure(variables: dict[str, str]) -> None:
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": variables}
        )

    configure(before | {"ADMIN_MFA": "required"})
    yield
    configure(before)


class TestAdmins:
    def test_an_admin_is_made_by_a_command(self, cloud: RunningCloud, member: Person) -> None:
        _make_admin(cloud, member)
        token = member.tokens()["access_token"]
        assert _me(cloud, token)["role"] == "admin"

    @pytest.mark.usefixtures("mfa_required_of_admins")
    def test_where_it_is_required_rights_come_with_the_second_factor(
        self, cloud: RunningCloud, member: Person, day: str
    ) -> None:
        # Given an admin without a second factor
        _make_admin(cloud, member)
        tokens = member.tokens()
        capacity = f"/availability/{day}/18:00"

        # Then they have the rights of a customer, and a refresh brings no more
        for token in (tokens["access_token"], _refresh(member, tokens).json()["access_token"]):
            assert _me(cloud, token)["role"] == "customer"
            without = Customer(cloud.api, token)("PUT", capacity, {"capacity": 2})
            assert problem_of(without) == (403, "forbidden")

        # When they set one up, by Cognito's own calls
        secret = _enrol(cloud, tokens["access_token"])

        # Then a login needs the code of their app
        assert problem_of(member.log_in()) == (401, "mfa_required")
        wrong = member.log_in(mfa_code=_another(_totp(secret)))
        assert problem_of(wrong) == (401, "invalid_mfa_code")
        token = member.tokens(mfa_code=_totp(secret))["access_token"]

        # And they are an admin
        assert _me(cloud, token) == _me(cloud, token) | {"role": "admin", "mfa_enabled": True}
        assert Customer(cloud.api, token)("PUT", capacity, {"capacity": 2}).status == 200

    def test_a_logged_out_admin_does_not_even_read(
        self, cloud: RunningCloud, member: Person
    ) -> None:
        _make_admin(cloud, member)
        tokens = member.tokens()
        admin = Customer(cloud.api, tokens["access_token"])
        assert admin("GET", "/bookings").status == 200
        member.post("/logout", tokens["access_token"], refresh_token=tokens["refresh_token"])
        assert problem_of(admin("GET", "/bookings")) == (401, "unauthorized")


def _refresh(person: Person, tokens: dict[str, Any]) -> Answer:
    return person.post("/refresh", refresh_token=tokens["refresh_token"])


def _span(person: Person) -> float:
    """Return the seconds that a failed login takes."""
    began = time.perf_counter()
    assert person.log_in("not my password").status == 401
    return time.perf_counter() - began


def _make_admin(cloud: RunningCloud, person: Person) -> None:
    make_admin(cloud.client("cognito-idp"), cloud.description.user_pool_id, person.email)


def _me(cloud: RunningCloud, token: str) -> dict[str, Any]:
    answer = Api(cloud.description.api_url).request("GET", "/api/v1/auth/me", token=token)
    assert answer.status == 200
    me: dict[str, Any] = answer.json()
    return me


def _enrol(cloud: RunningCloud, access_token: str) -> str:
    """Set up an authenticator app as docs/identity.md says; return its secret."""
    cognito = cloud.client("cognito-idp")
    secret: str = cognito.associate_software_token(AccessToken=access_token)["SecretCode"]
    verified = cognito.verify_software_token(AccessToken=access_token, UserCode=_totp(secret))
    assert verified["Status"] == "SUCCESS"
    cognito.set_user_mfa_preference(
        AccessToken=access_token,
        SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True},
    )
    return secret


def _totp(secret: str) -> str:
    """Return the code that an authenticator app shows now (RFC 6238)."""
    mac = hmac.digest(
        base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1
    )
    number = int.from_bytes(mac[mac[-1] & 15 :][:4]) & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def _another(code: str) -> str:
    return code[::-1] if code != code[::-1] else "123456"
