"""The operations of ``/api/v1``: what an admin can do in the console, for programs."""

from typing import Literal
from uuid import UUID

from flask import Blueprint

from gateway.api.keys import api_services
from gateway.api.operations import operation
from gateway.security import csrf
from kernel.clients import ServiceClient
from kernel.contracts.background import Background, DeadRetry, ParkedResolution
from kernel.contracts.billing import CustomerBilling, Membership, Payment
from kernel.contracts.common import Contract
from kernel.contracts.customers import Customer, CustomersList, CustomersQuery, Timeline, VipChange
from kernel.contracts.sites import CustomerSites, Network, Site
from kernel.web import body, query

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
csrf.exempt(blueprint)  # a key is no cookie: no browser sends it by itself


Service = Literal["customers", "billing", "sites"]


class AllBackground(Contract):
    """What waits for a person, in each service."""

    customers: Background
    billing: Background
    sites: Background


class EventOrder(ParkedResolution):
    """What to do with a parked event, and in whose database it is."""

    service: Service


class WorkOrder(DeadRetry):
    """Which work to try again, and in whose database it is."""

    service: Service


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


@blueprint.get("/timeline")
@operation(scope="audit.view", query=After, answers=Timeline, is_confirmed_by_customers=True)
def network_timeline() -> Timeline:
    """What happened in the whole network, newest first."""
    return api_services().customers.timeline(None, query(After).after)


@blueprint.get("/background")
@operation(scope="audit.view", answers=AllBackground)
def background() -> AllBackground:
    """Events that could not be handled, and work that was given up."""
    own = api_services()
    return AllBackground(
        customers=own.customers.background(), billing=own.billing.background(), sites=own.sites.background()
    )


@blueprint.post("/background/parked/<uuid:event_id>")
@operation(scope="network.settings", body=EventOrder)
def resolve_parked(event_id: UUID) -> None:
    """Have an event handled once more, or skip it for good."""
    order = body(EventOrder)
    resolution = ParkedResolution(listener=order.listener, how=order.how)
    _client(order.service).resolve_parked(event_id, resolution)


@blueprint.post("/background/dead/<uuid:work_id>")
@operation(scope="network.settings", body=WorkOrder)
def retry_dead(work_id: UUID) -> None:
    """Have work tried again that was given up."""
    order = body(WorkOrder)
    _client(order.service).retry_dead(work_id, DeadRetry(kind=order.kind))


def _client(service: Service) -> ServiceClient:
    client: ServiceClient = getattr(api_services(), service)
    return client
