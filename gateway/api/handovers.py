"""Handing a customer over to another sign-in."""

from uuid import UUID

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from gateway.handing_over import hand_over
from kernel.contracts.handovers import Handover, HandoverOrder, HandoverOutlook
from kernel.http import body


@blueprint.post("/customers/<uuid:customer_id>/handovers/looks")
@operation(
    scope="customers.credentials", body=HandoverOrder, answers=HandoverOutlook, is_confirmed_by_customers=True
)
def look_at_handover(customer_id: UUID) -> HandoverOutlook:
    """What handing a customer over to another account would change; nothing does."""
    return api_services().customers.look_at_handover(customer_id, body(HandoverOrder))


@blueprint.post("/customers/<uuid:customer_id>/handovers")
@operation(
    scope="customers.credentials", body=HandoverOrder, answers=Handover, is_confirmed_by_customers=True
)
def hand_customer_over(customer_id: UUID) -> Handover:
    """Let another account sign in as the customer; all that let the former one in ends, and is counted."""
    return hand_over(api_services(), customer_id, body(HandoverOrder))
