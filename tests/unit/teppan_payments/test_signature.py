"""Whether it was Stripe that sent a webhook (§7): every way to get it wrong is refused."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from tests.builders import NOW

from teppan.domain.payments.errors import InvalidSignature
from teppan.observability.metrics import metrics
from teppan_payments.signature import TOLERANCE_SECONDS, check_signature

SECRET, OLD_SECRET = "whsec_new", "whsec_old"
BODY = '{"id": "evt_1",  "name": "寿司"}\n'.encode()
SIGNED_AT = int(NOW.timestamp())


@pytest.fixture(autouse=True)
def uncounted() -> Iterator[None]:
    """Leave nothing behind for the next test."""
    metrics.clear_metrics()
    yield
    metrics.clear_metrics()


def v1(body: bytes = BODY, secret: str = SECRET, at: int | str = SIGNED_AT) -> str:
    """Return the signature as Stripe documents it: HMAC-SHA256 of `<t>.<body>`."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def signed(body: bytes = BODY, secret: str = SECRET, at: int | str = SIGNED_AT) -> str:
    return f"t={at},v1={v1(body, secret, at)}"


def precondition(
    header: str | None,
    body: bytes = BODY,
    secrets: tuple[str, ...] = (SECRET,),
    now: datetime = NOW,
) -> bool:
    try:
        check_signature(body, header, secrets, now)
    except InvalidSignature:
        return False
    return True


def test_what_stripe_has_signed_just_now_is_accepted() -> None:
    assert precondition(signed())


@pytest.mark.parametrize("seconds", [-300, -299, -1, 0, 1, 299, 300])
def test_within_five_minutes_either_way(seconds: int) -> None:
    assert precondition(signed(at=SIGNED_AT + seconds))


@pytest.mark.parametrize("seconds", [-86_400, -301, 301, 86_400])
def test_not_beyond_into_the_past_nor_into_the_future(seconds: int) -> None:
    assert not precondition(signed(at=SIGNED_AT + seconds))


def test_the_fraction_of_a_second_counts() -> None:
    assert not precondition(
        signed(), now=NOW + timedelta(seconds=TOLERANCE_SECONDS, microseconds=1)
    )


@pytest.mark.parametrize("header", [None, "", " ", ",", "=", "nonsense", "t", "v1", "t=,v1="])
def test_without_a_signature_nothing_is(header: str | None) -> None:
    assert not precondition(header)


@pytest.mark.parametrize(
    "header",
    [
        f"t={SIGNED_AT}",
        f"v1={v1()}",
        f"t={SIGNED_AT},v0={v1()}",
        f"t={SIGNED_AT},V1={v1()}",
        f"t={SIGNED_AT},v2={v1()}",
        f"t={SIGNED_AT};v1={v1()}",
        f"t={SIGNED_AT},v1",
        f"t={SIGNED_AT},v1=",
        f"t={SIGNED_AT},v1={v1()[:-1]}",
        f"t={SIGNED_AT},v1={v1().upper()}",
        f"t={SIGNED_AT},v1={v1()} ",
    ],
)
def test_nor_with_half_of_one_or_another_scheme(header: str) -> None:
    assert not precondition(header)


@pytest.mark.parametrize("secret", ["", " ", "\t\n"])
def test_an_empty_secret_signs_nothing(secret: str) -> None:
    assert not precondition(signed(secret=secret), secrets=(secret,))


def test_nor_does_none_at_all() -> None:
    assert not precondition(signed(), secrets=())


def test_nor_another_secret() -> None:
    assert not precondition(signed(secret="whsec_of_somebody_else"))


@pytest.mark.parametrize(
    "changed",
    [
        json.dumps(json.loads(BODY)).encode(),
        json.dumps(json.loads(BODY), ensure_ascii=False, separators=(",", ":")).encode(),
        BODY.strip(),
        BODY + b" ",
        b"",
        BODY.decode().encode("utf-16"),
        b"\xff\xfe\x00",
    ],
    ids=["ascii", "compact", "stripped", "longer", "empty", "utf-16", "no text"],
)
def test_the_very_bytes_are_signed_not_what_they_mean(changed: bytes) -> None:
    assert not precondition(signed(), body=changed)


class TestRotation:
    def test_both_secrets_are_accepted(self) -> None:
        for secret in (SECRET, OLD_SECRET):
            assert precondition(signed(secret=secret), secrets=(SECRET, OLD_SECRET))

    def test_stripe_may_sign_with_both_at_once(self) -> None:
        header = f"t={SIGNED_AT},v1={v1(secret='whsec_x')},v1={v1()},v0=6ffbb59b"

        assert precondition(header)

    def test_an_empty_one_among_them_lets_nobody_in(self) -> None:
        assert not precondition(signed(secret=""), secrets=(SECRET, ""))

    def test_the_next_secret_is_read_only_when_the_first_does_not_fit(self) -> None:
        def secrets() -> object:
            yield SECRET
            raise AssertionError("read too much")

        check_signature(BODY, signed(), secrets(), NOW)  # type: ignore[arg-type]


class TestTime:
    @pytest.mark.parametrize(
        "at",
        [
            "-1",
            f"-{SIGNED_AT}",
            f"+{SIGNED_AT}",
            f" {SIGNED_AT}",
            f"{SIGNED_AT}.0",
            f"{SIGNED_AT}e0",
            hex(SIGNED_AT),
            "nan",
            "inf",
            "1" * 400,
            "9" * 5_000,
            "",
            chr(0x0660),
            f"{SIGNED_AT:_}",
            str(SIGNED_AT).translate({ord(str(n)): chr(0x0660 + n) for n in range(10)}),
        ],
    )
    def test_what_is_no_time_of_now_is_refused(self, at: str) -> None:
        assert not precondition(signed(at=at))

    def test_the_first_time_counts_for_both_checks(self) -> None:
        """Or else a signature of long ago were valid with a new time before it."""
        old = SIGNED_AT - 3_600
        header = f"t={SIGNED_AT},t={old},v1={v1(at=old)}"

        assert not precondition(header)
        assert not precondition(f"t={old},t={SIGNED_AT},v1={v1(at=old)}")
        assert not precondition(f"t={old},t={SIGNED_AT},v1={v1()}")

    def test_a_time_before_the_epoch_does_not_come_round(self) -> None:
        assert not precondition(signed(at=0), now=datetime(1969, 12, 31, 23, 0, tzinfo=UTC))


@pytest.mark.parametrize("header", [f"t={SIGNED_AT},v1={'é' * 64}", "é", "t=1,v1=\ud800"])
def test_what_is_not_ascii_is_refused_like_the_rest(header: str) -> None:
    assert not precondition(header)


def test_a_refusal_is_counted_and_what_is_accepted_is_not() -> None:
    assert precondition(signed())
    assert not precondition(None)
    assert not precondition("nonsense")

    assert metrics.metric_set["WebhooksRefused"]["Value"] == [1, 1]
