"""What the templates of mail make of made-up values: to look at, and to send to oneself."""

from typing import Any, get_args
from uuid import UUID

from sqlalchemy import select

from kernel.contracts.mails import Language, MailSample, MailSamples, SampleOrder
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, NotFound
from services.customers import audit
from services.customers.mail import writing as mails
from services.customers.models import Account, ApiKey, Mail, Network

SAMPLES: dict[str, Any] = {
    "name": "Åsa Lindqvist",
    "email": "asa.lindqvist@shop.example",
    "old": "asa@old.example",
    "inviter": "Ada Admin",
    "role": "support",
    "asking": "customer",
    "number": 131,
    "amount": "120.50 SEK",
    "payment": 42,
    "product": "Bas",
    "total": "199,00 kr",
    "due_on": "2026-06-30",
    "due": "30 June 2026",
    "next_on": "2026-07-03",
    "holds_on": "2026-07-07",
    "expires_on": "2026-07-10",
    "step": 1,
    "is_charged": True,
    "is_unpaid": True,
    "invoice": "2026-00042",
    "admin": "Ada Admin",
    "at": "30 June 2026, 14:05",
    "reason": "You asked for help with the front page",
    "mode": "act",
}
"""A value for whatever the templates show; a template that shows something else needs one more here."""


class NobodyToSendTo(Conflict):
    """Whoever asks has no address: an API key that belongs to no account."""


def samples(uow: UnitOfWork) -> MailSamples:
    """Return every template in every language, in the network's name and colour."""
    network = _network(uow)
    made = [
        _sample(network, template, language) for template in templates() for language in get_args(Language)
    ]
    return MailSamples(items=made)


def send_sample(uow: UnitOfWork, order: SampleOrder) -> Mail:
    """Send one to whoever asks for it. Raises NotFound, NobodyToSendTo."""
    if order.template not in templates():
        raise NotFound(N_("There is no such message."))
    account = _asking(uow)
    audit.note(uow, "sample of mail sent", account.id, template=order.template, language=order.language)
    values = values_of(order.template, order.language)
    return mails.write(
        uow, order.template, to=account.email, language=order.language, account_id=account.id, **values
    )


def templates() -> list[str]:
    """Return the names of all templates."""
    return sorted(path.stem for path in (mails.TEMPLATES / "en").glob("*.txt"))


def values_of(template: str, language: str) -> dict[str, Any]:
    """Return what the template shows; what nobody has made up yet stands there by its name."""
    return {name: SAMPLES.get(name, f"‹{name}›") for name in mails.names_in(template, language)}


def _sample(network: Network, template: str, language: Language) -> MailSample:
    said = mails.render(network, template, language, values_of(template, language))
    return MailSample(template=template, language=language, **said)


def _network(uow: UnitOfWork) -> Network:
    network: Network | None = uow.session.scalar(select(Network))
    if network is None:
        raise NotFound(N_("This network cannot send mail yet. Try again in a moment."))
    return network


def _asking(uow: UnitOfWork) -> Account:
    account_id: UUID | None = uow.identity.account_id
    if account_id is None and uow.identity.key_id is not None:
        account_id = uow.session.scalar(select(ApiKey.account_id).where(ApiKey.id == uow.identity.key_id))
    if account_id is None:
        raise NobodyToSendTo(N_("This API key belongs to nobody who could get mail."))
    return uow.get(Account, account_id)
