"""What happened to refunds, disputes and undecided attempts, as sentences; and how their lines look."""

from collections.abc import Callable, Mapping
from typing import Any

from gateway.formats import formats
from gateway.translation import gettext as _
from gateway.words import said_as
from kernel.contracts import events
from kernel.errors import N_

Sentence = Callable[[Any], str]


def _of_refund(sentence: str) -> Sentence:
    """Say a sentence with the amount and the payment's number, and the reason where there is one."""

    def say(event: Any) -> str:
        said = _(sentence, number=event.number, total=formats().money(event.amount))
        reason = getattr(event, "reason", "")
        return f"{said}: {said_as(reason)}" if reason else said

    return say


def _written_down(event: Any) -> str:
    return _(
        "Somebody found that the customer's bank has %(total)s of payment %(number)s",
        number=event.number,
        total=formats().money(event.taken),
    )


GONE = _of_refund(N_("Somebody found that %(total)s of payment %(number)s went back"))
NOT_GONE = _of_refund(N_("Somebody found that %(total)s of payment %(number)s did not go back"))

CAME = _of_refund(N_("Somebody found that %(total)s of payment %(number)s came"))
NEVER_CAME = _of_refund(N_("Somebody found that %(total)s of payment %(number)s did not come"))

DISPUTE_ENDS: Mapping[str, Sentence] = {
    "won": _of_refund(N_("Dispute of %(total)s of payment %(number)s won: the money came again")),
    "lost": _of_refund(N_("Dispute of %(total)s of payment %(number)s lost: the money is gone")),
    "prevented": _of_refund(N_("Dispute of %(total)s of payment %(number)s prevented")),
}

SENTENCES: Mapping[type[Any], Sentence] = {
    events.PaymentRefunded: _of_refund(N_("%(total)s of payment %(number)s refunded")),
    events.RefundRequested: _of_refund(N_("Refund of %(total)s of payment %(number)s asked for")),
    events.RefundFailed: _of_refund(N_("Refund of %(total)s of payment %(number)s failed")),
    events.RefundReversed: _of_refund(N_("Refund of %(total)s of payment %(number)s came back")),
    events.RefundUnknown: _of_refund(
        N_("Not known whether %(total)s of payment %(number)s went back; the gateway is asked again")
    ),
    events.RefundGivenUp: _of_refund(N_("Refund of %(total)s of payment %(number)s waits for somebody")),
    events.RefundDecided: lambda event: (GONE if event.has_gone else NOT_GONE)(event),
    events.RefundAskedAgain: _of_refund(N_("Gateway asked once more about %(total)s of payment %(number)s")),
    events.ChargeGivenUp: _of_refund(
        N_("Nobody can say whether %(total)s of payment %(number)s came; it waits for somebody")
    ),
    events.LateMoneyKept: lambda event: _(
        "Payment %(number)s kept for payment %(cancelled)s, which had been cancelled",
        number=event.number,
        cancelled=event.cancelled_number,
    ),
    events.ChargeDecided: lambda event: (CAME if event.has_come else NEVER_CAME)(event),
    events.PaymentDisputed: _of_refund(N_("The customer's bank disputes %(total)s of payment %(number)s")),
    events.PaymentInquired: _of_refund(N_("The customer's bank asks about %(total)s of payment %(number)s")),
    events.DisputeWrittenDown: _written_down,
    events.DisputeEnded: lambda event: DISPUTE_ENDS.get(event.outcome, DISPUTE_ENDS["prevented"])(event),
}

LOOKS = {
    "payment.refunded": ("receipt-refund", "orange"),
    "refund.requested": ("receipt-refund", "azure"),
    "refund.failed": ("alert-triangle", "red"),
    "refund.reversed": ("receipt-refund", "red"),
    "refund.unknown": ("help-circle", "yellow"),
    "refund.given_up": ("alert-triangle", "red"),
    "refund.decided": ("receipt-refund", "azure"),
    "payment.charge_given_up": ("alert-triangle", "red"),
    "payment.late_money_kept": ("cash", "green"),
    "payment.charge_decided": ("cash", "azure"),
    "payment.disputed": ("gavel", "red"),
    "payment.inquired": ("help-circle", "yellow"),
    "payment.dispute_written_down": ("gavel", "azure"),
    "payment.dispute_ended": ("gavel", "azure"),
    "refund.asked_again": ("refresh", "azure"),
}
