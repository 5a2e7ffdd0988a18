"""What payments, attempts and ways to pay are called, in the reader's language."""

from decimal import Decimal

from gateway.formats import formats
from gateway.translation import gettext
from kernel.contracts.money import Money
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
KINDS = {
    "first": N_("First payment"),
    "renewal": N_("Renewal"),
    "change": N_("Change of a membership"),
    "other": N_("Other"),
}
BOOKED = {
    "created": N_("Asked for"),
    "completed": N_("Received"),
    "cancelled": N_("Not asked for any more"),
    "fee": N_("Fee of the gateway"),
    "succeeded": N_("Given back"),
    "reversed": N_("Refund came back"),
    "taken": N_("Taken by the customer's bank"),
    "returned": N_("Given again by the customer's bank"),
    "said": N_("Taken by the customer's bank, as somebody found"),
}
"""Why something was booked; a number is a change of the lines."""

WAITS = {
    "charge": N_("Nobody can say whether its money came. Look at the gateway, and say what you found."),
    "late": N_("It came after its payment was cancelled: give it back, or complete that payment with it."),
    "dispute": N_("The bank took it in another currency. Look at the gateway, and say what that is."),
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


def waits(why: str) -> str:
    """Return why a payment waits for somebody."""
    return gettext(WAITS[why]) if why in WAITS else why


def kind(name: str) -> str:
    """Return what a payment is for."""
    return gettext(KINDS[name]) if name in KINDS else name


def kinds() -> list[tuple[str, str]]:
    """Return every kind of payment with its name."""
    return [(name, gettext(words)) for name, words in KINDS.items()]


def booked(act: str) -> str:
    """Return why a line of the ledger was written."""
    return gettext(BOOKED.get(act, N_("Changed")))


def percent(number: Decimal) -> str:
    """Return ``25 %``, with the decimals that it has."""
    return f"{formats().decimal(float(number))} %"


def positive(money: Money) -> Money:
    """Return a credit as it stands in its column."""
    return Money(amount=abs(money.amount), currency=money.currency)
