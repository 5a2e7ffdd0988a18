"""The saved ways to pay that a form offers."""

from uuid import UUID

from gateway import labels, payment_words
from gateway.translation import gettext as _
from kernel.clients import Bound
from kernel.contracts.payments import PaymentMethod


def method_choices(services: Bound, customer_id: UUID, chosen: str) -> list[tuple[str, str]]:
    """Return the ids of the customer's, each with its words; "" is the one that is charged first.

    The one that is chosen is there too, although it may be saved no more: nothing is changed by looking.
    """
    saved = services.billing.payment_methods(customer_id).items
    choices = {"": _("The one that is charged first")} | {str(one.id): _said(one) for one in saved}
    return list(({chosen: _("One that is saved no more")} | choices).items())


def _said(method: PaymentMethod) -> str:
    return f"{payment_words.method(method.brand, method.last4)} ({labels.payment_gateway(method.gateway)})"
