"""Customers with memberships, payments and sites, made through the use cases, and read by the listeners."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import time_machine
from sqlalchemy import select

from kernel import clock
from kernel.contracts.billing import Period
from kernel.contracts.customers import BillingInfo
from kernel.contracts.events import ProductCreated
from kernel.contracts.money import Money
from kernel.events import advance
from kernel.ids import new_id
from kernel.log import ParkedEvent
from services.billing.memberships.lifecycle import activate_membership, start_membership
from services.billing.memberships.waiting import note_status
from services.billing.payments.lifecycle import complete_payment, create_payment, fail_payment
from services.billing.payments.lines import Item
from services.billing.products.sale import Offer, create_product
from services.billing.refunds.lifecycle import request_refund
from services.customers.profiles.registration import mark_vip, register_customer
from services.sites.models import Provisioning
from tests.flows.world import Owner, World, password_hash
from worker.listeners.audit import audit
from worker.listeners.customer_facts import customer_facts
from worker.listeners.membership_audit import membership_audit
from worker.listeners.networks import networks
from worker.listeners.site_audit import site_audit
from worker.listeners.timeline import timeline

MONTHLY = Period(length=1, unit="month")
PEOPLE = (
    ("Åsa", "Lindqvist", "asa.lindqvist@bageriet.example", "verified"),
    ("Erik", "Johansson", "erik@johansson-bygg.example", "verified"),
    ("Maja", "Öberg", "maja.oberg@yogasalen.example", "pending"),
    ("Mohammed", "Al-Farsi", "mohammed@alfarsi.example", "verified"),
    ("Ingrid", "Sørensen", "ingrid@fjordkaffe.example", "none"),
    ("Ólafur", "Þórsson", "olafur@hestar.example", "verified"),
    ("Päivi", "Virtanen", "paivi.virtanen@sauna.example", "verified"),
    (
        "Wolfeschlegelsteinhausen",
        "Bergerdorff",
        "maximilian.wolfeschlegelsteinhausen@hohenberg.example",
        "pending",
    ),
    ("Tove", "Marika", "tove@muminverkstan.example", "verified"),
)


def settle(world: World) -> None:
    """Let the listeners read everything that has happened so far."""
    home = world.databases["customers"]
    for listener in (networks, customer_facts, timeline, audit, site_audit, membership_audit):
        for source in world.databases.values():
            while advance(listener, source, home):
                pass


def registered(world: World, email: str, first_name: str, last_name: str, **more: object) -> Owner:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        made = register_customer(
            uow, email=email, how="import", first_name=first_name, last_name=last_name,
            password_hash=password_hash(), **more,  # type: ignore[arg-type]
        )  # fmt: skip
        return Owner(made.id, made.account_id, email)


def vip(world: World, owner: Owner) -> None:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        mark_vip(uow, owner.customer_id, is_vip=True)


def product(world: World, name: str, amount: int) -> UUID:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        offer = Offer(Money(amount=amount, currency="SEK"), MONTHLY)
        made = create_product(uow, slug=name.lower(), name=name, kind="plan", pricing="paid", offers=[offer])
        return made.id


def member(world: World, owner: Owner, product_id: UUID) -> UUID:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        # Nobody asks him to confirm his address, so nothing waits for it.
        note_status(uow, owner.customer_id, "none")
        made = start_membership(
            uow, customer_id=owner.customer_id, product_id=product_id, currency="SEK", period=MONTHLY
        )
        activate_membership(uow, made.id)
        return made.id


def paid(world: World, owner: Owner, amount: int, currency: str = "SEK", *, back: int = 0) -> UUID:
    """Make a payment that has come, and give ``back`` some of it."""
    with world.databases["billing"].unit_of_work(world.command) as uow:
        item = Item("Webbplats, en månad", amount, tax_percent=Decimal(0))
        made = create_payment(uow, customer_id=owner.customer_id, currency=currency, items=[item])
        complete_payment(uow, made.id, reference="OCR 4711")
        if back:
            request_refund(uow, made.id, Money(amount=back, currency=currency), reason="Ångrat köp")
        return made.id


def failed(world: World, owner: Owner, amount: int) -> None:
    with world.databases["billing"].unit_of_work(world.command) as uow:
        made = create_payment(
            uow, customer_id=owner.customer_id, currency="SEK", items=[Item("E-post", amount)]
        )
        fail_payment(uow, made.id, reason="Kortet nekades")


def troubles(world: World) -> tuple[UUID, UUID]:
    """Leave an event that the timeline could not handle, and a site that could not be set up."""
    event_id = new_id()
    with world.databases["customers"].unit_of_work(world.command) as uow:
        event = ProductCreated(product_id=new_id(), name="Bas").model_dump(mode="json")
        recorded = {
            "id": str(event_id), "source": "billing", "transaction": 1, "position": 1,
            "network_id": str(world.network_id), "occurred_at": uow.now.isoformat(), "actor": "command",
            "impersonator": None, "request_id": "", "event": event,
        }  # fmt: skip
        parked = {"listener": "timeline", "event_id": event_id, "source": "billing", "recorded": recorded}
        uow.add(ParkedEvent(**parked, error="ValueError: no room", parked_at=uow.now, resolution=""))
    site_id = world.site(None, "fallen", is_open=False)
    with world.databases["sites"].unit_of_work(world.command) as uow:
        work = uow.session.scalars(select(Provisioning).where(Provisioning.site_id == site_id)).one()
        work.state, work.attempts, work.last_error = "dead", 5, "OSError: no disk"
        return event_id, work.id


def village(world: World) -> list[Owner]:
    """Nine customers with something true in every block, the newest first; the first has most."""
    basic, shop = product(world, "Bas", 19900), product(world, "Webbutik", 49900)
    made: list[Owner] = []
    for place, (first, last, email, verification) in enumerate(reversed(PEOPLE)):
        with time_machine.travel(clock.now() - timedelta(days=31 * (len(PEOPLE) - place)), tick=True):
            owner = _settler(world, first, last, email, verification)
            _buys(world, owner, place, basic=basic, shop=shop)
            made.insert(0, owner)
    _been_here(world, made[:4])
    settle(world)
    return made


def _settler(world: World, first: str, last: str, email: str, verification: str) -> Owner:
    address = BillingInfo(
        company=f"{last} AB",
        email=email,
        line1="Storgatan 1",
        postcode="111 22",
        city="Stockholm",
        country="SE",
    )
    owner = registered(
        world, email, first, last, username=first.lower(), verification=verification, billing=address
    )
    world.site(owner, site_of(owner))
    return owner


def _buys(world: World, owner: Owner, place: int, *, basic: UUID, shop: UUID) -> None:
    """Everybody has a plan; some have more, and not every payment comes."""
    member(world, owner, basic)
    paid(world, owner, 19900 * (place + 2))
    if place % 2 == 0:
        member(world, owner, shop)
        paid(world, owner, 12500, "JPY", back=500)
        vip(world, owner)
    if place % 3 == 2:
        paid(world, owner, 4990, "EUR")
        failed(world, owner, 9900)


def site_of(owner: Owner) -> str:
    """Return the name of an owner's site: that of his domain."""
    return owner.email.partition("@")[2].partition(".")[0]


def _been_here(world: World, owners: list[Owner]) -> None:
    """Let some of them sign in on their own sites, one after the other."""
    for owner in owners:
        host = site_of(owner)
        world.signed_in(owner.email, host=host).get(world.url(host, "/dashboard"))
