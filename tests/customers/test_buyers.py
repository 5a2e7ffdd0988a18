"""Buyers: taken down once, kept when the customer changes or goes, forgotten when the years are over."""

from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, text
from sqlalchemy.exc import ProgrammingError

from kernel.contracts.customers import BillingInfo
from kernel.contracts.events import InvoiceIssued
from kernel.contracts.money import Money
from kernel.errors import NotFound
from kernel.ids import new_id
from services.customers.deletion.former import forget_former_customers
from services.customers.models import Account, Customer, FormerCustomer
from services.customers.profiles.buyers import buyer_of, keep_buyer
from tests.mailing import found_network


def issued(customer_id: Any, **more: Any) -> InvoiceIssued:
    facts: dict[str, Any] = {
        "invoice_id": new_id(), "kind": "invoice", "number": "2026-00001", "customer_id": customer_id,
        "payment_id": new_id(), "refund_id": None, "credits_id": None,
        "total": Money(amount=100, currency="SEK"), "issued_on": date(2026, 5, 1),
    }  # fmt: skip
    return InvoiceIssued(**facts | more)


@pytest.fixture
def customer(register: Any, database: Any, owner: Any) -> Customer:
    found_network(database, owner)
    billing = BillingInfo(company="Åkes Åkeri AB", line1="Gatan 1", city="Ås", country="SE")
    return register("Åke", "Ek", billing=billing)


def test_the_buyer_is_the_company_in_the_language_of_the_network(database, owner, customer):
    event = issued(customer.id)
    with database.unit_of_work(owner) as uow:
        keep_buyer(uow, event)

        buyer = buyer_of(uow, event.invoice_id)

    assert (buyer.name, buyer.line1, buyer.city, buyer.language) == ("Åkes Åkeri AB", "Gatan 1", "Ås", "sv")


def test_without_a_company_he_is_the_person_in_his_own_language(database, owner, register):
    found_network(database, owner)
    person = register("Eva", "Ek")
    event = issued(person.id)
    with database.unit_of_work(owner) as uow:
        uow.get(Account, person.account_id).locale = "en"
        uow.session.flush()
        keep_buyer(uow, event)
        buyer = buyer_of(uow, event.invoice_id)

    assert (buyer.name, buyer.language) == ("Eva Ek", "en")


def test_what_was_taken_down_stays_whatever_he_is_called_later(database, owner, customer):
    event = issued(customer.id)
    with database.unit_of_work(owner) as uow:
        keep_buyer(uow, event)
    with database.unit_of_work(owner) as uow:
        uow.get(Customer, customer.id).billing_company = "Nya AB"
    with database.unit_of_work(owner) as uow:
        keep_buyer(uow, event)
        assert buyer_of(uow, event.invoice_id).name == "Åkes Åkeri AB"


def test_a_credit_note_names_whom_the_invoice_did(database, owner, customer):
    event = issued(customer.id)
    note = issued(customer.id, kind="credit_note", credits_id=event.invoice_id, refund_id=new_id())
    with database.unit_of_work(owner) as uow:
        keep_buyer(uow, event)
        uow.get(Customer, customer.id).billing_company = "Nya AB"
        uow.session.flush()
        keep_buyer(uow, note)

        assert buyer_of(uow, note.invoice_id).name == "Åkes Åkeri AB"


def test_of_who_is_gone_the_law_knows_the_name(database, owner):
    found_network(database, owner)
    event = issued(new_id())
    with database.unit_of_work(owner) as uow:
        parts = dict.fromkeys(("line1", "line2", "postcode", "city", "state", "country", "vat_number"), "")
        uow.add(
            FormerCustomer(customer_id=event.customer_id, name="Olle", keep_until=date(2040, 12, 31), **parts)
        )
        uow.session.flush()
        keep_buyer(uow, event)
        assert buyer_of(uow, event.invoice_id).name == "Olle"


def test_nobody_gets_to_know_another_customers_buyer(database, owner, customer):
    event = issued(customer.id)
    with database.unit_of_work(owner) as uow:
        keep_buyer(uow, event)

        assert buyer_of(uow, event.invoice_id, customer_id=customer.id).name == "Åkes Åkeri AB"
        with pytest.raises(NotFound):
            buyer_of(uow, event.invoice_id, customer_id=new_id())


@pytest.mark.parametrize("change", ["UPDATE invoice_buyers SET name = ''", "DELETE FROM invoice_buyers"])
def test_the_service_itself_may_not_change_it(database, owner, change):
    with pytest.raises(ProgrammingError, match="permission denied"), database.unit_of_work(owner) as uow:
        uow.session.execute(text(change))


def kept(database: Any, owner: Any, *, today: str) -> int:
    """Forget whose years are over on a day, and return how many buyers are left."""
    with time_machine.travel(f"{today} 12:00:00+00:00", tick=False):
        forget_former_customers(database)
    with database.unit_of_work(owner) as uow:
        return uow.session.execute(text("SELECT count(*) FROM invoice_buyers")).scalar_one()


def test_who_is_gone_is_forgotten_after_seven_years(database, owner, customer):
    with database.unit_of_work(owner) as uow:
        keep_buyer(uow, issued(customer.id))
    with database.across_networks("a test: the customer goes") as session:
        for table in ("customer_facts", "customer_words"):
            session.execute(text(f"DELETE FROM {table} WHERE customer_id = :id"), {"id": customer.id})
        session.execute(delete(Customer).where(Customer.id == customer.id))

    assert kept(database, owner, today="2033-12-31") == 1
    assert kept(database, owner, today="2034-01-01") == 0


def test_who_is_still_here_is_never_forgotten(database, owner, customer):
    with database.unit_of_work(owner) as uow:
        keep_buyer(uow, issued(customer.id))

    assert kept(database, owner, today="2034-01-01") == 1
