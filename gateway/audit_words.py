"""What the audit log says, in the reader's language: acts, fields and values."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway import labels, membership_words
from gateway.formats import formats
from gateway.hosts import current_host
from gateway.translation import gettext as _
from kernel.contracts.audit import AuditEntry
from kernel.contracts.billing import Period
from kernel.contracts.money import Money
from kernel.errors import N_

ACTS = {
    "account unlocked": N_("Account unlocked"),
    "address verified by link": N_("E-mail address confirmed by the link in the mail"),
    "admin created": N_("Administrator created"),
    "admin deactivated": N_("Administrator deactivated"),
    "admin invited": N_("Administrator invited"),
    "admin reactivated": N_("Administrator active again"),
    "admin removed": N_("Administrator removed"),
    "admin role changed": N_("Role of an administrator changed"),
    "admin sessions ended": N_("Sessions of an administrator ended"),
    "api key created": N_("API key created"),
    "api key revoked": N_("API key revoked"),
    "charge decided": N_("Said what became of an attempt to charge"),
    "balances rebuilt": N_("Stored balances made right by the postings"),
    "difference closed": N_("Difference with a payment gateway explained"),
    "audit log exported": N_("Audit log exported"),
    "custom field added": N_("Custom field added"),
    "custom field changed": N_("Custom field changed"),
    "custom field deleted": N_("Custom field deleted"),
    "custom fields changed": N_("Custom fields of a customer changed"),
    "custom fields ordered": N_("Order of custom fields changed"),
    "bulk action ordered": N_("Something ordered for many customers"),
    "bulk action run again": N_("What failed for some customers run again"),
    "bulk action stopped": N_("What was ordered for many customers stopped"),
    "customer changed": N_("Customer changed"),
    "customer deleted": N_("Customer deleted"),
    "customer deletion asked again": N_("Services told once more of a deletion"),
    "customer deletion refused": N_("Deletion of a customer refused"),
    "customer deletion requested": N_("Deletion of a customer began"),
    "customer handed over": N_("Customer handed over to another sign-in"),
    "customer marked vip": N_("Customer marked as VIP"),
    "customer registered": N_("Customer registered by hand"),
    "customer unmarked vip": N_("VIP mark taken from customer"),
    "import received": N_("Customer file received"),
    "import started": N_("Import of customers started"),
    "import stopped": N_("Import of customers stopped"),
    "customers imported": N_("Customers imported"),
    "customers exported": N_("Customers exported"),
    "invitation accepted": N_("Invitation accepted"),
    "invitation sent again": N_("Invitation sent again"),
    "invitation withdrawn": N_("Invitation withdrawn"),
    "mail sent again": N_("Message sent again"),
    "mail tried again": N_("Mail tried again"),
    "invoices exported": N_("Invoices exported"),
    "membership added": N_("Membership added"),
    "membership cancellation scheduled": N_("Membership cancelled at the end of its time"),
    "membership cancellation undone": N_("Cancellation of a membership undone"),
    "membership change scheduled": N_("Change of a membership scheduled"),
    "membership change withdrawn": N_("Scheduled change of a membership withdrawn"),
    "membership changed": N_("Membership changed"),
    "membership status changed": N_("Status of a membership changed"),
    "membership transferred": N_("Membership transferred to another customer"),
    "memberships exported": N_("Memberships exported"),
    "note added": N_("Note added"),
    "note deleted": N_("Note deleted"),
    "note edited": N_("Note edited"),
    "notes deleted": N_("All notes deleted"),
    "product brought back": N_("Product brought back"),
    "product changed": N_("Product changed"),
    "product created": N_("Product created"),
    "product deleted": N_("Product deleted"),
    "product retired": N_("Product retired"),
    "recovery codes renewed": N_("Recovery codes made anew"),
    "sample of mail sent": N_("Sample of a message sent"),
    "card link sent": N_("Link to save a card sent"),
    "pay link sent": N_("Link to pay sent"),
    "payment added": N_("Payment added by hand"),
    "payment cancelled": N_("Payment cancelled"),
    "payment changed": N_("Lines of a payment changed"),
    "payment completed": N_("Payment marked as completed"),
    "payment method removed": N_("Way to pay removed"),
    "payments exported": N_("Payments exported"),
    "payment gateway changed": N_("Payment gateway set up"),
    "second factor set up": N_("Second factor set up"),
    "second factor taken off": N_("Second factor taken off"),
    "pending memberships started": N_("Memberships started that had been left pending"),
    "password changed": N_("Password changed"),
    "password link sent": N_("Link to set a password sent"),
    "late payment kept": N_("Kept money that came after its payment was cancelled"),
    "dispute written down": N_("Said what the bank took of a disputed payment"),
    "refund asked about": N_("Payment gateway asked once more about a refund"),
    "refund decided": N_("Said what became of a refund"),
    "refund requested": N_("Refund asked for"),
    "settings changed": N_("Settings of the network saved"),
    "billing settings changed": N_("Settings of billing saved"),
    "sign-in forced": N_("Signed out everywhere by force"),
    "sign-ins exported": N_("History of sign-ins exported"),
    "site activated": N_("Site opened"),
    "site changed": N_("Site changed"),
    "site created": N_("Site made"),
    "site deactivated": N_("Site closed"),
    "site deleted": N_("Site deleted"),
    "assistance decided": N_("Assistance allowed or taken back by the customer"),
    "switch log exported": N_("Switch log exported"),
    "sites exported": N_("Sites exported"),
    "switch cleared": N_("Switching to a site allowed"),
    "verification asked for": N_("Verification link asked for by the customer"),
    "verification changed": N_("E-mail verification changed by hand"),
    "verification resent": N_("Verification link sent again"),
    "visit ended": N_("Visit to a site ended"),
    "visit started": N_("Switched to a site"),
}
ACTORS = {"command": N_("Command line"), "worker": N_("Background"), "gateway": N_("Somebody not signed in")}
PAGES = {"customer": "/customers"}
SAYING: dict[str, Callable[[Any], str]] = {
    "status": labels.membership,
    "changed": lambda names: ", ".join(map(labels.field, names)),
    "cancel_cause": membership_words.cause,
    "cancels_at": lambda at: formats().when(datetime.fromisoformat(at)),
    "due_at": lambda at: formats().when(datetime.fromisoformat(at)),
}
"""How the values of some fields are said; the others are said as they are."""


@dataclass(frozen=True)
class Change:
    """One field of an act: what it was and what it became; ``before`` is empty for what is only told."""

    field: str
    before: str
    after: str


def acts() -> dict[str, str]:
    """Return every act by its name in the log, in the order of the reader's alphabet."""
    return dict(sorted(((act, _(words)) for act, words in ACTS.items()), key=lambda pair: pair[1].casefold()))


