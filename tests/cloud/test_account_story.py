"""Accounts over HTTP, with the deployed template and contract.

`local/aws/emulator_patches` adds the rotation of refresh tokens to the emulator. The codes are read
from the emulator's mailbox.
"""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local.aws.deployment import STACK
from local.description import DemoUser
from local.errors import CommandError
from local.events.live import event_paths
from local.users import create_user
from operations.admin import make_admin
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import (
    Customer,
    Person,
    comparable,
    enrol,
    problem_of,
    totp,
)

from teppan.store.table import Table

type NewPerson = Callable[[], Person]


@pytest.fixture
def stranger(cloud: RunningCloud) -> Person:
    """Return a person who has not registered."""
    return Person(cloud.description)


@pytest.fixture
def new_member(cloud: RunningCloud) -> NewPerson:
    """Return a function that creates people with a confirmed account."""

    def make() -> Person:
        person = Person(cloud.description)
        user = DemoUser(person.email, person.password)
        create_user(cloud.client("cognito-idp"), cloud.description.user_pool_id, user, "customer")
        return person

    return make


@pytest.fixture
def member(new_member: NewPerson) -> Person:
    """Return a person with a confirmed account."""
    return new_member()


class TestStory:
    def test_an_account_works_from_registration_to_a_new_password(
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

        # When she uses the session for longer than an access token is valid
        refreshed = aiko.refresh(phone)
        assert refreshed.status == 200
        assert refreshed.json()["refresh_token"] != phone["refresh_token"]

        # Then the used refresh token is valid for a retry, and invalid after the grace period
        assert aiko.refresh(phone).status == 200
        time.sleep(cloud.refresh_grace_seconds + 1)
        assert problem_of(aiko.refresh(phone)) == (401, "invalid_refresh_token")
        phone = aiko.refresh(refreshed.json()).json()
        on_phone = Customer(cloud.api, phone["access_token"])

        # When she logs out on the phone
        logged_out = aiko.log_out(phone)
        assert (logged_out.status, logged_out.body) == (204, b"")

        # Then that session can change nothing, read until its token expires, and not be refreshed
        assert problem_of(on_phone("PUT", path, {"guests": 14})) == (401, "unauthorized")
        assert problem_of(on_phone.book(date=day, time="12:00")) == (401, "unauthorized")
        assert problem_of(on_phone("GET", "/auth/me")) == (401, "unauthorized")
        assert on_phone("GET", path).status == 200
        assert problem_of(aiko.refresh(phone)) == (401, "invalid_refresh_token")

        # And the other session stays valid
        on_laptop = Customer(cloud.api, laptop["access_token"])
        assert on_laptop("PUT", path, {"guests": 14}).status == 200

        # When she sets a new password
        renewed = replace(aiko, password=f"{aiko.password}, renewed")
        reset = aiko.reset_password(renewed.password)
        assert (reset.status, reset.body) == (204, b"")

        # Then all her sessions have ended
        assert problem_of(on_laptop("DELETE", path)) == (401, "unauthorized")
        assert problem_of(on_laptop("GET", "/auth/me")) == (401, "unauthorized")
        assert problem_of(aiko.refresh(laptop)) == (401, "invalid_refresh_token")

        # And only the new password is accepted
        assert problem_of(aiko.log_in()) == (401, "invalid_credentials")
        again = Customer(cloud.api, renewed.tokens()["access_token"])
        assert again("DELETE", path).status == 200

    def test_a_second_logout_of_a_session_is_refused(self, member: Person) -> None:
        tokens = member.tokens()
        first, second = member.log_out(tokens), member.log_out(tokens)
        assert first.status == 204
        assert problem_of(second) == (401, "unauthorized")

    def test_a_session_stays_valid_after_a_logout_of_another_session(self, member: Person) -> None:
        phone, laptop = member.tokens(), member.tokens()
        assert member.log_out(phone).status == 204
        assert member.refresh(laptop).status == 200

    def test_an_e_mail_address_is_accepted_in_any_case(self, stranger: Person) -> None:
        # Given an account registered in one case
        in_upper_case = replace(stranger, email=stranger.email.upper())
        assert in_upper_case.register().status == 202
        assert stranger.confirm().status == 204
        # When the person logs in with another case
        in_title_case = replace(stranger, email=stranger.email.title())
        # Then the login succeeds
        assert in_title_case.log_in().status == in_upper_case.log_in().status == 200

    def test_the_owner_of_the_mailbox_sets_the_password_of_a_registered_address(
        self, stranger: Person
    ) -> None:
        # Given another person has registered the address before
        intruder = replace(stranger, password="a passphrase of an intruder")
        assert intruder.register().status == 202
        # When its owner registers, and confirms with the code from the mailbox
        assert stranger.register().status == 202
        assert stranger.confirm().status == 204
        # Then only the owner's password is accepted
        assert problem_of(intruder.log_in()) == (401, "invalid_credentials")
        assert stranger.log_in().status == 200
        # And registering or confirming it once more changes nothing
        assert intruder.register().status == 202
        assert problem_of(intruder.confirm()) == (400, "invalid_code")
        assert problem_of(intruder.log_in()) == (401, "invalid_credentials")
        assert stranger.log_in().status == 200

    def test_an_interrupted_confirmation_is_recovered_by_a_password_reset(
        self, cloud: RunningCloud, stranger: Person
    ) -> None:
        # Given an account that is confirmed, but whose password was not set
        stranger.register()
        cloud.client("cognito-idp").confirm_sign_up(
            **cloud.app_client.about(stranger.email), ConfirmationCode=stranger.newest_code
        )
        assert problem_of(stranger.log_in()) == (401, "invalid_credentials")
        # When its owner resets the password
        assert stranger.reset_password(stranger.password).status == 204
        # Then the new password is accepted
        assert stranger.log_in().status == 200

    def test_a_new_password_ends_every_session_but_the_next_login(self, member: Person) -> None:
        # Given a session that has just begun
        request = member.post("/reset-password", email=member.email)
        assert request.status == 202
        before = member.tokens()
        # When the password is reset, and the person logs in at once
        fields = {"email": member.email, "code": member.newest_code}
        reset = member.post("/reset-password/confirm", **fields, new_password=member.password)
        assert reset.status == 204
        after = member.tokens()
        # Then the old session has ended, and the new one is valid
        assert problem_of(member.log_out(before)) == (401, "unauthorized")
        assert problem_of(member.refresh(before)) == (401, "invalid_refresh_token")
        assert member.refresh(after).status == 200
        assert member.log_out(after).status == 204

    def test_the_bearer_scheme_is_accepted_in_lower_case(
        self, cloud: RunningCloud, member: Person
    ) -> None:
        headers = {"Authorization": f"bearer {member.tokens()['access_token']}"}
        me = cloud.api.request("GET", "/api/v1/auth/me", headers=headers)
        assert (me.status, me.json()["email"]) == (200, member.email)

    def test_a_password_reset_code_is_valid_once(self, member: Person) -> None:
        member.post("/reset-password", email=member.email)
        fields = {"email": member.email, "code": member.newest_code}
        first = member.post("/reset-password/confirm", **fields, new_password=member.password)
        again = member.post("/reset-password/confirm", **fields, new_password="taken over by me")
        assert first.status == 204
        assert problem_of(again) == (400, "invalid_code")
        assert member.log_in().status == 200


class TestAccountsAreNotRevealed:
    def test_registration_does_not_reveal_an_account(
        self, member: Person, stranger: Person
    ) -> None:
        registration = replace(member, password="another passphrase").register()
        assert comparable(registration) == comparable(stranger.register())
        assert registration.status == 202
        assert member.log_in().status == 200

    @pytest.mark.parametrize("path", ["/register/resend", "/reset-password"])
    def test_a_request_for_a_code_does_not_reveal_an_account(
        self, member: Person, stranger: Person, path: str
    ) -> None:
        known = member.post(path, email=member.email)
        unknown = stranger.post(path, email=stranger.email)
        assert comparable(known) == comparable(unknown)
        assert known.status == 202

    def test_a_failed_login_does_not_reveal_an_account(
        self, member: Person, stranger: Person
    ) -> None:
        wrong, unknown = member.log_in("not my password"), stranger.log_in()
        assert comparable(wrong) == comparable(unknown)
        assert problem_of(wrong) == (401, "invalid_credentials")
        assert wrong.headers["WWW-Authenticate"] == "Bearer"

    def test_a_wrong_code_does_not_reveal_an_account(
        self, member: Person, stranger: Person
    ) -> None:
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

    def test_an_unconfirmed_account_is_not_revealed(self, member: Person, stranger: Person) -> None:
        # Given a person who registers one address with an account and one without
        impostor = replace(member, password="another passphrase")
        unknown = stranger.log_in()
        assert stranger.register().status == impostor.register().status == 202
        # When the person logs in to both with the password of the registration
        first, second = stranger.log_in(), impostor.log_in()
        # Then the answers are the same
        assert comparable(first) == comparable(second) == comparable(unknown)
        assert problem_of(first) == (401, "invalid_credentials")

    def test_a_failed_login_takes_as_long_with_and_without_an_account(
        self, cloud: RunningCloud, new_member: NewPerson
    ) -> None:
        # Given warm functions, and as many people with an account as without
        known = [new_member() for _ in range(7)]
        unknown = [Person(cloud.description) for _ in known]
        Person(cloud.description).log_in()
        # When their logins fail in turn
        pairs = zip(known, unknown, strict=True)
        spans = [(_span(one), _span(other)) for one, other in pairs]
        # Then the median times are the same
        with_account, without = (median(each) for each in zip(*spans, strict=True))
        assert 1 / 1.5 < with_account / without < 1.5


class TestLockout:
    def test_the_sixth_failed_login_must_wait(self, member: Person, stranger: Person) -> None:
        answers = [
            [person.log_in("not my password") for _ in range(6)] for person in (member, stranger)
        ]
        for failures in answers:
            assert {problem_of(each) for each in failures[:5]} == {(401, "invalid_credentials")}
            assert problem_of(failures[5]) == (429, "too_many_attempts")
            assert 1 <= int(failures[5].headers["Retry-After"]) <= 30
        known, unknown = ([comparable(each) for each in failures] for failures in answers)
        assert known == unknown

    def test_a_correct_password_must_wait_too_except_from_another_network(
        self, member: Person
    ) -> None:
        # Given as many failures as are allowed without a wait
        for _ in range(5):
            member.log_in("not my password")
        # When the right password comes too early_login
        early_login = member.log_in()
        # Then it must wait, and a login from another network need not
        assert problem_of(early_login) == (429, "too_many_attempts")
        assert replace(member, network="198.51.100.7").log_in().status == 200

    @pytest.mark.parametrize("path", ["/register/resend", "/reset-password"])
    def test_the_fourth_mail_to_an_address_must_wait(
        self, member: Person, stranger: Person, path: str
    ) -> None:
        for person in (member, stranger):
            answers = [person.post(path, email=person.email) for _ in range(4)]
            assert [each.status for each in answers] == [202, 202, 202, 429]
            assert 890 <= int(answers[3].headers["Retry-After"]) <= 900

    def test_mails_of_registration_and_resend_count_together(self, stranger: Person) -> None:
        stranger.register()
        stranger.post("/register/resend", email=stranger.email)
        stranger.register()
        again = stranger.post("/register/resend", email=stranger.email)
        assert problem_of(again) == problem_of(stranger.register()) == (429, "too_many_attempts")

    @pytest.mark.parametrize(
        ("path", "password"),
        [("/register/confirm", "password"), ("/reset-password/confirm", "new_password")],
    )
    def test_the_sixth_wrong_code_must_wait(
        self, member: Person, stranger: Person, path: str, password: str
    ) -> None:
        for person in (member, stranger):
            fields = {"email": person.email, "code": "000000", password: person.password}
            answers = [person.post(path, **fields) for _ in range(6)]
            assert {problem_of(each) for each in answers[:5]} == {(400, "invalid_code")}
            assert problem_of(answers[5]) == (429, "too_many_attempts")
            assert 30 <= int(answers[5].headers["Retry-After"]) <= 60


class TestAdmins:
    def test_make_admin_gives_an_account_the_admin_role(
        self, cloud: RunningCloud, member: Person
    ) -> None:
        _make_admin(cloud, member)
        token = member.tokens()["access_token"]
        assert _me(cloud, token)["role"] == "admin"

    def test_make_admin_ends_the_accounts_earlier_sessions(
        self, cloud: RunningCloud, member: Person
    ) -> None:
        # Given two earlier sessions, one of which has just begun
        before = [member.tokens(), member.tokens()]
        # When the account becomes an admin's
        _make_admin(cloud, member)
        # Then they have ended at Cognito too, and the next session is valid
        cognito, client = cloud.client("cognito-idp"), cloud.app_client
        for tokens in before:
            with pytest.raises(cognito.exceptions.NotAuthorizedException):
                cognito.get_tokens_from_refresh_token(
                    ClientId=client.id,
                    ClientSecret=client.secret,
                    RefreshToken=tokens["refresh_token"],
                )
            assert problem_of(member.refresh(tokens)) == (401, "invalid_refresh_token")
            assert problem_of(member.log_out(tokens)) == (401, "unauthorized")
        assert member.log_out(member.tokens()).status == 204

    def test_make_admin_gives_no_rights_when_it_cannot_end_the_sessions(
        self, cloud: RunningCloud, member: Person
    ) -> None:
        # Given a table that cannot record the end of the sessions
        accounts = cloud.accounts
        broken = replace(accounts, table=Table(cloud.client("dynamodb"), "another-table"))
        with pytest.raises(ClientError):
            make_admin(broken, member.email, mfa_required=False)
        # Then
        assert _me(cloud, member.tokens()["access_token"])["role"] == "customer"

    def test_a_logged_out_admin_cannot_read(self, cloud: RunningCloud, member: Person) -> None:
        _make_admin(cloud, member)
        tokens = member.tokens()
        admin = Customer(cloud.api, tokens["access_token"])
        assert admin("GET", "/bookings").status == 200
        assert member.log_out(tokens).status == 204
        assert problem_of(admin("GET", "/bookings")) == (401, "unauthorized")


@pytest.fixture(scope="class")
def mfa_required_of_admins(cloud: RunningCloud) -> Iterator[None]:
    """Give the pool's trigger its environment of prod during a class of tests."""
    functions, name = cloud.client("lambda"), f"{STACK}-customize_tokens"
    recorded = json.loads(event_paths()["customize_tokens"].read_bytes())
    event = json.dumps(recorded | {"userPoolId": cloud.description.user_pool_id})
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]

    def configure(variables: dict[str, str]) -> None:
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": variables}
        )
        # Start the function once, because Cognito waits only some seconds for a cold start.
        assert "FunctionError" not in functions.invoke(FunctionName=name, Payload=event)

    configure(before | {"ADMIN_MFA": "required"})
    yield
    configure(before)


