"""Handing a customer over: in the customers service, and then wherever the former account is still let in."""

from uuid import UUID

from gateway.force_sign_in import end_everywhere
from kernel.clients import Bound
from kernel.contracts.handovers import Handover, HandoverOrder


def hand_over(services: Bound, customer_id: UUID, order: HandoverOrder) -> Handover:
    """Make the customer another account's, and end everything of the former. Raises Invalid, Conflict."""
    done = services.customers.hand_customer_over(customer_id, order)
    return Handover(
        account_id=done.account_id,
        former_account_id=done.former_account_id,
        ended=end_everywhere(services, done.ended) if done.ended else None,
    )
