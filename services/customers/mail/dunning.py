"""What is written to a customer about the time of a membership: it is to be paid, it failed, it is over."""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision
from sqlalchemy import select

from kernel.contracts.events import MembershipExpired, MembershipHeld, PaymentDunned, RenewalAsked
from kernel.contracts.money import Money
from kernel.database import UnitOfWork
from services.customers.mail import writing as mails
from services.customers.models import Account, Customer, Network
from services.customers.profiles.names import display_name

# A code stands apart from its number, "SEK 5" (UTS 35, alphaNextToNumber); Babel does not do that yet.
GLUED = re.compile(r"(?<=[A-Z])(?=\d)")
Value = str | int | bool | datetime | Money


def write_renewal(uow: UnitOfWork, event: RenewalAsked) -> None:
    """Say that a period, or a trial, ends, and what the time after it costs.

    Who has to pay a renewal himself has been sent its invoice, which asks him to.
    """
    if not event.is_trial and not event.is_charged:
        return
    _write(
        uow,
        "trial_ending" if event.is_trial else "renewal_coming",
        event.customer_id,
        to_pay=None if event.is_charged else event.payment_id,
        product=event.product,
        total=event.total,
        due_on=event.due_at,
        is_charged=event.is_charged,
    )


def write_failure(uow: UnitOfWork, event: PaymentDunned) -> None:
    """Say that a payment was not made, when it is tried again, and until when there is time."""
    _write(
        uow,
        "payment_failed",
        event.customer_id,
        to_pay=event.payment_id,
        product=event.product,
        total=event.total,
        step=event.step,
        next_on=event.next_at or "",
        holds_on=event.holds_at or "",
    )


def write_hold(uow: UnitOfWork, event: MembershipHeld) -> None:
    """Say that a membership is on hold, and until when paying brings it back at once."""
    _write(
        uow,
        "membership_on_hold",
        event.customer_id,
        to_pay=event.payment_id,
        product=event.product,
        total=event.total,
        expires_on=event.expires_at,
    )


def write_expiry(uow: UnitOfWork, event: MembershipExpired) -> None:
    """Say that a membership is over; what is unpaid of it brings it back."""
    is_unpaid = event.cause == "unpaid"
    _write(
        uow,
        "membership_expired",
        event.customer_id,
        to_pay=event.payment_id if is_unpaid else None,
        product=event.product,
        is_unpaid=is_unpaid,
    )


def _write(
    uow: UnitOfWork, template: str, customer_id: UUID, *, to_pay: UUID | None, **values: Value
) -> None:
    """Write to the customer, with a link to pay by; nothing to one who was deleted meanwhile.

    A link goes to the address of the account alone, like every other.
    """
    customer = uow.session.scalar(select(Customer).where(Customer.id == customer_id))
    network = uow.session.scalar(select(Network))
    if customer is None or network is None:
        return
    account = uow.get(Account, customer.account_id)
    language = account.locale if account.locale in mails.LANGUAGES else network.locale
    name = display_name(
        account.first_name, account.last_name, customer.billing_company, username=account.username
    )
    said: dict[str, Any] = {
        key: _said(value, language, ZoneInfo(network.time_zone)) for key, value in values.items()
    }
    if to_pay is not None:
        said["payment_id"] = str(to_pay)
    mails.write(
        uow,
        template,
        to=account.email if to_pay else customer.billing_email or account.email,
        language=language,
        account_id=account.id,
        customer_id=customer.id,
        link="pay" if to_pay else "",
        name=name,
        **said,
    )


def _said(value: Value, language: str, zone: ZoneInfo) -> str | int | bool:
    """Return a value as the reader's language says it: days in the network's zone."""
    if isinstance(value, datetime):
        return format_date(value.astimezone(zone).date(), "long", locale=language)
    if isinstance(value, Money):
        decimals = get_currency_precision(value.currency)
        amount = format_currency(Decimal(value.amount).scaleb(-decimals), value.currency, locale=language)
        return GLUED.sub("\xa0", amount)
    return value
