"""Money in every state that pages show, for one customer: with long words, and with large amounts."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import get_args
from uuid import UUID

from sqlalchemy import select, update

from kernel import clock
from kernel.contracts.billing import ChargeStatus, MembershipStatus, Period
from kernel.contracts.money import Money
from kernel.contracts.plugins import Dispute
from kernel.contracts.refunds import RefundStatus
from kernel.database import UnitOfWork
from kernel.ids import new_id
from services.billing.invoices.of_payments import send_invoice
from services.billing.memberships.cancellations import cancel_at_period_end
from services.billing.memberships.lifecycle import change_status, start_membership
from services.billing.memberships.waiting import note_status
from services.billing.models import (
    Charge,
    Payment,
    PaymentMethod,
    Reconciliation,
    ReconciliationFinding,
    Refund,
)
from services.billing.models import Dispute as DisputeRow
from services.billing.payments.disputes import note_dispute
from services.billing.payments.lifecycle import cancel_payment, complete_payment, create_payment, fail_payment
from services.billing.payments.lines import Item
from services.billing.products.retirement import retire_product
from services.billing.products.sale import Offer, create_product
from services.billing.refunds.lifecycle import request_refund
from tests.flows.world import Owner, World

MONTHLY = Period(length=1, unit="month")
MUCH = 1_234_567_890  # minor units
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft i Skellefteå"
REFUNDS: tuple[RefundStatus, ...] = get_args(RefundStatus)
CHARGES: tuple[ChargeStatus, ...] = get_args(ChargeStatus)
STATES: dict[MembershipStatus, tuple[MembershipStatus, ...]] = {
    "pending": (),
    "trialing": ("trialing",),
    "active": ("active",),
    "on_hold": ("active", "on_hold"),
    "expired": ("active", "expired"),
    "cancelled": ("active", "cancelled"),
}


def money_in_every_state(world: World, owner: Owner) -> list[str]:
    """Make it, and return the path of each page that shows it, and of each that asks what to do with it."""
    with _billing(world) as uow:
        paths = [*_products(uow), *_memberships(uow, owner), *_payments(uow, owner), *_charges(uow, owner)]
    with _billing(world) as uow:
        paths += [*_refunds(uow, owner), *_dispute(uow, owner)]
    with _billing(world) as uow:
        _findings(uow)
    return [*LISTS, *paths]


LISTS = (
    "/memberships", "/memberships?q=nobody", "/payments", "/payments?q=nobody", "/payments/waiting",
    "/invoices", "/invoices?tab=credited&q=nobody", "/refunds", "/refunds?which=needs_person", "/products",
    "/products?tab=retired", "/products/new", "/reconciliation", "/reconciliation?show=all",
    "/settings/billing",
)  # fmt: skip


@contextmanager
def _billing(world: World) -> Iterator[UnitOfWork]:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        yield uow


def _products(uow: UnitOfWork) -> Iterator[str]:
    for kind in ("plan", "package"):
        offer = Offer(Money(amount=MUCH, currency="SEK"), MONTHLY)
        sold = create_product(
            uow, slug=f"long-{kind}", name=LONG, kind=kind, pricing="paid", offers=[offer], description=LONG
        )
        yield f"/products/{sold.id}"
    agreed = create_product(uow, slug="agreed", name="Storkund", kind="plan", pricing="contact_us")
    unused = create_product(uow, slug="unused", name="Oanvänd", kind="service", pricing="free")
    old = create_product(uow, slug="old", name="Gammal", kind="plan", pricing="free")
    uow.session.flush()
    retire_product(uow, old.id)
    yield from (f"/products/{made.id}" for made in (agreed, old))
    yield from (
        f"/products/{sold.id}/repricing",
        f"/products/{sold.id}/retire",
        f"/products/{unused.id}/delete",
    )


def _memberships(uow: UnitOfWork, owner: Owner) -> Iterator[str]:
    note_status(uow, owner.customer_id, "none")
    sold = create_product(
        uow, slug="every", name=LONG, kind="plan", pricing="paid",
        offers=[Offer(Money(amount=MUCH, currency="SEK"), MONTHLY)],
    )  # fmt: skip
    uow.session.flush()
    made: dict[str, UUID] = {}
    for state, steps in STATES.items():
        membership = start_membership(
            uow, customer_id=owner.customer_id, product_id=sold.id, currency="SEK", period=MONTHLY,
            trial_days=14 if state == "trialing" else 0,
        )  # fmt: skip
        for step in steps:
            if membership.status != step:
                change_status(uow, membership.id, step, reason=LONG)
        made[state] = membership.id
    ending = start_membership(
        uow, customer_id=owner.customer_id, product_id=sold.id, currency="SEK", period=MONTHLY
    )
    change_status(uow, ending.id, "active")
    cancel_at_period_end(uow, ending.id, reason=LONG)
    for membership_id in (*made.values(), ending.id):
        yield f"/memberships/{membership_id}"
    for act in ("edit", "products", "transfer", "cancel", "hold", "expire", "lifetime"):
        yield f"/memberships/{made['active']}/{act}"
    yield f"/memberships/{made['cancelled']}/resubscribe"
    yield f"/memberships/{ending.id}/undo"
    yield f"/memberships/new?customer={owner.customer_id}"


def _asked_for(uow: UnitOfWork, owner: Owner, gateway: str = "manual") -> Payment:
    items = [
        Item(LONG, MUCH, tax_percent=Decimal(25)),
        Item("Flytthjälp", 190000, quantity=3, tax_percent=Decimal(6)),
    ]
    made = create_payment(
        uow, customer_id=owner.customer_id, currency="SEK", items=items, discount=12345, gateway=gateway
    )
    uow.session.flush()
    return made


def _payments(uow: UnitOfWork, owner: Owner) -> Iterator[str]:
    pending, failed, cancelled, completed = (_asked_for(uow, owner) for _turn in range(4))
    send_invoice(uow, pending.id)
    fail_payment(uow, failed.id, reason="Kortet nekades")
    cancel_payment(uow, cancelled.id, reason=LONG)
    complete_payment(uow, completed.id, reference="OCR 4711 4711 4711 4711 4711 4711")
    for payment in (pending, failed, cancelled, completed):
        yield f"/payments/{payment.id}"
    for act in ("complete", "cancel", "link"):
        yield f"/payments/{pending.id}/{act}"
    yield from (f"/payments/{pending.id}/lines/new", f"/payments/{pending.id}/lines/{pending.lines[0].id}")
    yield from (f"/payments/new?customer={owner.customer_id}", f"/payments/{completed.id}/refund")


def _charges(uow: UnitOfWork, owner: Owner) -> Iterator[str]:
    """An attempt of each state; of one, which nobody knows, a person has to say what became of it."""
    method = PaymentMethod(
        id=new_id(), customer_id=owner.customer_id, gateway="stripe", gateway_customer="cus_1",
        reference="pm_1", brand="visa", last4="4242", expires="2029-08", is_default=True,
    )  # fmt: skip
    uow.add(method)
    uow.session.flush()
    for place, status in enumerate((*CHARGES, "unknown")):
        payment = _asked_for(uow, owner, "stripe")
        is_open = status not in {"succeeded", "failed", "cancelled"}
        needs_person = place == len(CHARGES)
        charge = Charge(
            id=new_id(), payment_id=payment.id, method_id=method.id, status=status, currency="SEK",
            state="dead" if needs_person else "due" if is_open else "done", amount=payment.total,
            gateway="stripe", key=f"charge:{place}", reference=f"pi_{place}" + "x" * 40, due_at=uow.now,
            settled_at=None if is_open else uow.now, reason=LONG if status == "failed" else "",
        )  # fmt: skip
        uow.add(charge)
        if is_open:
            payment.status = "processing"
        if status in {"waiting", "failed"} or needs_person:
            yield f"/payments/{payment.id}"
        if needs_person:
            yield f"/payments/{payment.id}/attempts/{charge.id}"


def _refunds(uow: UnitOfWork, owner: Owner) -> Iterator[str]:
    """A refund of each state; two of one payment, and one that a person has to decide."""
    for place, status in enumerate((*REFUNDS, "unknown")):
        payment = _asked_for(uow, owner, "stripe")
        complete_payment(uow, payment.id, reference=f"ch_{place}")
        refund = request_refund(uow, payment.id, Money(amount=MUCH // 2, currency="SEK"), reason=LONG)
        uow.session.flush()
        needs_person = place == len(REFUNDS)
        is_settled = status in {"succeeded", "failed", "reversed"}
        told = {
            "status": status,
            "state": "dead" if needs_person else "done" if is_settled else "due",
            "settled_at": uow.now if is_settled else None,
            "failure": f"Stripe: {LONG}" if status in {"unknown", "failed", "reversed"} else "",
            "reference": f"re_{place}" + "x" * 40,
        }
        uow.session.execute(update(Refund).where(Refund.id == refund.id).values(**told))
        yield f"/refunds/{refund.id}"
        if status in {"unknown", "reversed"}:
            yield f"/payments/{payment.id}"


def _dispute(uow: UnitOfWork, owner: Owner) -> Iterator[str]:
    payment = _asked_for(uow, owner, "stripe")
    complete_payment(uow, payment.id, reference="ch_disputed")
    request_refund(uow, payment.id, Money(amount=9900, currency="SEK"), is_by_hand=True)
    uow.session.flush()
    note_dispute(
        uow, "stripe", Dispute("dp_1", "ch_disputed", Money(amount=payment.total, currency="SEK"), "lost")
    )
    yield f"/payments/{payment.id}"
    elsewhere = _asked_for(uow, owner, "stripe")
    complete_payment(uow, elsewhere.id, reference="ch_elsewhere")
    uow.session.flush()
    held = Dispute("dp_2", "ch_elsewhere", Money(amount=900, currency="EUR"), "needs_response", moved=(900,))
    note_dispute(uow, "stripe", held)
    dispute_id = uow.session.scalar(select(DisputeRow.id).where(DisputeRow.reference == "dp_2"))
    yield from (f"/payments/{elsewhere.id}", f"/payments/{elsewhere.id}/disputes/{dispute_id}")


def _findings(uow: UnitOfWork) -> None:
    now = clock.now()
    run = Reconciliation(
        id=new_id(), state="done", gateway="stripe", since=now - timedelta(days=1), until=now,
        compared=10, found=2, created_at=now, finished_at=now,
    )  # fmt: skip
    uow.add(run)
    uow.session.flush()
    payment_id = uow.session.scalar(select(Payment.id).limit(1))
    for thing, state in (("refund", "succeeded"), ("charge", "unknown")):
        side = {"state": state, "money": {"amount": MUCH, "currency": "SEK"}, "at": None, "key": "k"}
        other = side | {"money": {"amount": MUCH + 1, "currency": "SEK"}}
        finding = ReconciliationFinding(
            id=new_id(), reconciliation_id=run.id, gateway="stripe", thing=thing, difference="amount",
            reference=f"{thing}_" + "x" * 40, ours=side, theirs=other, moved_at=now, found_at=now,
            payment_id=payment_id,
        )  # fmt: skip
        uow.add(finding)
