"""What a customer is told when an admin has switched to his site, where the network wants that told."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from sqlalchemy import select

from kernel.contracts.events import VisitStarted
from kernel.database import UnitOfWork
from services.customers.mail import writing as mails
from services.customers.models import Account, Customer, Network
from services.customers.profiles.names import display_name


def write_visit(uow: UnitOfWork, event: VisitStarted, at: datetime) -> None:
    """Write who came, when, why and what for; nobody is written to who is gone."""
    network = uow.session.scalar(select(Network))
    his = (
        select(Account)
        .join(Customer, (Account.network_id == Customer.network_id) & (Account.id == Customer.account_id))
        .where(Customer.id == event.customer_id)
    )
    owner = uow.session.scalar(his)
    if network is None or not network.switch_is_mailed or owner is None:
        return
    admin = uow.session.scalar(select(Account).where(Account.id == event.admin_id))
    language = owner.locale if owner.locale in mails.LANGUAGES else network.locale
    mails.write(
        uow,
        "visit",
        to=owner.email,
        language=language,
        account_id=owner.id,
        customer_id=event.customer_id,
        name=_name(owner),
        admin=_name(admin) if admin else "",
        at=format_datetime(at, "long", tzinfo=ZoneInfo(network.time_zone), locale=language),
        reason=event.reason,
        mode=event.mode,
    )


def _name(account: Account) -> str:
    return display_name(account.first_name, account.last_name, username=account.username)
