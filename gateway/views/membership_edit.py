"""Correct a membership: its price and period to come, cycles, dates, and how it is paid."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from gateway.auth import needs, services
from gateway.gateway_choices import gateway_choices
from gateway.membership_acts import refusals
from gateway.method_choices import method_choices
from gateway.translation import gettext as _
from gateway.typed_money import WRONG_AMOUNT, read_amount, typed_amount
from gateway.typed_times import read_time, typed_time
from gateway.views.forms import errors_of
from gateway.views.pages import page
from kernel.contracts.billing import Period
from kernel.contracts.memberships import Membership, MembershipChanges, MembershipEdit
from kernel.errors import N_, BadRequest, Conflict, Failure, Invalid

views = Blueprint("membership_edit", __name__, url_prefix="/memberships/<uuid:membership_id>/edit")

NOT_SAVED = N_("The membership is not saved.")
WHOLE = N_("Write a whole number.")
WRONG_TIME = N_("Write a day and a time that exist.")
WRONG_METHOD = N_("The customer has no such payment method.")
TIMES = ("started_at", "trial_ends_at", "expires_at")
TEXTS = ("gateway", "gateway_customer", "gateway_subscription")
CHANGED = "ChangedMeanwhile"

Typed = dict[str, str]


@views.get("")
@needs("billing.edit")
def edit(membership_id: UUID) -> Response:
    """The form, with what is saved."""
    found = services().billing.membership(membership_id)
    return _form(found, typed_of(found))


@views.post("")
@needs("billing.edit")
def save(membership_id: UUID) -> AnyResponse:
    """Save what was changed; what was typed is still there when it cannot be saved."""
    typed, was = _sent(""), _sent("was.")
    try:
        changes = read_changes(typed, was, request.form.get("currency", ""))
        edit = MembershipEdit(seen=[_version()], changes=changes, reason=typed["reason"][:1000])
        services().billing.edit_membership(membership_id, edit)
    except (Invalid, Conflict) as failure:
        return _again(membership_id, typed, was, failure)
    words = _("The membership is saved.") if changes.model_fields_set else _("Nothing was changed.")
    flash(words, "success")
    return redirect(f"/memberships/{membership_id}", 303)


def typed_of(found: Membership) -> Typed:
    """Return what stands in the form of a membership as it is."""
    return {
        "amount": typed_amount(found.amount.amount, found.amount.currency),
        "length": str(found.period.length) if found.period else "",
        "unit": found.period.unit if found.period else "",
        "cycles": str(found.cycles or ""),
        "cycles_billed": str(found.cycles_billed),
        "auto_renew": "true" if found.auto_renew else "",
        "reason": "",
        **{name: typed_time(getattr(found, name)) for name in TIMES},
        "method_id": str(found.method_id or ""),
        **{name: getattr(found, name) for name in TEXTS},
    }


def read_changes(typed: Typed, was: Typed, currency: str) -> MembershipChanges:
    """Return what was changed, and nothing else. Raises Invalid with every field that is wrong."""
    read: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    changed = {name for name, value in typed.items() if value != was[name]}
    if changed & {"length", "unit"}:
        read["period"], changed = _period(typed, wrong), changed - {"length", "unit"}
    for name in sorted(changed - {"reason"}):
        try:
            read[name] = _read(name, typed[name], currency)
        except ValueError as reason:
            wrong[name] = str(reason)
    if not wrong:
        try:
            return MembershipChanges.model_validate(read)
        except ValidationError as reason:
            wrong = {str(error["loc"][0]): _("This cannot be so.") for error in reason.errors()}
    raise Invalid(NOT_SAVED, fields=wrong)


def _read(name: str, value: str, currency: str) -> object:
    """Return a field as it is meant. Raises ValueError with the sentence."""
    if name == "amount":
        amount = read_amount(value, currency) if len(currency) == 3 else None
        if amount is None or amount < 0:
            raise ValueError(WRONG_AMOUNT)
        return amount
    if name in {"cycles", "cycles_billed"}:
        if name == "cycles" and not value:
            return None
        if not (value.isascii() and value.isdecimal() and len(value) < 10):
            raise ValueError(WHOLE)
        return int(value)
    if name in TIMES:
        try:
            return read_time(value)
        except ValueError:
            raise ValueError(WRONG_TIME) from None
    if name == "method_id":
        return _method(value)
    return value == "true" if name == "auto_renew" else value


def _method(value: str) -> UUID | None:
    try:
        return UUID(value) if value else None
    except ValueError:
        raise ValueError(WRONG_METHOD) from None


def _period(typed: Typed, wrong: dict[str, str]) -> Period | None:
    if not typed["unit"]:
        return None
    length = typed["length"] or "1"
    if not (length.isascii() and length.isdecimal() and len(length) < 6 and int(length)):
        wrong["length"] = WHOLE
        return None
    try:
        return Period.model_validate({"length": int(length), "unit": typed["unit"]})
    except ValidationError:
        raise BadRequest from None


def _sent(prefix: str) -> Typed:
    numbers = ("amount", "length", "unit", "cycles", "cycles_billed")
    names = (*numbers, "auto_renew", "method_id", "reason", *TIMES, *TEXTS)
    return {name: request.form.get(prefix + name, "").strip() for name in names}


def _version() -> int:
    given = request.form.get("version", "")
    if not (given.isascii() and given.isdecimal() and len(given) <= 18):
        raise BadRequest
    return int(given)


def _again(membership_id: UUID, typed: Typed, was: Typed, failure: Failure) -> Response:
    """Show what was typed, and beside it what somebody else has saved meanwhile."""
    found = services().billing.membership(membership_id)
    now = typed_of(found)
    if failure.code != CHANGED:
        return _form(found, typed, failure=failure, was=was, version=_version())
    theirs = {name: now[name] or _("Not given") for name in now if now[name] not in (was[name], typed[name])}
    if "method_id" in theirs:
        theirs["method_id"] = dict(method_choices(services(), found.customer_id, now["method_id"]))[
            now["method_id"]
        ]
    mine = {name: typed[name] if typed[name] != was[name] else now[name] for name in typed}
    return _form(found, mine, failure=failure, theirs=theirs)


def _form(
    found: Membership,
    values: Typed,
    *,
    failure: Failure | None = None,
    was: Typed | None = None,
    theirs: Mapping[str, str] | None = None,
    version: int | None = None,
) -> Response:
    errors = errors_of(failure)
    return page(
        "memberships/edit.html",
        menu="memberships",
        status=failure.status if failure else 200,
        membership=found,
        values=values,
        was=was or typed_of(found),
        version=found.version if version is None else version,
        errors=errors,
        meanwhile=theirs,
        refusal=refusals(found)["edit"],
        gateways=gateway_choices(services(), found.gateway),
        methods=method_choices(services(), found.customer_id, values["method_id"]),
    )
