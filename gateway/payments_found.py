"""Payments with their people: whom a search means, and what the customers of a page are called.

Billing knows no names and no addresses, so the gateway asks the one and tells the other.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from flask_babel import get_timezone

from gateway.calls import tried
from gateway.customers_meant import with_customers
from gateway.named_files import named_file
from kernel.clients import Bound
from kernel.contracts.pay_links import PayLinkOrder
from kernel.contracts.payments import PaymentsList, PaymentsNarrowed, PaymentsQuery
from kernel.contracts.people import MOST, Person
from kernel.errors import Conflict


def found_payments(services: Bound, asked: PaymentsQuery) -> PaymentsList:
    """Return a page of payments; words that are no number may mean customers too."""
    return services.billing.payments(with_customers(services, asked))


def people_of(services: Bound, ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Return what customers are called; nobody when that cannot be said now, which fails no page."""
    wanted = list(dict.fromkeys(ids))[:MOST]
    if not wanted:
        return {}
    found, _failure = tried(lambda: services.customers.people(wanted))
    return {person.id: person for person in found.items} if found else {}


def send_pay_link(services: Bound, payment_id: UUID) -> None:
    """Mail the customer of a payment the link by which it is paid. Raises Conflict, TooMany, NotFound.

    Billing says what is to be paid, and whether it is; customers knows where to write.
    """
    payment = services.billing.payment(payment_id)
    refusal = next((one.refusal for one in payment.actions if one.name == "send_link"), None)
    if refusal is not None:
        failure = Conflict(refusal.template % refusal.params if refusal.params else refusal.template)
        failure.template, failure.params = refusal.template, dict(refusal.params)
        raise failure
    due = payment.due_at.astimezone(get_timezone()) - timedelta(seconds=1) if payment.due_at else None
    order = PayLinkOrder(
        payment_id=payment.id, number=payment.number, total=payment.total, due_on=due.date() if due else None
    )
    services.customers.send_pay_link(payment.customer_id, order)


def named_rows(services: Bound, asked: PaymentsNarrowed) -> Iterator[bytes]:
    """Give the file of payments, with a name and an address beside each customer's id.

    Raises at once when it cannot begin. A hundred rows at a time are held, however many there are.
    """
    pieces = services.billing.export_payments(with_customers(services, asked))
    return named_file(services, pieces)
