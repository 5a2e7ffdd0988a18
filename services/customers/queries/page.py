"""The customer page: all that this service knows of one customer, in three statements."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import Row, select

from kernel.contracts import customers as contracts
from kernel.contracts.access import Role
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from services.customers.models import Account, Customer, CustomerFacts, SignInAttempt
from services.customers.names import display_name
from services.customers.queries.rows import is_online, spent_of
from services.customers.queries.timeline import timeline

SIGN_INS = 10
LINES = 10


def customer_page(uow: UnitOfWork, customer_id: UUID) -> contracts.Customer:
    """Return the customer with his facts, latest sign-ins and latest timeline. Raises NotFound."""
    found = _find(uow, customer_id)
    customer, account, facts = found.Customer, found.Account, found.CustomerFacts
    latest = timeline(uow, about=customer.id, limit=LINES)
    return contracts.Customer(
        id=customer.id,
        account_id=account.id,
        number=customer.number,
        name=display_name(account.first_name, account.last_name, customer.billing_company, account.username),
        first_name=account.first_name,
        last_name=account.last_name,
        email=account.email,
        username=account.username,
        phone=customer.phone,
        locale=account.locale,
        is_vip=customer.is_vip,
        verification=cast(contracts.Verification, customer.verification),
        role=cast(Role | None, account.role),
        is_active=account.is_active,
        is_online=is_online(customer.last_seen_at, uow.now),
        last_sign_in_at=customer.last_sign_in_at,
        created_at=customer.created_at,
        modified_at=customer.modified_at,
        version=customer.version,
        billing=customer.billing,
        memberships=facts.memberships,
        sites=facts.sites,
        spent=spent_of(facts.spent),
        sign_ins=_sign_ins(uow, account.id),
        timeline=latest.items,
        timeline_after=latest.after,
    )


def _find(uow: UnitOfWork, customer_id: UUID) -> Row[Any]:
    wanted = (
        select(Customer, Account, CustomerFacts)
        .join(Account, (Account.network_id == Customer.network_id) & (Account.id == Customer.account_id))
        .join(
            CustomerFacts,
            (CustomerFacts.network_id == Customer.network_id) & (CustomerFacts.customer_id == Customer.id),
        )
        .where(Customer.id == customer_id)
    )
    found = uow.session.execute(wanted).one_or_none()
    if found is None:
        raise NotFound(Customer.missing)
    return cast(Row[Any], found)


def _sign_ins(uow: UnitOfWork, account_id: UUID) -> list[contracts.SignIn]:
    latest = select(SignInAttempt).where(SignInAttempt.account_id == account_id)
    found = uow.session.scalars(latest.order_by(SignInAttempt.at.desc()).limit(SIGN_INS))
    return [
        contracts.SignIn(
            at=attempt.at,
            ip=attempt.ip,
            country=attempt.country,
            device=attempt.device,
            succeeded=attempt.succeeded,
        )
        for attempt in found
    ]
