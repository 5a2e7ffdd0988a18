"""Sending a message again: as a new one, or the one that was given up."""

from datetime import timedelta
from math import ceil
from uuid import UUID, uuid5

from sqlalchemy import ColumnElement, select

from kernel import background
from kernel.contracts.events import MailSentAgain
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, TooMany
from kernel.ids import new_id
from services.customers import audit
from services.customers.mail.attachments import attach_again
from services.customers.models import WORKS, Account, Customer, Mail
from services.customers.profiles import addresses, logins

AGAIN = "sent again"
"""The reason of a message that somebody had sent again."""

TIMES = 5
WITHIN = timedelta(hours=1)
COPIED = (
    "to", "account_id", "customer_id", "language", "template", "values", "link", "subject", "html", "text"
)  # fmt: skip


class InvitationOfItsOwn(Conflict):
    """An invitation is sent again as one, by who may give its role, and not as mere mail."""


class LinkOfOldAddress(Conflict):
    """The message has a link that would go to an address which the account has no more."""


class SentAgainTooOften(TooMany):
    """As many messages as are sent again within the hour have been."""


def send_again(uow: UnitOfWork, mail_id: UUID, *, key: str = "") -> Mail:
    """Write the message once more, word for word; a link in it will be a new one.

    The same ``key`` of the same person is the same wish, and finds what it had written at first. Raises
    Forbidden, InvitationOfItsOwn, LinkOfOldAddress, SentAgainTooOften, NotFound.
    """
    mail = _for_who_may(uow, mail_id)
    again_id = uuid5(mail.id, f"{uow.identity.actor} {key}") if key else new_id()
    written = uow.session.scalar(select(Mail).where(Mail.id == again_id))
    if written is not None:
        return written
    _note(uow, mail, "mail sent again")
    _refuse_old_address(uow, mail)
    _refuse_too_often(uow, mail)
    copied = {name: getattr(mail, name) for name in COPIED}
    again = Mail(id=again_id, reason=AGAIN, created_at=uow.now, **copied)
    attach_again(again, mail)
    uow.add(again)
    uow.publish(MailSentAgain(customer_id=mail.customer_id, mail_id=again.id, template=mail.template))
    uow.ring("mail", again.id)
    return again


def try_again(uow: UnitOfWork, mail_id: UUID) -> None:
    """Make a message due again that was given up. Raises Forbidden, InvitationOfItsOwn, NotFound."""
    mail = _for_who_may(uow, mail_id)
    _note(uow, mail, "mail tried again")
    background.retry_dead(uow, WORKS, mail_id, kind="mail")


def _for_who_may(uow: UnitOfWork, mail_id: UUID) -> Mail:
    """Return the message, locked, to somebody who may send it.

    A link by which a password is set goes out again by the same rights as at first.
    """
    owner_id = uow.get(Mail, mail_id).customer_id
    if owner_id is not None:
        # Before the mail, as a deletion does. Those who send at once are counted one after the other.
        uow.get(Customer, owner_id, lock=True)
    mail = uow.get(Mail, mail_id, lock=True)
    uow.identity.require("customers.credentials" if mail.link in {"reset", "invite"} else "customers.edit")
    if mail.link == "invite":
        raise InvitationOfItsOwn(N_("An invitation is sent again on the page Admins."))
    if mail.link == "reset":
        _refuse_who_may_do_more(uow, mail)
    return mail


def _refuse_who_may_do_more(uow: UnitOfWork, mail: Mail) -> None:
    account = uow.session.scalar(select(Account).where(Account.id == mail.account_id))
    if account is not None:
        logins.require_may_change(uow.identity, account)


def _note(uow: UnitOfWork, mail: Mail, act: str) -> None:
    audit.note(uow, act, mail.customer_id or mail.id, mail=str(mail.id), template=mail.template)


def _refuse_old_address(uow: UnitOfWork, mail: Mail) -> None:
    if not mail.link:
        return
    same = select(Account.id).where(Account.id == mail.account_id)
    if uow.session.scalar(same.where(Account.email_key == addresses.key_of(mail.to))) is None:
        raise LinkOfOldAddress(
            N_("The account has another address by now. A link to it is not sent to the old one.")
        )


def _refuse_too_often(uow: UnitOfWork, mail: Mail) -> None:
    """Count in the mail itself: no cache that may be emptied knows better."""
    sent = (
        select(Mail.created_at)
        .where(_to_the_same(mail), Mail.reason == AGAIN, Mail.created_at > uow.now - WITHIN)
        .order_by(Mail.created_at.desc())
        .limit(TIMES)
    )
    times = list(uow.session.scalars(sent))
    if len(times) == TIMES:
        seconds = max(1, ceil((times[-1] + WITHIN - uow.now).total_seconds()))
        raise SentAgainTooOften(
            N_("%(times)s messages were sent again within the hour. The next can be in %(minutes)s minutes."),
            times=TIMES,
            minutes=ceil(seconds / 60),
            retry_after=seconds,
        )


def _to_the_same(mail: Mail) -> ColumnElement[bool]:
    return Mail.customer_id == mail.customer_id if mail.customer_id else Mail.to == mail.to
