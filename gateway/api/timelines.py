"""What happened to a customer, a thing, the whole network."""

from uuid import UUID

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from kernel.contracts.customers import Timeline
from kernel.contracts.timeline import TimelineQuery
from kernel.http import query


@blueprint.get("/customers/<uuid:customer_id>/timeline")
@operation(scope="customers.view", query=TimelineQuery, answers=Timeline, is_confirmed_by_customers=True)
def customer_timeline(customer_id: UUID) -> Timeline:
    """What happened to a customer, newest first."""
    asked = query(TimelineQuery)
    return api_services().customers.timeline(customer_id, asked.after, asked.kind)


@blueprint.get("/memberships/<uuid:about>/timeline", endpoint="membership_timeline")
@blueprint.get("/payments/<uuid:about>/timeline", endpoint="payment_timeline")
@blueprint.get("/sites/<uuid:about>/timeline", endpoint="site_timeline")
@operation(scope="customers.view", query=TimelineQuery, answers=Timeline, is_confirmed_by_customers=True)
def timeline(about: UUID) -> Timeline:
    """What happened to it, newest first."""
    asked = query(TimelineQuery)
    return api_services().customers.timeline(about, asked.after, asked.kind)


@blueprint.get("/timeline")
@operation(scope="audit.view", query=TimelineQuery, answers=Timeline, is_confirmed_by_customers=True)
def network_timeline() -> Timeline:
    """What happened in the whole network, newest first."""
    asked = query(TimelineQuery)
    return api_services().customers.timeline(None, asked.after, asked.kind)
