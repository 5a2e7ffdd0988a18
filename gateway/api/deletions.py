"""Deleting customers."""

from uuid import UUID

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from kernel.contracts.deletions import Deletion, DeletionOrder, Deletions, DeletionWay
from kernel.http import query


@blueprint.delete("/customers/<uuid:customer_id>")
@operation(
    scope="customers.delete",
    query=DeletionWay,
    answers=Deletion,
    is_confirmed_by_customers=True,
    makes=lambda begun: f"/api/v1/deletions/{begun.id}",
    is_begun=True,
)
def delete_customer(customer_id: UUID) -> Deletion:
    """Delete a customer for good; `Location` says where to look how far it is."""
    order = DeletionOrder(**dict(query(DeletionWay)))
    return api_services().customers.delete_customer(customer_id, order)


@blueprint.get("/deletions")
@operation(scope="customers.view", answers=Deletions, is_confirmed_by_customers=True)
def deletions() -> Deletions:
    """The deletions that run, and the newest."""
    return api_services().customers.deletions()


@blueprint.get("/deletions/<uuid:deletion_id>")
@operation(scope="customers.view", answers=Deletion, is_confirmed_by_customers=True)
def deletion(deletion_id: UUID) -> Deletion:
    """Where a deletion stands: the time of each step that is done, or why it was refused."""
    return api_services().customers.deletion(deletion_id)


@blueprint.post("/deletions/<uuid:deletion_id>/repeats")
@operation(scope="customers.delete", is_confirmed_by_customers=True)
def repeat_deletion(deletion_id: UUID) -> None:
    """Tell the services once more of a deletion that stands still."""
    api_services().customers.repeat_deletion(deletion_id)
