"""No route of any service opens without a good token; the routes are enumerated, not listed."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from uuid import UUID

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OKPKey
from werkzeug.routing import Rule

from kernel.auth import ALGORITHM, Identity, Signer, claims_of, new_key
from kernel.contracts.access import PERMISSIONS, SITE_OWNER
from kernel.database import SERVICES, Database
from kernel.ids import new_id
from kernel.web import OPEN, create_service, nothing
from tests.conftest import GATEWAY_PRIVATE

NETWORK = new_id()
STRANGER, _ = new_key("gateway-1")


def headers(token: str, network: UUID | None = NETWORK) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Atoll-Network": str(network or "")}


def admin(network: UUID = NETWORK, permissions: frozenset[str] = PERMISSIONS) -> Identity:
    return Identity(network, f"account:{new_id()}", permissions, account_id=new_id(), epoch=0)


def good(service: str) -> str:
    return Signer("gateway", GATEWAY_PRIVATE).mint(admin(), service)


def forged(service: str, *, alg: str, age: int = 0, private: str = GATEWAY_PRIVATE) -> str:
    """A token made by hand: too old, signed by a stranger, or not signed at all."""
    key = OKPKey.import_key(json.loads(private))
    issued = int(datetime.now(UTC).timestamp()) - age
    claims = claims_of(admin()) | {"iss": "gateway", "aud": service, "iat": issued, "exp": issued + 60}
    token = jwt.encode({"alg": ALGORITHM, "kid": "gateway-1"}, claims, key, algorithms=[ALGORITHM])
    if alg == "none":
        _, body, _ = token.split(".")
        return f"eyJhbGciOiJub25lIiwia2lkIjoiZ2F0ZXdheS0xIn0.{body}."
    return token


WRONG: dict[str, Callable[[str], dict[str, str]]] = {
    "missing": lambda service: {},
    "not a bearer": lambda service: {
        "Authorization": f"Basic {good(service)}",
        "Atoll-Network": str(NETWORK),
    },
    "expired": lambda service: headers(forged(service, alg=ALGORITHM, age=61)),
    "for another service": lambda service: headers(good("elsewhere")),
    "for another network": lambda service: headers(good(service), new_id()),
    "for no network": lambda service: headers(good(service), None),
    "signed by a stranger": lambda service: headers(
        forged(service, alg=ALGORITHM, private=new_key("x-1")[0])
    ),
    "not signed": lambda service: headers(forged(service, alg="none")),
}


VALUES = {"UUIDConverter": new_id(), "IntegerConverter": 1}
"""What stands in a route's places, by the kind of place; else it is a text."""


@pytest.fixture(scope="module", params=SERVICES)
def app(request: pytest.FixtureRequest, settings) -> Flask:
    made: Flask = import_module(f"services.{request.param}.app").create_app(settings)
    return made


def routes(app: Flask) -> list[tuple[str, Rule]]:
    """Every method of every route behind the door."""
    return [
        (method, rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in OPEN
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def call(client: FlaskClient, method: str, rule: Rule, sent: dict[str, str]) -> Response:
    values = {name: VALUES.get(type(kind).__name__, "x") for name, kind in rule._converters.items()}
    _, path = rule.build(values) or ("", "/")
    answered: Response = client.open(path, method=method, headers=sent, data=b"{}")
    return answered


def call_all(app: Flask, sent: dict[str, str]) -> dict[str, Response]:
    """The answer of every route, by ``METHOD path``."""
    client = app.test_client()
    return {f"{method} {rule.rule}": call(client, method, rule, sent) for method, rule in routes(app)}


def service_of(app: Flask) -> str:
    return app.import_name.removeprefix("services.")


@pytest.mark.parametrize("wrong", WRONG)
def test_no_route_opens_with_a_token_that_is(app, wrong):
    sent = WRONG[wrong](service_of(app))
    answers = {
        f"{method} {rule.rule}": call(app.test_client(), method, rule, sent) for method, rule in routes(app)
    }

    assert len(answers) >= 5
    assert {route: answer.status_code for route, answer in answers.items()} == dict.fromkeys(answers, 401)
    assert all(answer.json["code"] == "TokenNotValid" for answer in answers.values())


def test_no_route_opens_without_a_permission(app):
    sent = headers(Signer("gateway", GATEWAY_PRIVATE).mint(admin(permissions=frozenset()), service_of(app)))
    answers = {
        f"{method} {rule.rule}": call(app.test_client(), method, rule, sent) for method, rule in routes(app)
    }
    open_to_all_accounts = {route for route, answer in answers.items() if answer.status_code != 403}

    assert open_to_all_accounts == set()


def test_a_visit_opens_nothing_but_what_the_site_owner_has(app):
    visit = Identity(NETWORK, "account:x", SITE_OWNER, account_id=new_id(), customer_id=new_id(),
                     impersonator=new_id(), visit_id=new_id())  # fmt: skip
    sent = headers(Signer("gateway", GATEWAY_PRIVATE).mint(visit, service_of(app)))
    for method, rule in routes(app):
        needed = set(app.view_functions[rule.endpoint].needs)
        if not needed & SITE_OWNER:
            assert call(app.test_client(), method, rule, sent).status_code == 403, rule.rule


def test_a_route_that_forgot_its_permission_is_closed(databases: dict[str, Database], settings):
    app = create_service("billing", settings, databases["billing"])
    app.add_url_rule("/v1/forgotten", "forgotten", nothing)

    answer = app.test_client().get("/v1/forgotten", headers=headers(good("billing")))

    assert (answer.status_code, answer.json["detail"]) == (403, "Nobody has said who may do this.")


def test_a_path_that_does_not_exist_says_no_more_than_one_that_does(app):
    assert app.test_client().get("/v1/absent").status_code == 401


def test_what_went_wrong_inside_is_not_told_outside(databases: dict[str, Database], settings):
    app = create_service("billing", settings, databases["billing"])

    def broken() -> Response:
        raise RuntimeError("the password is hunter2")

    broken.needs = ("billing.view",)  # type: ignore[attr-defined]
    app.add_url_rule("/v1/broken", "broken", broken)
    answer = app.test_client().get("/v1/broken", headers=headers(good("billing")) | {"X-Request-Id": "abc-1"})

    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert (answer.json["request_id"], answer.headers["X-Request-Id"]) == ("abc-1", "abc-1")


def test_health_needs_no_token_and_readiness_asks_the_database(app):
    client = app.test_client()

    assert (client.get("/healthz").text, client.get("/readyz").text) == ("ok\n", "ready\n")
    assert "atoll_request_seconds" in client.get("/metrics").text


def test_a_service_whose_database_is_gone_lives_but_is_not_ready(settings):
    gone = settings.model_copy(update={"database_prefix": "nowhere"})
    client = create_service("billing", gone, Database.of(gone, "billing")).test_client()

    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json["code"], answer.headers["Retry-After"]) == (
        503,
        "DatabaseAway",
        "2",
    )
