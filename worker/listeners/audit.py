"""What other services decided and the audit log must hold: settings, visits to sites, and products."""

from typing import Any

from kernel.auth import id_of_actor
from kernel.contracts.events import (
    BalancesRebuilt,
    BillingSettingsChanged,
    ChargeDecided,
    DifferenceClosed,
    DisputeWrittenDown,
    InvoicesExported,
    LateMoneyKept,
    NetworkSettingsChanged,
    PaymentCancelled,
    PaymentCompleted,
    PaymentCreated,
    PaymentGatewayChanged,
    PaymentLinesChanged,
    PaymentMethodRemoved,
    PaymentsExported,
    ProductChanged,
    ProductCreated,
    ProductDeleted,
    ProductRetired,
    Recorded,
    RefundAskedAgain,
    RefundDecided,
    RefundRequested,
    SwitchLogExported,
    VisitEnded,
    VisitStarted,
)
from kernel.database import UnitOfWork
from kernel.events import Listener
from services.billing.amounts import in_words
from worker.listeners.audit_lines import changes
from worker.listeners.audit_lines import write_line as _note

PaymentNoted = PaymentCreated | PaymentCompleted | PaymentCancelled | PaymentLinesChanged
PAYMENT_ACTS: dict[type, str] = {
    PaymentCreated: "payment added",
    PaymentCompleted: "payment completed",
    PaymentCancelled: "payment cancelled",
    PaymentLinesChanged: "payment changed",
}

audit = Listener("audit", home="customers", start="beginning")


@audit.to(NetworkSettingsChanged)
def note_settings(uow: UnitOfWork, event: NetworkSettingsChanged, recorded: Recorded) -> None:
    """Note what changed; when the network is founded, or nobody knew what was before, all that holds now."""
    before = event.before.model_dump(mode="json") if event.before else {}
    after = event.settings.model_dump(mode="json")
    _note(uow, recorded, "settings changed", recorded.network_id, **changes(before, after))


@audit.to(PaymentGatewayChanged)
def note_gateway(uow: UnitOfWork, event: PaymentGatewayChanged, recorded: Recorded) -> None:
    """Note what was decided about a payment gateway; of secrets only which were given anew."""
    told = {"gateway": event.gateway, "secrets": list(event.secrets)}
    changed = {"before": event.before, "after": event.after}
    _note(uow, recorded, "payment gateway changed", recorded.network_id, **changed, details=told)


@audit.to(PaymentCreated, PaymentCompleted, PaymentCancelled, PaymentLinesChanged)
def note_payment(uow: UnitOfWork, event: PaymentNoted, recorded: Recorded) -> None:
    """Note what a person did with a payment; what happens by itself stands in the customer's events."""
    if id_of_actor(recorded.actor) is None:
        return
    told = {"payment": event.number, "total": in_words(event.total)}
    if isinstance(event, PaymentCancelled):
        told["reason"] = event.reason
    if isinstance(event, PaymentLinesChanged):
        told["before"] = in_words(event.before)
    _note(uow, recorded, PAYMENT_ACTS[type(event)], event.customer_id, details=told)


@audit.to(ChargeDecided)
def note_charge_decision(uow: UnitOfWork, event: ChargeDecided, recorded: Recorded) -> None:
    """Note who says what became of an attempt to charge, and how he knows."""
    told = {"payment": event.number, "amount": in_words(event.amount), "has_come": event.has_come}
    told |= {"reference": event.reference, "reason": event.reason}
    _note(uow, recorded, "charge decided", event.customer_id, details=told)


@audit.to(DisputeWrittenDown)
def note_dispute_amount(uow: UnitOfWork, event: DisputeWrittenDown, recorded: Recorded) -> None:
    """Note who says what the bank took in the payment's currency, and how he knows."""
    told = {"payment": event.number, "amount": in_words(event.taken), "reason": event.reason}
    _note(uow, recorded, "dispute written down", event.customer_id, details=told)


@audit.to(LateMoneyKept)
def note_late_money(uow: UnitOfWork, event: LateMoneyKept, recorded: Recorded) -> None:
    """Note who kept money that came after its payment was cancelled."""
    told = {"payment": event.number, "amount": in_words(event.amount)}
    _note(uow, recorded, "late payment kept", event.customer_id, details=told)


@audit.to(PaymentMethodRemoved)
def note_method(uow: UnitOfWork, event: PaymentMethodRemoved, recorded: Recorded) -> None:
    """Note which way to pay somebody took away."""
    told = {"gateway": event.gateway, "brand": event.brand, "last4": event.last4}
    _note(uow, recorded, "payment method removed", event.customer_id, details=told)


@audit.to(PaymentsExported)
def note_payments_export(uow: UnitOfWork, event: PaymentsExported, recorded: Recorded) -> None:
    """Note who took payments along."""
    _note(uow, recorded, "payments exported", recorded.network_id, details={"narrowed": event.narrowed})


