"""The signature of Stripe's webhooks (`domain.md §7`)."""

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
def empty_metrics() -> Iterator[None]:
    """Leave no metrics for the next test."""
    metrics.clear_metrics()
    yield
    metrics.clear_metrics()


def v1(body: bytes = BODY, secret: str = SECRET, at: int | str = SIGNED_AT) -> str:
    """Return the signature as Stripe documents it: HMAC-SHA256 of `<t>.<body>`."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def signed(body: bytes = BODY, secret: str = SECRET, at: int | str = SIGNED_AT) -> str:
    return f"t={at},v1={v1(body, secret, at)}"


def is_accepted(
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


def test_a_recent_signature_of_stripe_is_accepted() -> None:
    assert is_accepted(signed())


@pytest.mark.parametrize("seconds", [-300, -299, -1, 0, 1, 299, 300])
def test_a_signature_within_five_minutes_is_accepted(seconds: int) -> None:
    assert is_accepted(signed(at=SIGNED_AT + seconds))


@pytest.mark.parametrize("seconds", [-86_400, -301, 301, 86_400])
def test_a_signature_beyond_five_minutes_is_refused(seconds: int) -> None:
    assert not is_accepted(signed(at=SIGNED_AT + seconds))


def test_a_signature_a_fraction_of_a_second_too_old_is_refused() -> None:
    assert not is_accepted(signed(), now=NOW + timedelta(seconds=TOLERANCE_SECONDS, microseconds=1))


@pytest.mark.parametrize("header", [None, "", " ", ",", "=", "nonsense", "t", "v1", "t=,v1="])
def test_a_missing_signature_is_refused(header: str | None) -> None:
    assert not is_accepted(header)


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
def test_an_incomplete_signature_or_another_scheme_is_refused(header: str) -> None:
    assert not is_accepted(header)


@pytest.mark.parametrize("secret", ["", " ", "\t\n"])
def test_a_signature_with_an_empty_secret_is_refused(secret: str) -> None:
    assert not is_accepted(signed(secret=secret), secrets=(secret,))


def test_a_signature_is_refused_without_any_secret() -> None:
    assert not is_accepted(signed(), secrets=())


def test_a_signature_with_another_secret_is_refused() -> None:
    assert not is_accepted(signed(secret="whsec_of_somebody_else"))


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
def test_a_signature_of_other_bytes_is_refused(changed: bytes) -> None:
    assert not is_accepted(signed(), body=changed)


class TestRotation:
    def test_signatures_with_either_valid_secret_are_accepted(self) -> None:
        for secret in (SECRET, OLD_SECRET):
            assert is_accepted(signed(secret=secret), secrets=(SECRET, OLD_SECRET))

    def test_a_header_signed_with_both_secrets_is_accepted(self) -> None:
        header = f"t={SIGNED_AT},v1={v1(secret='whsec_x')},v1={v1()},v0=6ffbb59b"

        assert is_accepted(header)

    def test_an_empty_secret_beside_a_valid_one_is_not_accepted(self) -> None:
        assert not is_accepted(signed(secret=""), secrets=(SECRET, ""))

    def test_the_next_secret_is_read_only_if_the_first_does_not_match(self) -> None:
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
    def test_a_signature_with_an_invalid_time_is_refused(self, at: str) -> None:
        assert not is_accepted(signed(at=at))

    def test_the_first_time_in_a_header_counts_for_both_checks(self) -> None:
        """Otherwise an old signature would be valid with a new time before it."""
        old = SIGNED_AT - 3_600
        header = f"t={SIGNED_AT},t={old},v1={v1(at=old)}"

        assert not is_accepted(header)
        assert not is_accepted(f"t={old},t={SIGNED_AT},v1={v1(at=old)}")
        assert not is_accepted(f"t={old},t={SIGNED_AT},v1={v1()}")

    def test_a_signature_from_the_future_is_refused_before_the_epoch(self) -> None:
        assert not is_accepted(signed(at=0), now=datetime(1969, 12, 31, 23, 0, tzinfo=UTC))


@pytest.mark.parametrize("header", [f"t={SIGNED_AT},v1={'é' * 64}", "é", "t=1,v1=\ud800"])
def test_a_signature_that_is_not_ascii_is_refused(header: str) -> None:
    assert not is_accepted(header)


def test_only_a_refused_signature_is_counted() -> None:
    assert is_accepted(signed())
    assert not is_accepted(None)
    assert not is_accepted("nonsense")

    assert metrics.metric_set["WebhooksRefused"]["Value"] == [1, 1]
