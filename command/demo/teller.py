"""What may have happened to a customer's memberships and payments, each a story."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Literal

from command.demo.story import Person, Story
from kernel.contracts.billing import MembershipStatus, Period
from kernel.database import UnitOfWork
from services.billing.memberships.lifecycle import activate_membership, change_status, start_membership
from services.billing.memberships.periods import end_of
from services.billing.models import Membership, Payment, Product
from services.billing.payments.lifecycle import complete_payment, create_payment, fail_payment
from services.billing.payments.lines import Item
from services.billing.refunds.lifecycle import request_refund

MONTH, YEAR = Period(length=1, unit="month"), Period(length=1, unit="year")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EURO_COUNTRIES = frozenset({"AT", "BE", "DE", "EE", "ES", "FI", "FR", "IE", "IT", "LT", "LV", "NL", "PT"})
SWEDISH_TAX = Decimal(25)

Shelf = dict[str, Product]
"""The products by their short names."""


class Teller:
    """Tells the stories of one customer's money; the dice are the same in every run."""

    def __init__(self, uow: UnitOfWork, person: Person, shelf: Shelf, dice: Random) -> None:
        self.uow, self.person, self.shelf, self.dice = uow, person, shelf, dice
        self.present = uow.now
        self.currency = currency_of(person)
        self.tax = SWEDISH_TAX if person.country in {"", "SE"} else Decimal(0)

    def start(self, slug: str, period: Period | None, *, trial_days: int = 0) -> Membership:
        return start_membership(
            self.uow,
            customer_id=self.person.customer_id,
            product_id=self.shelf[slug].id,
            currency=self.currency,
            period=period,
            trial_days=trial_days,
        )

    def ask(self, membership: Membership, *, discount: int = 0) -> Payment:
        """Ask for what the membership costs."""
        names = {product.id: product.name for product in self.shelf.values()}
        item = Item(names[membership.product_id], membership.amount, tax_percent=self.tax)
        return create_payment(
            self.uow,
            customer_id=self.person.customer_id,
            currency=membership.currency,
            items=[item],
            discount=discount,
            membership_id=membership.id,
        )

    def receive(self, payment: Payment) -> None:
        complete_payment(self.uow, payment.id, reference=f"BG {self.dice.randint(10**7, 10**8 - 1)}")

    def renewed(self, slug: str, years: int) -> Story:
        """Paid by the year, for some years: each time it runs out, it is paid again and goes on."""
        yield self._ago(years * 365 - self.dice.randint(20, 330))
        membership = self.start(slug, YEAR)
        for _ in range(years):
            if membership.status == "active":
                yield end_of(YEAR, self.uow.now)
                change_status(self.uow, membership.id, "expired")
            yield self.uow.now + HOUR
            payment = self.ask(membership, discount=membership.amount // 10)
            yield self.uow.now + 2 * DAY
            self.receive(payment)
            activate_membership(self.uow, membership.id)

    def monthly(self, slug: str, end: MembershipStatus | Literal["failed"]) -> Story:
        """Paid by the month, begun lately; ``end`` is what became of it."""
        yield self._ago(self.dice.randint(3, 25))
        membership = self.start(slug, MONTH)
        payment = self.ask(membership)
        if end == "pending":
            return
        yield self.uow.now + HOUR
        if end == "failed":
            fail_payment(self.uow, payment.id, reason="Kortet har gått ut.")
            return
        self.receive(payment)
        activate_membership(self.uow, membership.id)
        if end != "active":
            yield self.uow.now + DAY
            change_status(self.uow, membership.id, end)

    def lapsed(self, slug: str, end: str) -> Story:
        """Had it for a year, and let it go; some of the money went back."""
        yield self._ago(self.dice.randint(430, 700))
        membership = self.start(slug, YEAR)
        payment = self.ask(membership)
        yield self.uow.now + 3 * DAY
        self.receive(payment)
        activate_membership(self.uow, membership.id)
        if end == "cancelled":
            yield self.uow.now + 200 * DAY
            change_status(self.uow, membership.id, "cancelled")
            yield self.uow.now + DAY
            half = payment.money(payment.total // 2)
            request_refund(self.uow, payment.id, half, reason="Uppsagt i förtid; resten av året åter.")
        else:
            yield end_of(YEAR, self.uow.now)
            change_status(self.uow, membership.id, "expired")

    def trying(self) -> Story:
        """In the trial of a plan."""
        yield self._ago(self.dice.randint(1, 12))
        self.start("foretag", MONTH, trial_days=14)

    def free(self) -> Story:
        """On the free plan."""
        yield self._ago(self.dice.randint(10, 600))
        membership = self.start("prova", None)
        yield self.uow.now + HOUR
        activate_membership(self.uow, membership.id)

    def helped(self, *, regretted: bool) -> Story:
        """Bought help with moving in; or regretted it and got everything back."""
        yield self._ago(self.dice.randint(15, 300))
        price = self.shelf["flytthjalp"].price_for(self.currency, None)
        unit = price.amount if price else 0
        items = [Item("Flytthjälp", unit, tax_percent=self.tax),
                 Item("Domän, första året", unit // 10, quantity=2, tax_percent=self.tax)]  # fmt: skip
        payment = create_payment(
            self.uow, customer_id=self.person.customer_id, currency=self.currency, items=items
        )
        yield self.uow.now + 5 * DAY
        self.receive(payment)
        if regretted:
            yield self.uow.now + 4 * DAY
            request_refund(self.uow, payment.id, payment.money(payment.total), reason="Ångrat köp.")

    def _ago(self, days: int) -> datetime:
        """Return a moment that many days ago, in office hours, and not before he was a customer."""
        at = self.present - days * DAY
        office_hours = at.replace(hour=self.dice.randint(7, 15), minute=self.dice.randint(0, 59))
        return max(office_hours, self.person.since + HOUR)


def currency_of(person: Person) -> str:
    """Return what a customer pays in, by his country."""
    if person.country == "JP":
        return "JPY"
    return "EUR" if person.country in EURO_COUNTRIES else "SEK"
