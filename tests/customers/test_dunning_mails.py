"""Mail about the time of a membership: to whom, in which language, and what it says."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from kernel.auth import Identity
from kernel.contracts.events import MembershipExpired, MembershipHeld, PaymentDunned, RenewalAsked
from kernel.contracts.mails import LINK
from kernel.contracts.money import Money
from kernel.database import Database
from kernel.ids import new_id
from services.customers.mail import dunning as dunning_mails
from services.customers.models import Account, Customer, Mail
from tests.customers.conftest import Register
from tests.mailing import found_network

# Late in the evening of 30 June: in Stockholm it is 1 July already.
DUE = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
TEMPLATES = ("renewal_coming", "trial_ending", "payment_failed", "membership_on_hold", "membership_expired")
ABOUT: dict[str, Any] = {
    "membership_id": new_id(),
    "payment_id": new_id(),
    "number": 4,
    "product": "Bas",
    "total": Money(amount=19900, currency="SEK"),
}


@pytest.fixture
def customer(database: Database, owner: Identity, register: Register) -> Customer:
    found_network(database, owner, locale="en", time_zone="Europe/Stockholm")
    return register("Åsa", "Berg", email="asa@shop.example")


def written(database: Database, owner: Identity, write: Any, event: Any) -> list[Mail]:
    with database.unit_of_work(owner) as uow:
        write(uow, event)
    with database.unit_of_work(owner) as uow:
        return list(uow.session.scalars(select(Mail).where(Mail.template.in_(TEMPLATES))))


def asked(customer_id: object, **more: Any) -> RenewalAsked:
    told = {"payment_number": 7, "due_at": DUE, "is_trial": False, "is_charged": True}
    return RenewalAsked.model_validate({"customer_id": customer_id, **ABOUT, **told, **more})


def dunned(customer_id: object, **more: Any) -> PaymentDunned:
    told = {"step": 1, "steps": 4, "reason": "Declined.", "next_at": DUE, "holds_at": DUE}
    return PaymentDunned.model_validate({"customer_id": customer_id, **ABOUT, **told, **more})


def test_a_renewal_is_told_with_its_day_in_the_networks_zone(
    database: Database, owner: Identity, customer: Customer
) -> None:
    [mail] = written(database, owner, dunning_mails.write_renewal, asked(customer.id))

    assert (mail.template, mail.to) == ("renewal_coming", "asa@shop.example")
    assert mail.subject == "Your membership Bas is renewed on July 1, 2026"
    assert "It costs SEK\xa0199.00." in mail.text
    assert "taken from your saved way to pay" in mail.text
    assert (mail.link, LINK in mail.text, LINK in mail.html) == ("", False, False)


def test_who_pays_by_hand_is_asked_to_by_the_invoice_alone(
    database: Database, owner: Identity, customer: Customer
) -> None:
    told = written(database, owner, dunning_mails.write_renewal, asked(customer.id, is_charged=False))

    assert told == []


def test_a_trial_that_ends_is_another_message(
    database: Database, owner: Identity, customer: Customer
) -> None:
    [mail] = written(database, owner, dunning_mails.write_renewal, asked(customer.id, is_trial=True))

    assert mail.subject == "Your trial of Bas ends on July 1, 2026"


def test_it_goes_to_where_the_customer_wants_his_bills_in_his_language(
    database: Database, owner: Identity, customer: Customer
) -> None:
    with database.unit_of_work(owner) as uow:
        uow.get(Customer, customer.id).billing_email = "ekonomi@shop.example"
        uow.get(Account, customer.account_id).locale = "sv"

    [mail] = written(database, owner, dunning_mails.write_renewal, asked(customer.id))

    assert (mail.to, mail.language) == ("ekonomi@shop.example", "sv")
    assert mail.subject == "Ditt medlemskap Bas förnyas den 1 juli 2026"


def test_a_link_to_pay_by_goes_to_the_account_alone(
    database: Database, owner: Identity, customer: Customer
) -> None:
    with database.unit_of_work(owner) as uow:
        uow.get(Customer, customer.id).billing_email = "ekonomi@shop.example"
        uow.get(Account, customer.account_id).locale = "sv"

    [mail] = written(database, owner, dunning_mails.write_failure, dunned(customer.id))

    assert (mail.to, mail.link) == ("asa@shop.example", "pay")
    assert mail.subject == "Din betalning för Bas gick inte igenom"
    assert "Vi försöker igen den 1 juli 2026." in mail.text
    assert "Vi kunde inte dra 199,00\xa0kr" in mail.text


def test_a_failure_that_is_not_tried_again_asks_for_another_card(
    database: Database, owner: Identity, customer: Customer
) -> None:
    event = dunned(customer.id, step=2, next_at=None, holds_at=None)

    [mail] = written(database, owner, dunning_mails.write_failure, event)

    assert mail.subject == "Reminder: your payment for Bas is still due"
    assert "Please pay with another card" in mail.text
    assert "We try again" not in mail.text
    assert "put on hold" not in mail.text


def test_a_hold_says_until_when_paying_brings_it_back(
    database: Database, owner: Identity, customer: Customer
) -> None:
    event = MembershipHeld(customer_id=customer.id, payment_number=7, expires_at=DUE, **ABOUT)

    [mail] = written(database, owner, dunning_mails.write_hold, event)

    assert mail.subject == "Your membership Bas is on hold"
    assert "If nothing is paid by July 1, 2026, the membership expires." in mail.text


WORDS = {"unpaid": "because it was not paid", "completed": "Thank you"}


@pytest.mark.parametrize("cause", WORDS)
def test_an_expiry_says_why(database: Database, owner: Identity, customer: Customer, cause: str) -> None:
    about = {key: value for key, value in ABOUT.items() if key != "total"}
    event = MembershipExpired.model_validate({"customer_id": customer.id, "cause": cause, **about})

    [mail] = written(database, owner, dunning_mails.write_expiry, event)

    assert WORDS[cause] in mail.text


def test_nobody_writes_to_a_customer_who_is_gone(
    database: Database, owner: Identity, customer: Customer
) -> None:
    assert written(database, owner, dunning_mails.write_renewal, asked(new_id())) == []
