"""Accounts over HTTP, with the deployed template and contract.

`local/aws/emulator_patches` adds the rotation of refresh tokens to the emulator. The codes are read
from the emulator's mailbox.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any

import pytest
from tests.cloud.conftest import RunningCloud
from tests.cloud.people import Customer, Person, comparable, problem_of


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

        # Then she is known, and may book
        _check_tokens(phone)
        booking = _book_as(aiko, Customer(cloud.api, phone["access_token"]), day)

        # When she uses the session for longer than an access token is valid
        phone = _refresh_beyond_the_grace(aiko, phone, cloud.refresh_grace_seconds)

        # Then she can log out on the phone, and the other session stays valid
        on_phone, on_laptop = (
            Customer(cloud.api, each["access_token"]) for each in (phone, laptop)
        )
        logged_out = aiko.log_out(phone)
        assert (logged_out.status, logged_out.body) == (204, b"")
        _check_logged_out(on_phone, booking, day)
        assert problem_of(aiko.refresh(phone)) == (401, "invalid_refresh_token")
        assert on_laptop("PUT", booking, {"guests": 14}).status == 200

        # When she sets a new password
        renewed = replace(aiko, password=f"{aiko.password}, renewed")
        reset = aiko.reset_password(renewed.password)
        assert (reset.status, reset.body) == (204, b"")

        # Then all her sessions have ended
        assert problem_of(on_laptop("DELETE", booking)) == (401, "unauthorized")
        assert problem_of(on_laptop("GET", "/auth/me")) == (401, "unauthorized")
        assert problem_of(aiko.refresh(laptop)) == (401, "invalid_refresh_token")

        # And only the new password is accepted
        assert problem_of(aiko.log_in()) == (401, "invalid_credentials")
        again = Customer(cloud.api, renewed.tokens()["access_token"])
        assert again("DELETE", booking).status == 200

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
        assert wrong.headers["x-amzn-Remapped-WWW-Authenticate"] == "Bearer"

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
        self, cloud: RunningCloud, new_member: Callable[[], Person]
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


def _check_tokens(tokens: dict[str, Any]) -> None:
    """Check the fields of a login, and that its access token lasts 15 minutes."""
    assert tokens.keys() == {
        "access_token",
        "id_token",
        "refresh_token",
        "token_type",
        "expires_in",
    }
    assert tokens["expires_in"] == 900


def _book_as(person: Person, customer: Customer, day: str) -> str:
    """Check who the customer is, and book; return the path of the booking."""
    me = customer("GET", "/auth/me").json()
    assert me == me | {
        "email": person.email,
        "email_verified": True,
        "role": "customer",
        "mfa_enabled": False,
    }
    booked = customer.book(date=day)
    assert booked.status == 201
    assert booked.json()["customer_id"] == me["user_id"]
    return f"/bookings/{booked.json()['booking_id']}"


def _refresh_beyond_the_grace(
    person: Person, tokens: dict[str, Any], grace_seconds: float
) -> dict[str, Any]:
    """Refresh a session, and check that the used token is valid for a retry within the grace only.

    Return the newest tokens.
    """
    refreshed = person.refresh(tokens)
    assert refreshed.status == 200
    assert refreshed.json()["refresh_token"] != tokens["refresh_token"]
    assert person.refresh(tokens).status == 200
    time.sleep(grace_seconds + 1)
    assert problem_of(person.refresh(tokens)) == (401, "invalid_refresh_token")
    newest: dict[str, Any] = person.refresh(refreshed.json()).json()
    return newest


def _check_logged_out(customer: Customer, booking: str, day: str) -> None:
    """Check that a session can change nothing, and read until its access token expires."""
    assert problem_of(customer("PUT", booking, {"guests": 14})) == (401, "unauthorized")
    assert problem_of(customer.book(date=day, time="12:00")) == (401, "unauthorized")
    assert problem_of(customer("GET", "/auth/me")) == (401, "unauthorized")
    assert customer("GET", booking).status == 200


def _span(person: Person) -> float:
    """Return the seconds that a failed login takes."""
    started = time.perf_counter()
    assert person.log_in("not my password").status == 401
    return time.perf_counter() - started
