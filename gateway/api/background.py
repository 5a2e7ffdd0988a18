"""What the background could not do by itself."""

from typing import Literal
from uuid import UUID

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from kernel.clients.base import ServiceClient
from kernel.contracts.background import Background, DeadRetry, ParkedResolution
from kernel.contracts.common import Contract
from kernel.http import body

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
