"""What is written down while a message is sent: before, at the last moment, and after.

**At least one copy, at most two.** SMTP cannot be asked whether it took a message, so a worker that is
killed, or loses the connection, after it ended the message and before it noted the answer leaves
that open. The server takes a message when it reads the line with the single dot, and throws away
one that breaks off before. So the contents are sent first; then ``about_to_end`` counts, in a
transaction of its own and only while the lease is held, that a copy may be out; then the dot is sent.

- Killed before the count is committed: no dot was sent, no copy is out, nothing is counted.
- Killed after: a copy may be out. It counts as one, and the message is sent once more: without that,
  it might never have arrived.
- Twice counted, twice not known: a third try could be a third copy. The message is given up with a
  sentence, and a person decides; trying again then begins a new count.
- The server said no, or answered that it took it: known, and the count is put right with the outcome.

A message whose two workers were both killed in the microseconds between the commit and the dot is
given up without a copy out. It is not lost: it stands among what was given up, and says why.

A worker that is given up for dead and wakes up cannot send an uncounted copy: its count would need
the lease that its successor has. Both copies have the same Message-ID.
"""

from dataclasses import dataclass

from sqlalchemy import Update, select, update

from kernel.database import UnitOfWork
from kernel.errors import N_, NotFound
from kernel.work import LEASE, Claim, LeaseLost, finish, give_up
from services.customers.accounts import one_time_tokens
from services.customers.mail import pay_links
from services.customers.mail import writing as mails
from services.customers.models import Account, Customer, Mail, MailAttachment, Network
from services.customers.profiles import addresses, reachability

MOST_COPIES = 2
FIRST = 1


class NotToBeSent(Exception):
    """The message must not go out any more; the sentence says why."""


@dataclass(frozen=True)
class Letter:
    """What goes out; ``token`` is the secret of its link, in here and in the message alone."""

    mail: Mail
    network: Network
    token: str
    attachments: tuple[MailAttachment, ...] = ()


def take_up(uow: UnitOfWork, mine: Claim) -> Letter:
    """Return the message as it is to be sent now, with a new token for its link.

    Raises NotToBeSent, or LeaseLost when another worker has it, or it is gone.
    """
    _hold_account(uow, mine)
    mail = _mine(uow, mine)
    if mine.attempts == FIRST:
        # New, or somebody asked for it to be tried again: he knows what may be out.
        mail.copies = 0
    if mail.copies >= MOST_COPIES:
        raise NotToBeSent(
            "The mail server was twice handed this message without an answer; it may have both copies."
        )
    network = uow.session.scalars(select(Network)).one()
    return Letter(mail, network, _token(uow, mail), tuple(mail.attachments))


def about_to_end(uow: UnitOfWork, mine: Claim) -> None:
    """Count the copy that the server will have in a moment, and hold the lease for its answer."""
    _change(uow, mine, update(Mail).values(copies=Mail.copies + 1, lease_until=uow.now + LEASE))


def note_answer(uow: UnitOfWork, mine: Claim, answer: str) -> None:
    """Keep what the server said, or that it did not, of an attempt that is made again."""
    _change(uow, mine, update(Mail).values(answer=answer))


def take_back(uow: UnitOfWork, mine: Claim) -> None:
    """The server refused what was counted as a copy: it has none of this attempt."""
    _change(uow, mine, update(Mail).values(copies=Mail.copies - 1))


def note_sent(uow: UnitOfWork, mine: Claim, answer: str) -> None:
    """The server took the message: done, and the customer can be reached."""
    mail = _mine(uow, mine)
    mail.answer, mail.sent_at = answer, uow.now
    reachability.mark_reachable(uow, mail)
    finish(uow, Mail, mine)


def note_refused(uow: UnitOfWork, mine: Claim, answer: str) -> None:
    """The address was refused for good: given up, and the customer cannot be reached."""
    mail = _mine(uow, mine)
    mail.answer = answer
    reachability.mark_unreachable(uow, mail, answer)
    give_up(uow, Mail, mine, f"The address was refused: {answer}")


def _hold_account(uow: UnitOfWork, mine: Claim) -> None:
    """Keep the account that a link is for as it is, before its message: whoever ends links locks it first."""
    whose = select(Mail.account_id).where(Mail.id == mine.id, Mail.link != "").scalar_subquery()
    account = select(Account.id).where(Account.id == whose)
    uow.session.execute(account.with_for_update(read=True, key_share=True, of=Account))


def _mine(uow: UnitOfWork, mine: Claim) -> Mail:
    found = select(Mail).where(Mail.id == mine.id).with_for_update(of=Mail)
    mail = uow.session.scalar(found.execution_options(populate_existing=True))
    if mail is None or mail.lease_token != mine.token:
        raise LeaseLost(N_("Somebody else took this work over."))
    return mail


def _change(uow: UnitOfWork, mine: Claim, change: Update) -> None:
    held = change.where(Mail.id == mine.id, Mail.lease_token == mine.token).returning(Mail.id)
    if uow.session.scalar(held.execution_options(synchronize_session=False)) is None:
        raise LeaseLost(N_("Somebody else took this work over."))


def _token(uow: UnitOfWork, mail: Mail) -> str:
    if not mail.link:
        return ""
    try:
        account = uow.get(Account, mail.account_id) if mail.account_id else None
    except NotFound:
        account = None
    if account is None:
        raise NotToBeSent("The account that the link was for is gone.")
    if not _is_his_address(uow, mail, account):
        raise NotToBeSent("The account has another address by now; its link must not go to the old one.")
    if mail.link in {"pay", "card"}:
        return pay_links.issue(uow, mail)
    return one_time_tokens.issue(uow, account.id, mails.purpose_of(mail))


def _is_his_address(uow: UnitOfWork, mail: Mail, account: Account) -> bool:
    """Whether the message still goes to the account's address; to pay by, also to the one for invoices."""
    reader = addresses.key_of(mail.to)
    if account.email_key == reader or mail.link != "pay":
        return account.email_key == reader
    billing = uow.session.scalar(select(Customer.billing_email).where(Customer.id == mail.customer_id))
    return addresses.key_of(billing) == reader if billing else False
