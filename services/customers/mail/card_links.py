"""Links to save a card by, without paying: mailed to a customer, and known again when somebody opens one.

They are links to pay by, for no payment; see ``pay_links.py``.
"""

from uuid import UUID

from sqlalchemy import select

from kernel.database import UnitOfWork
from services.customers import audit
from services.customers.mail import pay_links
from services.customers.mail import writing as mails
from services.customers.models import Account, Customer, Mail, Network, PayLink
from services.customers.profiles.names import display_name

TEMPLATE = "card_link"


def send(uow: UnitOfWork, customer_id: UUID) -> Mail:
    """Mail a customer the link by which he saves a card. Raises SentTooOften, NotFound."""
    customer = uow.get(Customer, customer_id, lock=True)
    account = uow.get(Account, customer.account_id)
    pay_links.refuse_too_often(uow, Mail.customer_id == customer_id, Mail.template == TEMPLATE)
    audit.note(uow, "card link sent", customer_id)
    return mails.write(
        uow,
        TEMPLATE,
        to=account.email,
        language=account.locale or uow.session.scalar(select(Network.locale)) or "en",
        account_id=account.id,
        customer_id=customer_id,
        link="card",
        name=display_name(account.first_name, account.last_name, username=account.username),
    )


def find(uow: UnitOfWork, token: str) -> PayLink:
    """Return whose link it is; changes nothing. Raises PayLinkNotValid."""
    return pay_links.look_up(uow, token, PayLink.payment_id.is_(None))
