"""Sealed secrets open for what they were sealed for, with the same key, and not otherwise."""

import pytest
from pydantic import SecretStr

from kernel.config import Settings
from kernel.sealing import SealBroken, Sealer


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(Settings(secret_key="one secret"))


def test_what_was_sealed_opens_again(sealer: Sealer):
    assert sealer.open(sealer.seal("JBSWY3DP", "factor of a"), "factor of a") == "JBSWY3DP"


def test_the_same_secret_never_looks_the_same(sealer: Sealer):
    assert sealer.seal("JBSWY3DP", "factor of a") != sealer.seal("JBSWY3DP", "factor of a")


def test_what_was_sealed_for_one_opens_for_no_other(sealer: Sealer):
    with pytest.raises(SealBroken):
        sealer.open(sealer.seal("JBSWY3DP", "factor of a"), "factor of b")


def test_another_secret_key_opens_nothing(sealer: Sealer):
    other = Sealer(Settings(secret_key=SecretStr("another secret")))

    with pytest.raises(SealBroken):
        other.open(sealer.seal("JBSWY3DP", "factor of a"), "factor of a")
    assert other.hash("abc", "code") != sealer.hash("abc", "code")


@pytest.mark.parametrize("place", [0, 20, -3])
def test_a_changed_byte_is_noticed(sealer: Sealer, place: int):
    sealed = sealer.seal("JBSWY3DP", "factor of a")
    turned = "A" if sealed[place] != "A" else "B"
    changed = sealed[:place] + turned + sealed[place + 1 or len(sealed) :]

    with pytest.raises(SealBroken):
        sealer.open(changed, "factor of a")


def test_a_hash_tells_purposes_apart(sealer: Sealer):
    assert sealer.hash("abc", "code of a") == sealer.hash("abc", "code of a")
    assert sealer.hash("abc", "code of a") != sealer.hash("abc", "code of b")
