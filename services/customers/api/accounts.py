"""Accounts: signing in and out, standing, preferences, being here, and proving an API key."""

from flask import Blueprint, Response

from kernel.contracts.customers import Credentials, KeyProof, PreferenceChange
from kernel.contracts.second_factors import Challenge, SignInAnswer
from kernel.web import answer, body, database, identity, needs, nothing, unit_of_work
from services.customers.accounts import accounts, api_keys
from services.customers.sign_ins import first_step as sign_ins
from services.customers.sign_ins import sightings

api = Blueprint("accounts", __name__, url_prefix="/v1")

ANYBODY = ("customers.view", "own.view")
"""What every account has one of, an admin's or a site owner's."""


@api.post("/sign-ins")
@needs("accounts.authenticate")
def sign_in() -> Response:
    given = body(Credentials)
    entry = sign_ins.authenticate(database(), identity(), given)
    if isinstance(entry, Challenge):
        return answer(SignInAnswer(challenge=entry), 201)
    return answer(SignInAnswer(standing=entry), 201)


@api.post("/sign-outs")
@needs(*ANYBODY, visit="never")
def sign_out() -> Response:
    with unit_of_work() as uow:
        sign_ins.sign_out(uow)
    return nothing()


@api.get("/standing")
@needs(*ANYBODY, visit="read")
def show_standing() -> Response:
    with unit_of_work() as uow:
        return answer(accounts.standing(uow))


@api.put("/standing/preferences")
@needs(*ANYBODY, visit="never")
def change_preferences() -> Response:
    change = body(PreferenceChange)
    with unit_of_work() as uow:
        accounts.change_preferences(uow, change.preferences)
    return nothing()


@api.post("/sightings")
@needs(*ANYBODY, visit="never")
def note_sighting() -> Response:
    with unit_of_work() as uow:
        sightings.seen(uow)
    return nothing()


@api.post("/api-keys/proofs")
@needs("accounts.authenticate")
def prove_key() -> Response:
    proof = body(KeyProof)
    with unit_of_work() as uow:
        return answer(api_keys.prove(uow, proof.key_hash))
