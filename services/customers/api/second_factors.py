"""The second factor: the second step of signing in, and everybody's own settings of it."""

from flask import Blueprint, Response, current_app

from kernel.contracts.second_factors import CodeProof, PasswordProof, SecondStep
from kernel.sealing import Sealer
from kernel.web import answer, body, database, identity, needs, nothing, unit_of_work
from services.customers.accounts import second_factors
from services.customers.api.accounts import ANYBODY
from services.customers.sign_ins import second_step as second_steps

api = Blueprint("second_factors", __name__, url_prefix="/v1")


@api.post("/sign-ins/second-step")
@needs("accounts.authenticate")
def take_second_step() -> Response:
    given = body(SecondStep)
    return answer(second_steps.authenticate(database(), identity(), given, _sealer()), 201)


@api.get("/second-factor")
@needs(*ANYBODY, visit="never")
def show_state() -> Response:
    with unit_of_work() as uow:
        return answer(second_factors.state(uow))


@api.post("/second-factor/begun")
@needs(*ANYBODY, visit="never")
def begin() -> Response:
    proof = body(PasswordProof)
    second_factors.begin(database(), identity(), proof.password, _sealer())
    return nothing()


@api.get("/second-factor/begun")
@needs(*ANYBODY, visit="never")
def show_secret() -> Response:
    with unit_of_work() as uow:
        return answer(second_factors.begun_secret(uow, _sealer()))


@api.post("/second-factor/confirmed")
@needs(*ANYBODY, visit="never")
def confirm_first_code() -> Response:
    proof = body(CodeProof)
    with unit_of_work() as uow:
        return answer(second_factors.confirm_first_code(uow, proof.code, _sealer()), 201)


@api.post("/second-factor/recovery-codes")
@needs(*ANYBODY, visit="never")
def renew_codes() -> Response:
    proof = body(PasswordProof)
    return answer(second_factors.renew_codes(database(), identity(), proof.password, _sealer()), 201)


@api.post("/second-factor/removed")
@needs(*ANYBODY, visit="never")
def remove() -> Response:
    proof = body(PasswordProof)
    return answer(second_factors.remove(database(), identity(), proof.password), 201)


def _sealer() -> Sealer:
    sealer: Sealer = current_app.extensions["sealer"]
    return sealer
