"""What payments, attempts and ways to pay are called, in the reader's language."""

from gateway.translation import gettext
from kernel.errors import N_

CHARGES = {
    "requested": N_("Waiting for its turn"),
    "submitting": N_("With the payment gateway"),
    "waiting": N_("Waiting for the customer"),
    "pending": N_("Waiting for the bank"),
    "unknown": N_("Not known yet"),
    "succeeded": N_("Succeeded"),
    "failed": N_("Failed"),
    "cancelled": N_("Ended"),
}
BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "jcb": "JCB",
    "sepa_debit": "SEPA",
    "unionpay": "UnionPay",
}
"""Names of their own; of the others the first letter is a capital one."""


def charge(status: str) -> str:
    """Return how an attempt stands."""
    return gettext(CHARGES[status]) if status in CHARGES else status


def method(brand: str, last4: str) -> str:
    """Return a way to pay as people know theirs, e.g. ``Visa •••• 4242``."""
    name = BRANDS.get(brand, brand.replace("_", " ").capitalize()) or gettext("Saved way to pay")
    return f"{name} •••• {last4}" if last4 else name
