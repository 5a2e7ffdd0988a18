"""The settings of an account at Stripe: what is accepted, what a form needs, what is never told."""

import logging

import pytest
from pydantic import ValidationError

from services.billing.payment_gateways.stripe.config import StripeConfig
from tests.billing.test_stripe_charges import saved
from tests.payment_sandbox import Sandbox, sandbox

__all__ = ["sandbox"]


ADDRESSES = ["https://api.stripe.com", "http://127.0.0.1:8008", "http://[::1]:1/", "http://localhost:1"]


@pytest.mark.parametrize("base", ADDRESSES)
def test_the_secret_goes_over_https_or_to_this_machine(base: str) -> None:
    assert StripeConfig.model_validate({"secret_key": "sk_test_x", "api_base": base}).api_base == base.rstrip(
        "/"
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("api_base", "http://api.stripe.com"),
        ("api_base", "http://10.0.0.1"),
        ("api_base", "ftp://localhost"),
        ("api_base", "https://user@api.stripe.com"),
        ("api_base", "https://api.stripe.com/v1"),
        ("secret_key", "pk_test_x"),
        ("secret_key", "sk_test x"),
        ("secret_key", "sk_test_x\r\nHost: elsewhere"),
        ("webhook_secret", "hush_hush"),
        ("statement", "12345"),
        ("statement", "a*b"),
        ("statement", "a" * 23),
        ("colour", "red"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(field: str, value: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        StripeConfig.model_validate({"secret_key": "sk_test_x"} | {field: value})

    assert [error["loc"] for error in refusal.value.errors()] == [(field,)]
    assert value not in str(refusal.value)


def test_a_form_can_be_drawn_and_knows_the_secrets() -> None:
    schema = StripeConfig.model_json_schema()

    assert {name: field.get("format") for name, field in schema["properties"].items()} == {
        "secret_key": "password",
        "webhook_secret": "password",
        "statement": None,
        "api_base": None,
    }
    assert all(field["title"] and field["description"] for field in schema["properties"].values())
    assert schema["required"] == ["secret_key"]


def test_neither_secrets_nor_persons_are_logged(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    sandbox.gateway().charge(saved(sandbox, "4000000000009995"))

    told = " ".join(record.getMessage() for record in caplog.records if record.name != "tests")
    assert sandbox.secret not in told
    assert "ebba@example.org" not in told
    assert not [record for record in caplog.records if record.name == "stripe"]
