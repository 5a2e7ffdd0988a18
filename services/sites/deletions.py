"""The sites service's part in deleting a customer: his sites go, or get another owner."""

from uuid import UUID

from sqlalchemy import delete, select, update

from kernel.belongings import Belongings
from kernel.contracts.events import (
    CustomerBillingErased,
    CustomerBillingHandedOver,
    CustomerSitesDeleted,
    CustomerSitesHandedOver,
)
from kernel.database import UnitOfWork
from kernel.tombstones import bury, lock_for_burial
from services.sites.models import Base, DepartedCustomer, Site
from services.sites.sites import is_first
from services.sites.visits import end_visits_to

OF_SITES = Belongings(Base, "site_id")
"""Pages, words, domains, provisionings, tickets, visits: all that is of a site."""

OF_PERSONS = Belongings(Base, "customer_id", "account_id", kept={"sites", "customer_verifications"})
"""Tickets and visits name the owner they were made for; how his address stood is forgotten at the end."""


def delete_sites(uow: UnitOfWork, told: CustomerBillingErased) -> None:
    """Delete the customer's sites and all that is of them; their names are free. Safe to run twice."""
    _close_doors(uow, told.customer_id, told.account_id, told.deletion_id)
    site_ids = _lock_sites(uow, told.customer_id)
    OF_SITES.delete(uow, {"site_id": site_ids})
    uow.session.execute(delete(Site).where(Site.id.in_(site_ids)))
    uow.publish(
        CustomerSitesDeleted(
            deletion_id=told.deletion_id,
            customer_id=told.customer_id,
            number=told.number,
            site_ids=site_ids,
        )
    )


def hand_sites_over(uow: UnitOfWork, told: CustomerBillingHandedOver) -> None:
    """Give the customer's sites to his heir, whose own main site stays the main one. Safe to run twice."""
    _close_doors(uow, told.customer_id, told.account_id, told.deletion_id)
    site_ids = _lock_sites(uow, told.customer_id)
    given = {"customer_id": told.heir_id, "modified_at": uow.now}
    if not is_first(uow, told.heir_id):
        given["is_primary"] = False
    uow.session.execute(update(Site).where(Site.id.in_(site_ids)).values(**given))
    uow.publish(
        CustomerSitesHandedOver(
            deletion_id=told.deletion_id,
            customer_id=told.customer_id,
            heir_id=told.heir_id,
            number=told.number,
            site_ids=site_ids,
        )
    )


def _close_doors(uow: UnitOfWork, customer_id: UUID, account_id: UUID, deletion_id: UUID) -> None:
    """Let nobody be in his place any more, nor get there, nor make a site for him."""
    lock_for_burial(uow, DepartedCustomer, customer_id)
    bury(uow, DepartedCustomer, customer_id, cause_id=deletion_id)
    end_visits_to(uow, customer_id, cause="customer deleted")
    OF_PERSONS.delete(uow, {"customer_id": [customer_id], "account_id": [account_id]})


def _lock_sites(uow: UnitOfWork, customer_id: UUID) -> list[UUID]:
    his = select(Site.id).where(Site.customer_id == customer_id).order_by(Site.id)
    return list(uow.session.scalars(his.with_for_update()))
