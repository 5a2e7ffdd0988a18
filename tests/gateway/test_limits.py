"""Whom the limits take for the same."""

import pytest

from gateway.limits import spelling, subscriber
from services.customers.folding import login_key


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_ipv6_subscriber_is_one_whatever_address_he_takes(address: str, counted: str):
    assert subscriber(address) == counted


@pytest.mark.parametrize("typed", ["ADA@demo.example", " ada@demo.example", "ada@DEMO.example"])
def test_every_spelling_of_a_login_is_one_account(typed: str):
    assert login_key(typed) == login_key("ada@demo.example")
    assert spelling(typed) == spelling("ada@demo.example")