@audit.to(InvoicesExported)
def note_invoices_export(uow: UnitOfWork, event: InvoicesExported, recorded: Recorded) -> None:
    """Note who took invoices along."""
    _note(uow, recorded, "invoices exported", recorded.network_id, details={"narrowed": event.narrowed})


@audit.to(SwitchLogExported)
def note_switch_log_export(uow: UnitOfWork, event: SwitchLogExported, recorded: Recorded) -> None:
    """Note who took the switch log along."""
    told = {"narrowed": event.narrowed}
    _note(uow, recorded, "switch log exported", recorded.network_id, details=told)


@audit.to(BillingSettingsChanged)
def note_billing_settings(uow: UnitOfWork, event: BillingSettingsChanged, recorded: Recorded) -> None:
    """Note field by field what changed, and a logo by its id."""
    before = _flat(event.before.model_dump(mode="json")) | {"logo": event.logo_before}
    after = _flat(event.after.model_dump(mode="json")) | {"logo": event.logo_after}
    _note(uow, recorded, "billing settings changed", recorded.network_id, **changes(before, after))


def _flat(said: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of the company beside the others, ``company.name``."""
    company = {f"company.{name}": value for name, value in said["company"].items()}
    return {name: value for name, value in said.items() if name != "company"} | company


@audit.to(VisitStarted)
def note_visit(uow: UnitOfWork, event: VisitStarted, recorded: Recorded) -> None:
    """Note that an admin is on a customer's site."""
    told = {"site_id": str(event.site_id), "reason": event.reason}
    _note(uow, recorded, "visit started", event.customer_id, impersonator=event.admin_id, details=told)


@audit.to(VisitEnded)
def note_end(uow: UnitOfWork, event: VisitEnded, recorded: Recorded) -> None:
    """Note that he is there no more, and why."""
    told = {"site_id": str(event.site_id), "cause": event.cause}
    _note(uow, recorded, "visit ended", event.customer_id, impersonator=event.admin_id, details=told)


@audit.to(BalancesRebuilt)
def note_rebuilding(uow: UnitOfWork, _event: BalancesRebuilt, recorded: Recorded) -> None:
    """Note that somebody had the balances made anew."""
    _note(uow, recorded, "balances rebuilt", recorded.network_id)


@audit.to(DifferenceClosed)
def note_explanation(uow: UnitOfWork, event: DifferenceClosed, recorded: Recorded) -> None:
    """Note what somebody said a difference was."""
    told = {"gateway": event.gateway, "reference": event.reference, "note": event.note}
    _note(uow, recorded, "difference closed", event.finding_id, details=told)


@audit.to(RefundRequested)
def note_refund(uow: UnitOfWork, event: RefundRequested, recorded: Recorded) -> None:
    """Note who gave money back, how much and why."""
    told = _of_refund(event) | {"effect": event.effect, "is_by_hand": event.is_by_hand}
    _note(uow, recorded, "refund requested", event.customer_id, details=told | {"reason": event.reason})


@audit.to(RefundDecided)
def note_decision(uow: UnitOfWork, event: RefundDecided, recorded: Recorded) -> None:
    """Note who says what became of a refund, and how he knows."""
    told = _of_refund(event) | {"has_gone": event.has_gone, "reason": event.reason}
    _note(uow, recorded, "refund decided", event.customer_id, details=told)


@audit.to(RefundAskedAgain)
def note_question(uow: UnitOfWork, event: RefundAskedAgain, recorded: Recorded) -> None:
    """Note who had the gateway asked once more."""
    _note(uow, recorded, "refund asked about", event.customer_id, details=_of_refund(event))


def _of_refund(event: RefundRequested | RefundDecided | RefundAskedAgain) -> dict[str, Any]:
    return {"payment": event.number, "amount": in_words(event.amount)}


@audit.to(ProductCreated)
def note_product(uow: UnitOfWork, event: ProductCreated, recorded: Recorded) -> None:
    """Note what is sold now; of one from before the terms travelled along, its name."""
    after = event.terms.model_dump(mode="json") if event.terms else {"name": event.name}
    _note(uow, recorded, "product created", event.product_id, after=after)


@audit.to(ProductChanged)
def note_product_change(uow: UnitOfWork, event: ProductChanged, recorded: Recorded) -> None:
    """Note the terms that changed, under the name that it has."""
    before, after = event.before.model_dump(mode="json"), event.after.model_dump(mode="json")
    told = {"product": event.name}
    _note(uow, recorded, "product changed", event.product_id, **changes(before, after), details=told)


@audit.to(ProductRetired)
def note_retirement(uow: UnitOfWork, event: ProductRetired, recorded: Recorded) -> None:
    """Note that it is sold to nobody any more, or again."""
    _note(
        uow,
        recorded,
        "product retired" if event.is_retired else "product brought back",
        event.product_id,
        details={"product": event.name},
    )


@audit.to(ProductDeleted)
def note_product_deletion(uow: UnitOfWork, event: ProductDeleted, recorded: Recorded) -> None:
    """Note that it is gone."""
    _note(uow, recorded, "product deleted", event.product_id, details={"product": event.name})
