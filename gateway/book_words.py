"""What the books are called, in the reader's language: accounts, differences, states of a comparison."""

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

MOVES = {
    "requested": N_("Asked for"),
    "submitting": N_("Being sent"),
    "waiting": N_("Waits for the customer"),
    "pending": N_("Pending"),
    "unknown": N_("Unknown"),
    "succeeded": N_("Succeeded"),
    "failed": N_("Failed"),
    "cancelled": N_("Cancelled"),
    "reversed": N_("Came back"),
    "needs_response": N_("Needs an answer"),
    "under_review": N_("Under review"),
    "won": N_("Won"),
    "lost": N_("Lost"),
    "prevented": N_("Prevented"),
}


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


def move(state: str) -> str:
    """Return the state of a movement; a gateway's own word for one that we do not have."""
    return _(MOVES[state]) if state in MOVES else state
