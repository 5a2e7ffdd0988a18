"""Correct a membership by hand: its price and period to come, its dates, and how it is paid."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.contracts.memberships import MembershipEdit
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Invalid
from services.billing.gateways.configured import MANUAL
from services.billing.memberships.bills import withdraw_bills
from services.billing.memberships.changes import publish_changed
from services.billing.memberships.history import differences, record, require_version
from services.billing.memberships.moving_dates import move_end, move_trial_end
from services.billing.memberships.schedule import withdraw_scheduled
from services.billing.models import GatewaySettings, Membership, PaymentMethod

NOT_SAVED = N_("The membership is not saved.")
TO_COME = frozenset({"amount", "period", "cycles", "cycles_billed"})
"""What the next bill depends on: one that is not paid yet is taken back and asked for anew."""


class EditNotValid(Invalid):
    """A field cannot have the value that is asked for."""


class NotEditable(Conflict):
    """The membership is over for good."""


def edit_membership(uow: UnitOfWork, membership_id: UUID, edit: MembershipEdit) -> Membership:
    """Change the fields that are named. Raises NotEditable, ChangedMeanwhile, EditNotValid, ChargeUnderWay.

    Price and period count from the next bill on. An end that is moved later gives time for nothing; one that
    is moved earlier takes paid time back, which becomes credit.
    """
    uow.identity.require("billing.edit")
    membership = uow.get(Membership, membership_id, lock=True)
    require_version(membership, edit.seen)
    if membership.status == "cancelled":
        raise NotEditable(N_("A cancelled membership cannot be changed. Subscribe again instead."))
    wanted = {name: getattr(edit.changes, name) for name in edit.changes.model_fields_set}
    was, now = differences({name: getattr(membership, name) for name in wanted}, wanted)
    if not now:
        return membership
    _check(uow, membership, now)
    credit = membership.credit
    if now.keys() & (TO_COME | {"expires_at", "trial_ends_at"}):
        withdraw_bills(uow, membership)
    for name in sorted(now):
        _put(uow, membership, name, now[name])
    if membership.credit != credit:
        was, now = was | {"credit": credit}, now | {"credit": membership.credit}
    record(uow, membership, act="edit", before=was, after=now, reason=edit.reason)
    publish_changed(uow, membership, list(now))
    return membership


def convert_to_lifetime(
    uow: UnitOfWork, membership_id: UUID, *, reason: str = "", seen: list[int] | None = None
) -> Membership:
    """Let the membership never end, and ask for nothing more of it. Raises NotEditable, ChargeUnderWay.

    What was paid stays paid. A pending one never ends once it has begun.
    """
    uow.identity.require("billing.edit")
    membership = uow.get(Membership, membership_id, lock=True)
    require_version(membership, seen)
    if membership.status not in {"pending", "active", "on_hold"}:
        raise NotEditable(N_("Only what runs, or has not begun, can be made lifetime. Activate it first."))
    if membership.period is None and membership.expires_at is None:
        raise NotEditable(N_("This membership never ends already."))
    before = {"period": membership.period, "expires_at": membership.expires_at, "cycles": membership.cycles}
    if membership.status != "pending":
        withdraw_bills(uow, membership)
    withdraw_scheduled(uow, membership)
    membership.period_length = membership.period_unit = membership.cycles = None
    membership.cancels_at, membership.auto_renew = None, False
    if membership.expires_at is not None:
        move_end(uow, membership, None)
    after = {"period": None, "expires_at": None, "cycles": None}
    record(uow, membership, act="convert to lifetime", before=before, after=after, reason=reason)
    publish_changed(uow, membership, list(after))
    return membership


def _put(uow: UnitOfWork, membership: Membership, name: str, value: Any) -> None:
    if name == "period":
        membership.period_length = value.length if value else None
        membership.period_unit = value.unit if value else None
        membership.anchor_at = membership.expires_at
    elif name == "expires_at":
        move_end(uow, membership, value)
    elif name == "trial_ends_at":
        move_trial_end(uow, membership, value)
    else:
        setattr(membership, name, value)


def _check(uow: UnitOfWork, membership: Membership, now: dict[str, Any]) -> None:
    """Raise EditNotValid with a sentence for each field that is wrong."""
    wrong = {
        name: sentence
        for name, check in CHECKS.items()
        if name in now and (sentence := check(uow, membership, now[name]))
    }
    if now.get("method_id") is not None and "method_id" not in wrong:
        wrong |= _kept_elsewhere(uow, now["method_id"], now.get("gateway", membership.gateway))
    if wrong:
        raise EditNotValid(NOT_SAVED, fields=wrong)


def _kept_elsewhere(uow: UnitOfWork, method_id: UUID, gateway: str) -> dict[str, str]:
    """Return what is wrong with a method that the membership's gateway could never charge."""
    if uow.get(PaymentMethod, method_id).gateway == gateway:
        return {}
    return {"method_id": N_("Another payment gateway keeps it. Let the membership be paid through that one.")}


def _cycles(_uow: UnitOfWork, membership: Membership, cycles: int | None) -> str | None:
    if cycles is not None and cycles < membership.cycles_billed:
        return N_("More periods than that have been billed already.")
    return None


def _period(_uow: UnitOfWork, membership: Membership, period: object) -> str | None:
    if period is None:
        return N_("To let it never end, convert it to lifetime.")
    if membership.period is None and membership.status not in {"pending", "trialing"}:
        return N_("What was paid once is not renewed. Change its products instead.")
    return None


def _started_at(uow: UnitOfWork, membership: Membership, at: datetime | None) -> str | None:
    if membership.status == "pending":
        return N_("A pending membership has not begun. Activate it.")
    return N_("It began at some time, and not later than now.") if at is None or at > uow.now else None


def _trial_ends_at(uow: UnitOfWork, membership: Membership, at: datetime | None) -> str | None:
    if membership.status != "trialing":
        return N_("This membership is not in a trial.")
    return N_("A trial ends some time after now.") if at is None or at <= uow.now else None


def _expires_at(uow: UnitOfWork, membership: Membership, at: datetime | None) -> str | None:
    if membership.status not in {"active", "on_hold"}:
        return N_("Only what runs has an end that can be moved. Activate it first.")
    if at is None:
        return N_("To let it never end, convert it to lifetime.")
    if membership.period is None and membership.expires_at is None:
        return N_("This membership never ends.")
    return N_("Choose a time after now. To end it now, cancel it.") if at <= uow.now else None


def _gateway(uow: UnitOfWork, _membership: Membership, name: str) -> str | None:
    chosen = uow.session.get(GatewaySettings, (uow.network_id, name))
    if name == MANUAL or (chosen is not None and chosen.is_enabled):
        return None
    return N_("This payment gateway is not switched on.")


def _method_id(uow: UnitOfWork, membership: Membership, method_id: UUID | None) -> str | None:
    if method_id is None:
        return None
    method = uow.session.get(PaymentMethod, method_id)
    is_his = method is not None and method.network_id == uow.network_id
    if method is None or not is_his or method.customer_id != membership.customer_id or method.removed_at:
        return N_("The customer has no such payment method.")
    return None


CHECKS: dict[str, Callable[[UnitOfWork, Membership, Any], str | None]] = {
    "cycles": _cycles,
    "period": _period,
    "started_at": _started_at,
    "trial_ends_at": _trial_ends_at,
    "expires_at": _expires_at,
    "gateway": _gateway,
    "method_id": _method_id,
}
