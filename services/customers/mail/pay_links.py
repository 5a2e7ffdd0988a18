"""Links to pay by: mailed to a customer, and known again when somebody opens one.

The token is made when the message is sent, and only its hash is kept (ADR 17). Opening a link changes
nothing, and it is good until its time is over: whoever comes back on another day pays then.
"""

import re
import secrets
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from babel.dates import format_date
from babel.numbers import format_currency, get_currency_precision
from sqlalchemy import ColumnElement, select

from kernel.contracts.money import Money
from kernel.contracts.pay_links import PayLinkOrder
from kernel.database import UnitOfWork
from kernel.errors import N_, NotFound, TooMany
from kernel.ids import new_id
from services.customers import audit
from services.customers.accounts.one_time_tokens import hash_of
from services.customers.mail import writing as mails
from services.customers.models import Account, Customer, Mail, Network, PayLink
from services.customers.profiles.names import display_name

TEMPLATE = "pay_link"
LIFETIME = timedelta(days=30)
GLUED = re.compile(r"(?<=[A-Z])(?=\d)")
MOST, WITHIN = 3, timedelta(hours=1)


class PayLinkNotValid(NotFound):
    """Too old, or never sent: not told which."""


class SentTooOften(TooMany):
    """As many links for the same as are sent within the hour have been sent."""


def send(uow: UnitOfWork, customer_id: UUID, order: PayLinkOrder) -> Mail:
    """Mail a customer the link of one of his payments. Raises SentTooOften, NotFound."""
    customer = uow.get(Customer, customer_id, lock=True)
    account = uow.get(Account, customer.account_id)
    is_this = Mail.values["payment_id"].astext == str(order.payment_id)
    refuse_too_often(uow, Mail.customer_id == customer_id, Mail.template == TEMPLATE, is_this)
    audit.note(uow, "pay link sent", customer_id, payment=order.number)
    language = account.locale or uow.session.scalar(select(Network.locale)) or "en"
    return mails.write(
        uow,
        TEMPLATE,
        to=account.email,
        language=language,
        account_id=account.id,
        customer_id=customer_id,
        link="pay",
        name=display_name(account.first_name, account.last_name, username=account.username),
        number=order.number,
        total=_money(order.total, language),
        due=format_date(order.due_on, "long", language) if order.due_on else "",
        payment_id=str(order.payment_id),
    )


def issue(uow: UnitOfWork, mail: Mail) -> str:
    """Return a new token for the payment that a message is about, or to save a card by."""
    payment_id = mail.values.get("payment_id")
    token = secrets.token_urlsafe(32)
    uow.add(
        PayLink(
            id=new_id(),
            customer_id=mail.customer_id,
            payment_id=UUID(payment_id) if payment_id else None,
            token_hash=hash_of(token),
            created_at=uow.now,
            expires_at=uow.now + LIFETIME,
        )
    )
    return token


def find(uow: UnitOfWork, token: str) -> PayLink:
    """Return whose link it is, for which payment; changes nothing. Raises PayLinkNotValid."""
    return look_up(uow, token, PayLink.payment_id.is_not(None))


def look_up(uow: UnitOfWork, token: str, is_meant: ColumnElement[bool]) -> PayLink:
    """Return the link with this secret, if it is of the kind that is meant. Raises PayLinkNotValid."""
    mine = select(PayLink).where(PayLink.token_hash == hash_of(token), PayLink.expires_at > uow.now)
    found = uow.session.scalar(mine.where(is_meant))
    if found is None:
        raise PayLinkNotValid(N_("This link is too old. Ask for a new one."))
    return found


def refuse_too_often(uow: UnitOfWork, *same: ColumnElement[bool]) -> None:
    """Raise SentTooOften; the customer is locked, so those who send at once are counted one after another."""
    sent = (
        select(Mail.created_at)
        .where(Mail.created_at > uow.now - WITHIN, *same)
        .order_by(Mail.created_at.desc())
        .limit(MOST)
    )
    times = list(uow.session.scalars(sent))
    if len(times) == MOST:
        seconds = max(1, int((times[-1] + WITHIN - uow.now).total_seconds()))
        raise SentTooOften(
            N_("%(times)s such links were sent within the hour. Wait a while."),
            times=MOST,
            retry_after=seconds,
        )


def _money(money: Money, language: str) -> str:
    whole = Decimal(money.amount).scaleb(-get_currency_precision(money.currency))
    # A code stands apart from its number (UTS 35, alphaNextToNumber); Babel does not do that yet.
    return GLUED.sub("\xa0", format_currency(whole, money.currency, locale=language))
