"""Proofs of passwords: they prove, hold nothing, and cost the same when there is none."""

from collections.abc import Callable

import pytest

from teppan.identity import password_proof
from teppan.identity.password_proof import COST, prove, proves

PASSWORD = "four and twenty gyoza"


@pytest.fixture
def digests(monkeypatch: pytest.MonkeyPatch, cheap_proofs: None) -> list[str]:
    """The passwords that have been digested, which is all that takes time."""
    digested: list[str] = []
    real: Callable[[str, bytes], bytes] = password_proof._digest

    def counting(password: str, salt: bytes) -> bytes:
        digested.append(password)
        return real(password, salt)

    monkeypatch.setattr(password_proof, "_digest", counting)
    return digested


@pytest.mark.usefixtures("cheap_proofs")
class TestProofs:
    @pytest.mark.parametrize("password", [PASSWORD, "x" * 99, "寿司 für zwölf Gäste", "\u200b0é"])
    def test_a_proof_proves_its_password(self, password: str) -> None:
        assert proves(prove(password), password)

    @pytest.mark.parametrize(
        "other", ["", PASSWORD.upper(), PASSWORD + " ", PASSWORD[:-1], "another one"]
    )
    def test_and_no_other(self, other: str) -> None:
        assert not proves(prove(PASSWORD), other)

    def test_two_proofs_of_one_password_have_nothing_in_common(self) -> None:
        assert prove(PASSWORD) != prove(PASSWORD)

    def test_a_proof_is_short_text_that_does_not_hold_the_password(self) -> None:
        proof = prove(PASSWORD)

        assert len(proof) == 64
        assert proof.isascii()
        assert PASSWORD not in proof

    def test_without_a_proof_nothing_is_proved(self) -> None:
        assert not proves(None, PASSWORD)

    def test_not_even_by_a_password_that_hits_nobodys(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(password_proof, "_digest", lambda _password, _salt: bytes(32))

        assert not proves(None, PASSWORD)


@pytest.mark.parametrize("proof", ["its own", "another's", None])
def test_the_work_is_the_same_whatever_there_is_to_prove(
    proof: str | None, digests: list[str]
) -> None:
    # Given
    known = {"its own": prove(PASSWORD), "another's": prove("another one")}
    digests.clear()
    # When
    proves(known[proof] if proof else None, PASSWORD)
    # Then
    assert digests == [PASSWORD]


class TestCost:
    def test_it_is_what_owasp_recommends_for_16_mib(self) -> None:
        assert COST == {"n": 2**14, "r": 8, "p": 5}

    def test_the_memory_that_it_takes_is_granted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """OpenSSL grants 32 MiB; what it is worked through (`p`) only takes time."""
        monkeypatch.setattr(password_proof, "COST", {**COST, "p": 1})

        assert prove(PASSWORD)
