"""What is said of a membership's history and of its time, in the reader's language."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from gateway import audit_words, labels
from gateway.audit_words import Change
from gateway.formats import formats
from gateway.translation import gettext as _
from kernel.contracts.billing import Period
from kernel.contracts.memberships import HistoryLine
from kernel.contracts.money import Money
from kernel.errors import N_

ACTS = {
    "add": N_("Added by hand"),
    "activate": N_("Activated"),
    "cancel": N_("Cancelled"),
    "cancel at period end": N_("Cancelled at the end of its time"),
    "change as scheduled": N_("Changed as scheduled"),
    "change products": N_("Products or price changed"),
    "convert to lifetime": N_("Converted to lifetime"),
    "edit": N_("Edited"),
    "expire": N_("Expired"),
    "hold": N_("Put on hold"),
    "paid too late": N_("Paid after it was cancelled"),
    "reactivate": N_("Activated again"),
    "renew": N_("Given more time"),
    "resubscribe": N_("Subscribed to again"),
    "schedule change": N_("Change scheduled"),
    "start the trial": N_("Trial begun"),
    "transfer": N_("Transferred to another customer"),
    "undo cancellation": N_("Cancellation undone"),
    "wait for verification": N_("Waits for the customer's verification"),
    "withdraw change": N_("Scheduled change withdrawn"),
}
TIMES = {
    "trial": N_("Trial"),
    "first": N_("First period"),
    "renewal": N_("Renewal"),
    "change": N_("After a change"),
    "given": N_("Given"),
}
MONEY = {"amount", "credit", "setup_fee"}
TOLD_ELSEWHERE = {"customer_id", "method_id", "payment_id"}
"""Ids say nothing to a person; the timeline links what they name."""


def act(name: str) -> str:
    """Return what was done; an act that this release does not know is shown by its name."""
    return _(ACTS[name]) if name in ACTS else name


def time(kind: str) -> str:
    """Return what a stretch of time was given for."""
    return _(TIMES[kind]) if kind in TIMES else kind


def actor(line: HistoryLine) -> str:
    """Return who did it, as far as billing knows: its kind, never a name."""
    if line.impersonator is not None or line.actor.startswith("account:"):
        return _("An administrator")
    if line.actor.startswith("api-key:"):
        return _("An API key")
    return _(audit_words.ACTORS[line.actor]) if line.actor in audit_words.ACTORS else line.actor


def changes(line: HistoryLine, currency: str) -> Iterator[Change]:
    """Give the fields that changed, with what they were and became; amounts are in the currency."""
    for name in dict.fromkeys([*line.before, *line.after]):
        before, after = line.before.get(name), line.after.get(name)
        if before != after and name not in TOLD_ELSEWHERE:
            was = _said(name, before, currency) if name in line.before else ""
            yield Change(labels.field(name), was, _said(name, after, currency))


def _said(name: str, value: Any, currency: str) -> str:
    if value in (None, "") and name != "period":
        return "–"
    if name in MONEY and isinstance(value, int):
        return formats().money(Money(amount=value, currency=currency))
    if name.endswith("_at"):
        return formats().when(datetime.fromisoformat(value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return SAYING[name](value) if name in SAYING else str(value)


def _item(item: dict[str, Any]) -> str:
    return f"{item['name']} × {item['quantity']}" if item["quantity"] != 1 else str(item["name"])


SAYING: dict[str, Callable[[Any], str]] = {
    "items": lambda items: ", ".join(map(_item, items)),
    "period": lambda length: labels.period(Period.model_validate(length) if length else None),
    "status": labels.membership,
}