@pytest.mark.usefixtures("mfa_required_of_admins")
class TestRequiredSecondFactor:
    def test_an_admin_needs_a_second_factor_before_the_role(
        self, cloud: RunningCloud, member: Person, day: str
    ) -> None:
        capacity = f"/availability/{day}/18:00"

        # Given an account without a second factor, which make admin refuses and does not change
        tokens = member.tokens()
        with pytest.raises(CommandError, match=r"no second factor: run `make second-factor`"):
            _make_admin(cloud, member, mfa_required=True)
        refreshed = member.refresh(tokens)
        assert refreshed.status == 200
        without = refreshed.json()
        assert Customer(cloud.api, without["access_token"])("GET", "/bookings").status == 200

        # When it gets a second factor by `make second-factor`
        secret = enrol(cloud.accounts, member)

        # Then a login needs the app's code
        assert problem_of(member.log_in()) == (401, "mfa_required")
        wrong = member.log_in(mfa_code=_wrong_code(totp(secret)))
        assert problem_of(wrong) == (401, "invalid_mfa_code")

        # When it becomes an admin's
        _make_admin(cloud, member, mfa_required=True)

        # Then the session that started without the second factor has no admin's rights
        assert problem_of(member.refresh(without)) == (401, "invalid_refresh_token")
        refused = Customer(cloud.api, without["access_token"])("PUT", capacity, {"capacity": 2})
        assert problem_of(refused) == (403, "forbidden")

        # And the next session has them
        token = member.tokens(mfa_code=totp(secret))["access_token"]
        assert _me(cloud, token) == _me(cloud, token) | {"role": "admin", "mfa_enabled": True}
        assert Customer(cloud.api, token)("PUT", capacity, {"capacity": 2}).status == 200

    def test_an_admin_without_the_second_factor_has_a_customers_rights(
        self, cloud: RunningCloud, member: Person, day: str
    ) -> None:
        # Given an admin with a second factor
        secret = enrol(cloud.accounts, member)
        _make_admin(cloud, member, mfa_required=True)
        tokens = member.tokens(mfa_code=totp(secret))
        # When an operator disables it, because the phone is lost
        cloud.client("cognito-idp").admin_set_user_mfa_preference(
            UserPoolId=cloud.description.user_pool_id,
            Username=member.email,
            SoftwareTokenMfaSettings={"Enabled": False},
        )
        # Then a refresh and a login give a customer's rights only
        for later in (member.refresh(tokens).json(), member.tokens()):
            assert _me(cloud, later["access_token"])["role"] == "customer"
            customer = Customer(cloud.api, later["access_token"])
            refused = customer("PUT", f"/availability/{day}/18:00", {"capacity": 2})
            assert problem_of(refused) == (403, "forbidden")


def _span(person: Person) -> float:
    """Return the seconds that a failed login takes."""
    started = time.perf_counter()
    assert person.log_in("not my password").status == 401
    return time.perf_counter() - started


def _make_admin(cloud: RunningCloud, person: Person, *, mfa_required: bool = False) -> None:
    make_admin(cloud.accounts, person.email, mfa_required=mfa_required)


def _me(cloud: RunningCloud, token: str) -> dict[str, Any]:
    answer = cloud.api.request("GET", "/api/v1/auth/me", token=token)
    assert answer.status == 200
    me: dict[str, Any] = answer.json()
    return me


def _wrong_code(code: str) -> str:
    return code[::-1] if code != code[::-1] else "123456"
