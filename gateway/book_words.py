"""What the books are called, in the reader's language: accounts, differences, states of a comparison."""

from gateway import payment_words, refund_labels
from gateway.translation import gettext as _
from kernel.contracts.reconciliation import Comparison, Finding
from kernel.errors import N_

ACCOUNTS = {
    "gateway_clearing": N_("With the payment gateways"),
    "revenue": N_("Revenue"),
    "refunds": N_("Refunds"),
    "disputes": N_("Disputes"),
    "fees": N_("Fees of the gateways"),
    "receivable": N_("Asked for, not received"),
    "gateway_clearing and fees": N_("With the payment gateways, and their fees"),
}

DIFFERENCES = {
    "missing": N_("Only we have it"),
    "extra": N_("Only the gateway has it"),
    "amount": N_("Another amount"),
    "currency": N_("Another currency"),
    "state": N_("Another state"),
}

THINGS = {"charge": N_("Charge"), "refund": N_("Refund"), "dispute": N_("Dispute")}

RUNS = {
    "due": N_("Waiting"),
    "leased": N_("Under way"),
    "done": N_("Done"),
    "dead": N_("Given up"),
}

MOVES = {"charge": payment_words.CHARGES, "refund": refund_labels.STATES, "dispute": refund_labels.DISPUTES}
"""The states of what moves, as their own pages call them."""


def account(name: str) -> str:
    """Return what an account is called."""
    return _(ACCOUNTS[name])


def difference(finding: Finding) -> str:
    """Return what differs, e.g. ``"Refund: another amount"``."""
    return f"{_(THINGS[finding.thing])}: {_(DIFFERENCES[finding.difference])}"


def differences() -> dict[str, str]:
    """Return every kind of difference by its word."""
    return {word: _(name) for word, name in DIFFERENCES.items()}


def run(comparison: Comparison) -> str:
    """Return how far a comparison has come."""
    return _(RUNS[comparison.state])


def move(finding: Finding, state: str) -> str:
    """Return the state of a movement; a gateway's own word for one that we do not have."""
    names = MOVES[finding.thing]
    return _(names[state]) if state in names else state