def act(entry: AuditEntry) -> str:
    """Return what was done; an act that this release does not know is shown as it stands in the log."""
    return _(ACTS[entry.action]) if entry.action in ACTS else entry.action


def actor(entry: AuditEntry) -> str:
    """Return who did it."""
    return entry.actor_name or (_(ACTORS[entry.actor]) if entry.actor in ACTORS else entry.actor)


def object_name(entry: AuditEntry) -> str:
    """Return what it was done to is called; empty for what is gone."""
    return entry.object_name or (current_host().network.name if _is_network(entry) else "")


def _is_network(entry: AuditEntry) -> bool:
    return entry.object_id == current_host().network.id


def object_link(entry: AuditEntry) -> str | None:
    """Return the page of whom or what it was done to."""
    folder = PAGES.get(entry.object_kind)
    return f"{folder}/{entry.object_id}" if folder else None


def changes(entry: AuditEntry) -> list[Change]:
    """Return the fields that changed, and then what else the log tells of the act."""
    return [*_changed(entry), *_told(entry)]


def _changed(entry: AuditEntry) -> Iterator[Change]:
    for name in dict.fromkeys([*entry.before, *entry.after]):
        before, after = entry.before.get(name), entry.after.get(name)
        if before != after:
            # What was never there before is only told.
            was = _said(name, before) if name in entry.before else ""
            yield Change(labels.field(name), was, _said(name, after))


def _told(entry: AuditEntry) -> Iterator[Change]:
    for name, value in entry.details.items():
        yield Change(labels.field(name), "", _said(name, value))


def _said(name: str, value: Any) -> str:
    return SAYING[name](value) if name in SAYING and value else _value(value)


def _value(value: object) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(_value(one) for one in value) or "–"
    if isinstance(value, dict) and {"currency", "amount"} <= value.keys():
        return _money(value)
    if isinstance(value, dict):
        return ", ".join(f"{labels.field(name)}: {_value(one)}" for name, one in value.items()) or "–"
    return str(value)


def _money(value: Mapping[str, Any]) -> str:
    """Return an amount, or the price of a product with its period and what setting it up costs."""
    currency = str(value["currency"])
    words = formats().money(Money(amount=value["amount"], currency=currency))
    if "period" in value:
        length = value["period"]
        words += " " + labels.period(Period.model_validate(length) if length else None)
    if setup_fee := value.get("setup_fee"):
        fee = formats().money(Money(amount=setup_fee, currency=currency))
        words += " " + _("(setting up: %(fee)s)", fee=fee)
    return words
