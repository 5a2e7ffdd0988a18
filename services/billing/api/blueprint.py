"""The blueprint on which every route of the billing service stands."""

from uuid import UUID

from flask import Blueprint, current_app

from kernel.errors import N_, Forbidden
from kernel.web import identity
from services.billing.gateways.configured import Gateways

api = Blueprint("billing", __name__, url_prefix="/v1")


class NoCustomer(Forbidden):
    """The caller owns nothing here: the account is nobody's customer."""


def installed_gateways() -> Gateways:
    """Return the payment gateways of this process."""
    gateways: Gateways = current_app.extensions["gateways"]
    return gateways


def own_customer() -> UUID:
    """Return the one customer whose things the caller may see. Raises NoCustomer."""
    customer_id = identity().customer_id
    if customer_id is None:
        raise NoCustomer(N_("This account belongs to no customer."))
    return customer_id
