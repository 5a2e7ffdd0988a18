"""Links that somebody who is not signed in wants: noted at once, answered by the worker."""

from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from sqlalchemy import delete, select

from kernel.database import UnitOfWork
from kernel.errors import Forbidden, NotFound
from kernel.ids import new_id
from kernel.work import Claim, finish
from services.customers.accounts import password_links
from services.customers.accounts.link_limits import ResentTooOften
from services.customers.models import Account, Customer, LinkRequest
from services.customers.profiles import addresses, verification


def request_link(uow: UnitOfWork, purpose: Literal["verify", "reset"], email: str) -> None:
    """Note the wish; the same for every address, known or not, with one row and one commit."""
    asked = LinkRequest(id=new_id(), purpose=purpose, email_key=addresses.key_of(email))
    uow.add(asked)
    uow.ring("link_request", asked.id)


def answer_request(uow: UnitOfWork, mine: Claim) -> None:
    """Write to whom the address belongs, unless he needs no link or had enough of them."""
    asked = uow.get(LinkRequest, mine.id)
    account = uow.session.scalar(select(Account).where(Account.email_key == asked.email_key))
    if account is not None and account.is_active:
        ANSWERS[asked.purpose](uow, account)
    finish(uow, LinkRequest, mine)
    uow.session.execute(delete(LinkRequest).where(LinkRequest.id == mine.id))


def _resend_verification(uow: UnitOfWork, account: Account) -> None:
    customer_id = uow.session.scalar(select(Customer.id).where(Customer.account_id == account.id))
    try:
        verification.resend_to_oneself(uow, customer_id)
    except (Forbidden, NotFound, verification.NothingToVerify, ResentTooOften):
        # He is no customer, is verified, or had five within the hour: nobody is there to be told.
        return


def _send_password_link(uow: UnitOfWork, account: Account) -> None:
    with suppress(ResentTooOften):  # nobody is there to be told
        password_links.send_to_oneself(uow, account)


ANSWERS: dict[str, Callable[[UnitOfWork, Account], None]] = {
    "verify": _resend_verification,
    "reset": _send_password_link,
}
"""What each purpose does for the account that has the address."""
