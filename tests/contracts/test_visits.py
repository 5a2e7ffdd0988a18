"""An admin who switched to a site reaches what its owner has, by every route of billing and sites."""

from importlib import import_module

import pytest
from flask import Flask
from werkzeug.routing import Rule

from kernel.auth import Identity, Signer
from kernel.config import Settings
from kernel.contracts.access import SITE_OWNER
from kernel.ids import new_id
from kernel.web import OPEN
from tests.calling import caller


def is_own(app: Flask, rule: Rule) -> bool:
    return getattr(app.view_functions[rule.endpoint], "visit", None) in {"read", "act"}


@pytest.mark.parametrize("service", ["billing", "sites"])
def test_a_visiting_identity_is_refused_on_every_route_that_is_not_own(
    settings: Settings, signer: Signer, service: str
) -> None:
    app: Flask = import_module(f"services.{service}.app").create_app(settings)
    call = caller(app, signer)
    account_id, admin_id = new_id(), new_id()
    visiting = Identity(new_id(), f"account:{account_id}", SITE_OWNER, account_id=account_id,
                        customer_id=new_id(), impersonator=admin_id, visit_id=new_id())  # fmt: skip
    refused, admitted = set(), set()

    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            if rule.endpoint in OPEN:
                continue
            path = rule.build({name: new_id() for name in rule.arguments})[1]
            answer = call(visiting, method, path, data=b"{}")
            (admitted if is_own(app, rule) else refused).add((rule.rule, method, answer.status_code))

    assert len(refused) >= 4
    assert {status for _, _, status in refused} == {403}
    assert 403 not in {status for _, _, status in admitted}
