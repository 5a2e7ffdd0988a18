"""The operations of ``/api/v1``: what an admin can do in the console, for programs."""

from uuid import UUID

from flask import Blueprint

from gateway.api.keys import api_services
from gateway.api.operations import operation
from gateway.security import csrf
from kernel.contracts.billing import CustomerBilling, Membership, Payment
from kernel.contracts.common import Contract
from kernel.contracts.customers import Customer, CustomersList, CustomersQuery, Timeline, VipChange
from kernel.contracts.sites import CustomerSites, Network, Site
from kernel.web import body, query

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(blueprint)  # a key is no cookie: no browser sends it by itself


class After(Contract):
    """Where to read on: the ``after`` of the page before."""

    after: str | None = None


@blueprint.get("/network")
@operation(scope="sites.view", answers=Network)
def network() -> Network:
    """The network the key belongs to."""
    return api_services().sites.network()


@blueprint.get("/customers")
@operation(
    scope="customers.view", query=CustomersQuery, answers=CustomersList, is_confirmed_by_customers=True
)
def customers() -> CustomersList:
    """A page of customers; read on with `after`."""
    return api_services().customers.list_customers(query(CustomersQuery))


@blueprint.get("/customers/<uuid:customer_id>")
@operation(scope="customers.view", answers=Customer, is_confirmed_by_customers=True)
def customer(customer_id: UUID) -> Customer:
    """One customer, with the newest sign-ins and events."""
    return api_services().customers.customer(customer_id)


@blueprint.put("/customers/<uuid:customer_id>/vip")
@operation(scope="customers.edit", body=VipChange, is_confirmed_by_customers=True)
def change_vip(customer_id: UUID) -> None:
    """Mark a customer as VIP, or no longer."""
    api_services().customers.change_vip(customer_id, body(VipChange))


@blueprint.get("/customers/<uuid:customer_id>/timeline")
@operation(scope="customers.view", query=After, answers=Timeline, is_confirmed_by_customers=True)
def customer_timeline(customer_id: UUID) -> Timeline:
    """What happened to a customer, newest first."""
    return api_services().customers.timeline(customer_id, query(After).after)


@blueprint.get("/customers/<uuid:customer_id>/billing")
@operation(scope="billing.view", answers=CustomerBilling)
def customer_billing(customer_id: UUID) -> CustomerBilling:
    """A customer's newest memberships and payments."""
    return api_services().billing.customer_billing(customer_id)


@blueprint.get("/customers/<uuid:customer_id>/sites")
@operation(scope="sites.view", answers=CustomerSites)
def customer_sites(customer_id: UUID) -> CustomerSites:
    """A customer's newest sites."""
    return api_services().sites.customer_sites(customer_id)


@blueprint.get("/memberships/<uuid:membership_id>")
@operation(scope="billing.view", answers=Membership)
def membership(membership_id: UUID) -> Membership:
    """One membership, with its payments."""
    return api_services().billing.membership(membership_id)


@blueprint.get("/payments/<uuid:payment_id>")
@operation(scope="billing.view", answers=Payment)
def payment(payment_id: UUID) -> Payment:
    """One payment, with its lines and refunds."""
    return api_services().billing.payment(payment_id)


@blueprint.get("/sites/<uuid:site_id>")
@operation(scope="sites.view", answers=Site)
def site(site_id: UUID) -> Site:
    """One site, with its pages and domains."""
    return api_services().sites.site(site_id)


@blueprint.get("/memberships/<uuid:about>/timeline", endpoint="membership_timeline")
@blueprint.get("/payments/<uuid:about>/timeline", endpoint="payment_timeline")
@blueprint.get("/sites/<uuid:about>/timeline", endpoint="site_timeline")
@operation(scope="customers.view", query=After, answers=Timeline, is_confirmed_by_customers=True)
def timeline(about: UUID) -> Timeline:
    """What happened to it, newest first."""
    return api_services().customers.timeline(about, query(After).after)
