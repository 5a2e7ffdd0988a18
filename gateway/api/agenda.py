"""What comes next for memberships."""

from uuid import UUID

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import idempotency_key, operation
from kernel.contracts.agenda import WhatComes


@blueprint.get("/memberships/<uuid:membership_id>/coming")
@operation(scope="billing.view", answers=WhatComes)
def coming(membership_id: UUID) -> WhatComes:
    """What is done about a membership next, and when, if nobody does anything else."""
    return api_services().billing.what_comes(membership_id)


@blueprint.post("/memberships/<uuid:membership_id>/bill")
@operation(scope="billing.edit", moves_money=True)
def bill_again(membership_id: UUID) -> None:
    """Ask for the next payment of a membership again, although it was cancelled."""
    api_services().billing.bill_again(membership_id, key=idempotency_key())
