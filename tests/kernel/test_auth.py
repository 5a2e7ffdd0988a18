"""Tokens between processes: who they name, and every way in which one is refused."""

import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from joserfc import jwt
from joserfc.jwk import OKPKey

from kernel.auth import ALGORITHM, Identity, Signer, TokenNotValid, Verifier, claims_of, key_set, new_key
from kernel.contracts.access import PERMISSIONS, ROLES, SITE_OWNER, dominates
from kernel.errors import Forbidden
from kernel.ids import new_id

GATEWAY, GATEWAY_PUBLIC = new_key("gateway-1")
NEXT, NEXT_PUBLIC = new_key("gateway-2")
WORKER, WORKER_PUBLIC = new_key("worker-1")
NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def verifier(audience: str = "billing") -> Verifier:
    return Verifier(audience, key_set(GATEWAY_PUBLIC, NEXT_PUBLIC, WORKER_PUBLIC))


def somebody(**changes: object) -> Identity:
    given = {"network_id": new_id(), "actor": f"account:{new_id()}", "permissions": PERMISSIONS}
    return Identity(**(given | changes))  # type: ignore[arg-type]


def signed_by_hand(private: str, **claims: object) -> str:
    key = OKPKey.import_key(json.loads(private))
    at = int(datetime.now(UTC).timestamp())
    usual = {"iss": "gateway", "aud": "billing", "iat": at, "exp": at + 60} | claims_of(somebody())
    header = {"alg": ALGORITHM, "kid": key.kid}
    return jwt.encode(header, usual | claims, key, algorithms=[ALGORITHM])


def test_a_token_carries_the_whole_identity():
    visit = somebody(
        permissions=SITE_OWNER,
        account_id=new_id(),
        customer_id=new_id(),
        impersonator=new_id(),
        epoch=7,
        key_id=new_id(),
        visit_id=new_id(),
    )

    assert verifier().read(Signer("gateway", GATEWAY).mint(visit, "billing")) == visit


def test_both_keys_are_good_while_one_replaces_the_other():
    who = somebody()

    assert verifier().read(Signer("gateway", GATEWAY).mint(who, "billing")) == who
    assert verifier().read(Signer("gateway", NEXT).mint(who, "billing")) == who


def test_a_token_is_given_out_again_only_while_it_is_young():
    signer, who = Signer("gateway", GATEWAY), somebody()
    with time_machine.travel(NOON, tick=False) as time:
        first = signer.mint(who, "billing")
        time.shift(20)
        assert signer.mint(who, "billing") == first
        time.shift(10)
        assert signer.mint(who, "billing") != first


def test_two_identities_never_share_a_token():
    signer, network = Signer("gateway", GATEWAY), new_id()
    admin = somebody(network_id=network, actor="account:a")
    other = somebody(network_id=network, actor="account:a", permissions=ROLES["auditor"])

    assert signer.mint(admin, "billing") != signer.mint(other, "billing")


def test_a_token_is_refused_after_sixty_seconds_even_if_it_was_read_before():
    reader = verifier()
    with time_machine.travel(NOON, tick=False) as time:
        token = Signer("gateway", GATEWAY).mint(somebody(), "billing")
        reader.read(token)
        time.shift(timedelta(seconds=61))

        with pytest.raises(TokenNotValid):
            reader.read(token)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        "a.b.c",
        Signer("gateway", GATEWAY).mint(somebody(), "sites"),
        signed_by_hand(new_key("gateway-1")[0]),
        signed_by_hand(new_key("stranger-1")[0], iss="stranger"),
        signed_by_hand(GATEWAY, exp=int(datetime.now(UTC).timestamp()) + 3600),
        signed_by_hand(GATEWAY, iat=1, exp=60),
        signed_by_hand(GATEWAY, iss="worker"),
        signed_by_hand(GATEWAY, who="worker"),
        signed_by_hand(GATEWAY, who="command"),
        signed_by_hand(WORKER, iss="worker", who="account:x"),
        signed_by_hand(GATEWAY, act=str(new_id())),
        signed_by_hand(GATEWAY, net="not an id"),
    ],
    ids=[
        "empty", "nonsense", "three parts", "other audience", "same kid, other key", "unknown issuer",
        "lives an hour", "expired", "not the issuer's key", "gateway as worker", "gateway as command",
        "worker as account", "visit with an admin's permissions", "network is no id",
    ],
)  # fmt: skip
def test_a_token_is_refused(token):
    with pytest.raises(TokenNotValid):
        verifier().read(token)


def test_a_token_without_a_signature_is_refused():
    header, claims, _ = signed_by_hand(GATEWAY).split(".")
    none = urlsafe_b64encode(b'{"alg":"none","typ":"JWT","kid":"gateway-1"}').rstrip(b"=").decode()

    for token in (f"{none}.{claims}.", f"{none}.{claims}", f"{header}.{claims}."):
        with pytest.raises(TokenNotValid):
            verifier().read(token)


def test_changing_one_claim_breaks_the_signature():
    header, claims, signature = signed_by_hand(GATEWAY).split(".")
    changed = ("A" if claims[20] != "A" else "B").join((claims[:20], claims[21:]))

    with pytest.raises(TokenNotValid):
        verifier().read(f"{header}.{changed}.{signature}")


def test_a_permission_that_is_not_held_is_named_in_the_refusal():
    with pytest.raises(Forbidden, match=r"customers\.edit"):
        somebody(permissions=frozenset({"customers.view"})).require("customers.edit")


@pytest.mark.parametrize("actor", ROLES)
@pytest.mark.parametrize("target", [*ROLES, None])
def test_one_dominates_only_those_with_strictly_fewer_permissions(actor, target):
    expected = target is None or (ROLES[target] <= ROLES[actor] and ROLES[target] != ROLES[actor])

    assert dominates(ROLES[actor], target) is expected
