"""A customer's consent to be helped: until when he lets admins switch to his sites."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from kernel import clock
from kernel.contracts.assistance import Assistance
from kernel.contracts.events import AssistanceAllowed
from kernel.database import UnitOfWork
from kernel.errors import N_, Forbidden, Invalid
from services.customers import audit
from services.customers.accounts.visiting import refuse_on_a_visit
from services.customers.models import Customer, Network

LONGEST = timedelta(days=366)


class NoCustomer(Forbidden):
    """The account is nobody's customer, so nobody switches to it."""


class AssistanceNotValid(Invalid):
    """The end lies in the past, or too far away."""


def own_assistance(uow: UnitOfWork, customer_id: UUID | None) -> Assistance:
    """Return until when the asking customer allows it, and whether his network asks for that at all."""
    customer = _own(uow, customer_id)
    needed = bool(uow.session.scalar(select(Network.switch_needs_consent)))
    return Assistance(until=clock.ahead(customer.assistance_until, uow.now), is_needed=needed)


def allow_assistance(uow: UnitOfWork, customer_id: UUID | None, until: datetime | None) -> Assistance:
    """Allow it until then, or with None no longer; who is there at this moment is out at his next request.

    Only the customer himself consents: nobody in his place. Raises AssistanceNotValid, NoCustomer.
    """
    refuse_on_a_visit(uow)
    customer = _own(uow, customer_id, lock=True)
    if until is not None and not uow.now < until <= uow.now + LONGEST:
        sentence = N_("Choose a day from tomorrow on, at most a year ahead.")
        raise AssistanceNotValid(sentence, fields={"until": sentence})
    before = clock.ahead(customer.assistance_until, uow.now)
    if before != until:
        changed = {"before": _told(before), "after": _told(until)}
        audit.note(uow, "assistance decided", customer.id, **changed)
        customer.assistance_until = until
        uow.publish(AssistanceAllowed(customer_id=customer.id, until=until))
    return own_assistance(uow, customer_id)


def _own(uow: UnitOfWork, customer_id: UUID | None, *, lock: bool = False) -> Customer:
    if customer_id is None:
        raise NoCustomer(N_("This account belongs to no customer."))
    return uow.get(Customer, customer_id, lock=lock)


def _told(until: datetime | None) -> dict[str, str]:
    return {"assistance_until": until.isoformat() if until else ""}
