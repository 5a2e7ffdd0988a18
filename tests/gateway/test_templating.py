"""The environment of the templates."""

from flask import Flask

from gateway.routing import GatewayApp


def test_a_template_knows_the_globals_and_its_own_before_them() -> None:
    app = GatewayApp("gateway")
    app.jinja_env.globals.update(where="everywhere", who="all")

    template = app.jinja_env.from_string("{{ where }} {{ who }}", globals={"who": "one"})

    assert isinstance(app, Flask)
    assert template.render() == "everywhere one"
    assert type(template.globals) is dict
