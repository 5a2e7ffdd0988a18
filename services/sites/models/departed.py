"""Customers who were deleted: no site is made for them any more."""

from kernel.errors import N_
from kernel.tombstones import Tombstone
from services.sites.models.base import Base


class DepartedCustomer(Tombstone, Base):
    """``id`` is the customer's, ``cause_id`` the deletion's; nothing says who it was."""

    missing = N_("This customer was deleted.")
    __tablename__ = "departed_customers"
