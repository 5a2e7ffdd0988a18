"""What can be done with a payment now, and of what cannot the sentence why: as the use cases would say it."""

from collections.abc import Callable, Iterator
from functools import partial

from kernel.contracts.deletions import Said
from kernel.contracts.payments import Action, ActionName
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Failure
from services.billing.gateways.configured import MANUAL, default_gateway
from services.billing.models import Charge, Payment, PaymentMethod
from services.billing.models.payments import REFUNDABLE, PaymentNotRefundable
from services.billing.payments.charges import NothingToCharge, require_ready
from services.billing.payments.late_money import check_kept
from services.billing.payments.line_changes import require_lines_open
from services.billing.payments.methods import NoMethod
from services.billing.payments.under_way import refuse_under_way


class NoPageOpen(Conflict):
    """No page waits for the customer."""


def actions_of(
    uow: UnitOfWork, payment: Payment, charge: Charge | None, methods: list[PaymentMethod]
) -> Iterator[Action]:
    """Give each action; the open ``charge`` and the customer's ``methods`` are known already."""
    unpaid = partial(_check_unpaid, payment, charge)
    asked: dict[ActionName, list[Callable[[], object]]] = {
        "complete": [unpaid],
        "charge": [unpaid, partial(_check_charge, uow, payment, methods)],
        "end_page": [partial(_check_page, charge)],
        "cancel": [partial(_check_unpaid, payment, None if _is_page(charge) else charge)],
        "send_link": [partial(_check_unpaid, payment, None if _is_page(charge) else charge)],
        "edit_lines": [unpaid, partial(require_lines_open, payment)],
        "refund": [partial(_check_refund, payment)],
        "keep": [partial(check_kept, uow, payment)],
    }
    for name, checks in asked.items():
        yield Action(name=name, refusal=_refusal(checks))


def can_pay(uow: UnitOfWork, payment: Payment) -> bool:
    """Whether a gateway can give the customer a page to pay on."""
    try:
        require_ready(uow, default_gateway(uow) if payment.gateway == MANUAL else payment.gateway)
    except Failure:
        return False
    return payment.total > 0


def _refusal(checks: list[Callable[[], object]]) -> Said | None:
    try:
        for check in checks:
            check()
    except Failure as failure:
        return Said(template=failure.template, params=failure.params)
    return None


def _check_unpaid(payment: Payment, charge: Charge | None) -> None:
    refuse_under_way(charge)
    payment.check_payable()


def _check_charge(uow: UnitOfWork, payment: Payment, methods: list[PaymentMethod]) -> None:
    if not payment.total:
        raise NothingToCharge(N_("There is nothing to pay: mark the payment as completed."))
    if not methods:
        raise NoMethod(N_("The customer has no saved way to pay. Send a link to pay instead."))
    require_ready(uow, methods[0].gateway)


def _check_page(charge: Charge | None) -> None:
    if charge is None or charge.status not in {"waiting", "requested"}:
        raise NoPageOpen(N_("The customer has no page open to pay on."))


def _check_refund(payment: Payment) -> None:
    if payment.status not in REFUNDABLE or not payment.refundable:
        raise PaymentNotRefundable(
            N_("A payment that is %(status)s cannot be refunded."), status=payment.status
        )


def _is_page(charge: Charge | None) -> bool:
    return charge is not None and charge.status == "waiting"
