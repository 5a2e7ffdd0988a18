"""What is done with a membership: each act says what it does and asks once more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway import membership_words
from gateway.auth import needs, services
from gateway.membership_acts import STATUS_ACTS, refusals
from gateway.translation import gettext as _
from gateway.views.forms import errors_of, read_form
from gateway.views.pages import page
from kernel.contracts.memberships import (
    CancellationOrder,
    Membership,
    MembershipReason,
    ResubscribeOrder,
    StatusOrder,
)
from kernel.errors import N_, BadRequest, Conflict, Failure, Invalid
from kernel.ids import new_id

views = Blueprint("membership_acts", __name__, url_prefix="/memberships/<uuid:membership_id>")

SENTENCES = {
    "reason": N_("At most 1000 characters."),
    "when": N_("Choose when."),
    "cause": N_("Choose one of the reasons."),
    "price": N_("Choose a price."),
}
Typed = Mapping[str, str]


@dataclass(frozen=True)
class Act:
    """An act: the fields of its form with their usual values, and what is said at its end."""

    done: str
    carry_out: Callable[[UUID, Typed], Membership | None]
    fields: Typed


def _version(typed: Typed) -> int:
    version = typed["version"]
    if not (version.isascii() and version.isdecimal() and len(version) <= 15):
        raise BadRequest
    return int(version)


def _seen(typed: Typed) -> dict[str, object]:
    return {"seen": [_version(typed)]}


def _step(name: str) -> Callable[[UUID, Typed], Membership]:
    def take(membership_id: UUID, typed: Typed) -> Membership:
        told = {"status": STATUS_ACTS[name], "reason": typed["reason"]} | _seen(typed)
        order = read_form(StatusOrder, told, SENTENCES)
        return services().billing.change_membership_status(membership_id, order)

    return take


def _cancel(membership_id: UUID, typed: Typed) -> Membership:
    told = {name: typed[name] for name in ("when", "cause", "reason")} | _seen(typed)
    return services().billing.cancel_membership(membership_id, read_form(CancellationOrder, told, SENTENCES))


def _make_lifetime(membership_id: UUID, typed: Typed) -> Membership:
    order = read_form(MembershipReason, {"reason": typed["reason"]} | _seen(typed), SENTENCES)
    return services().billing.convert_to_lifetime(membership_id, order)


def _resubscribe(membership_id: UUID, typed: Typed) -> Membership:
    order = read_form(ResubscribeOrder, {"price": typed["price"]}, SENTENCES)
    return services().billing.resubscribe(membership_id, order, key=typed["key"])


def _undo(membership_id: UUID, typed: Typed) -> None:
    services().billing.undo_cancellation(membership_id, _version(typed))


def _withdraw(membership_id: UUID, typed: Typed) -> None:
    services().billing.withdraw_change(membership_id, _version(typed))


REASON = {"reason": ""}
ACTS = {
    "activate": Act(N_("The membership is active."), _step("activate"), REASON),
    "hold": Act(N_("The membership is on hold."), _step("hold"), REASON),
    "expire": Act(N_("The membership is expired."), _step("expire"), REASON),
    "trial": Act(N_("The trial has begun."), _step("trial"), REASON),
    "cancel": Act(
        N_("The cancellation is written down."), _cancel, REASON | {"when": "period_end", "cause": ""}
    ),
    "lifetime": Act(N_("The membership never ends."), _make_lifetime, REASON),
    "resubscribe": Act(N_("A new membership goes on from this one."), _resubscribe, {"price": "recompute"}),
    "undo": Act(N_("The membership goes on."), _undo, {}),
    "withdraw": Act(N_("The scheduled change will not happen."), _withdraw, {}),
}
ANY = "<any(activate, hold, expire, trial, cancel, lifetime, resubscribe, undo, withdraw):name>"


@views.get(f"/{ANY}")
@needs("billing.edit")
def ask(membership_id: UUID, name: str) -> Response:
    """Say what it would do, and ask for what it needs."""
    return _form(membership_id, name, ACTS[name].fields)


@views.post(f"/{ANY}")
@needs("billing.edit")
def do(membership_id: UUID, name: str) -> AnyResponse:
    """Do it; what was typed is still there when it cannot be done."""
    act = ACTS[name]
    typed = {field: request.form.get(field, "").strip() for field in (*act.fields, "version", "key")}
    try:
        made = act.carry_out(membership_id, typed)
    except (Conflict, Invalid) as failure:
        return _form(membership_id, name, typed, failure)
    flash(_(act.done), "success")
    return redirect(f"/memberships/{made.id if made else membership_id}", 303)


def _form(membership_id: UUID, name: str, values: Typed, failure: Failure | None = None) -> Response:
    found = services().billing.membership(membership_id)
    return page(
        "memberships/act.html",
        menu="memberships",
        status=failure.status if failure else 200,
        membership=found,
        act=name,
        values=values,
        errors=errors_of(failure),
        refusal=refusals(found).get(name, ""),
        causes=membership_words.causes(),
        key=new_id(),
    )
