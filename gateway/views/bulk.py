"""Something done to many customers, from the list: asked, confirmed where it must be, and ordered."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from flask_login import current_user
from pydantic import ValidationError
from werkzeug.wrappers import Response as AnyResponse

from gateway import bulk_words
from gateway.auth import identity, needs, services
from gateway.routing import is_local_path
from gateway.views import bulk_deletion
from gateway.views.exports import export_page
from gateway.views.pages import fragment, page, wants_fragment
from gateway.views.selections import NobodySelected, count_of, selection_in
from gateway.words import said, said_fields
from kernel.contracts.bulk import Selection
from kernel.contracts.jobs import PERMISSIONS, BulkOrder, Job
from kernel.errors import BadRequest, Conflict, Invalid
from kernel.ids import new_id

views = Blueprint("bulk", __name__)

PATH = "/customers/bulk"
TYPED = frozenset({"delete"})
"""What cannot be undone: its count is typed before it is done."""


@views.post(PATH)
@needs("customers.view")
def act() -> AnyResponse:
    """Do the action of the form, or ask first: for everybody in a filter, and for what cannot be undone."""
    action = request.form.get("action", "")
    try:
        chosen = selection_in(request.form)
    except NobodySelected as nobody:
        flash(said(nobody), "error")
        return _back()
    if action == "export":
        return export_page(chosen)
    if action not in PERMISSIONS:
        raise BadRequest()
    identity().require(PERMISSIONS[action])
    if "count" not in request.form and (not chosen.ids or action in TYPED):
        return _confirm(action, chosen)
    return _delete(action, chosen) if action in TYPED else _do(action, chosen)


def _delete(action: str, chosen: Selection) -> AnyResponse:
    """Show who can take over, when that was asked, say what is missing, or do it."""
    typed = bulk_deletion.sent()
    if wants_fragment():
        found = bulk_deletion.heirs(typed, chosen)
        return fragment("deletions/heirs.html", typed=typed, heirs=found, errors={})
    wrong = {} if bulk_deletion.is_search() else bulk_deletion.wrong()
    if wrong or bulk_deletion.is_search():
        return _confirm(action, chosen, wrong)
    return _do(action, chosen, typed.heir if typed.way == "hand_over" else None)


def _do(action: str, chosen: Selection, heir_id: UUID | None = None) -> AnyResponse:
    try:
        return _tell(services().customers.order_job(_order(action, chosen, heir_id)))
    except (Conflict, Invalid) as refusal:
        return _confirm(action, chosen, {"form": said(refusal)} | said_fields(refusal))


def actions() -> list[str]:
    """Return what whoever is signed in may do to many customers."""
    return [name for name, permission in PERMISSIONS.items() if permission in current_user.permissions]


def _order(action: str, chosen: Selection, heir_id: UUID | None) -> BulkOrder:
    asked = {"key": request.form.get("key"), "action": action, "expected": request.form.get("count") or None}
    try:
        return BulkOrder.model_validate(asked | {"selection": chosen, "heir_id": heir_id})
    except ValidationError:
        raise BadRequest() from None


def _confirm(action: str, chosen: Selection, errors: Mapping[str, str] | None = None) -> Response:
    typed = bulk_deletion.sent()
    return page(
        "bulk/confirm.html",
        menu="customers",
        status=422 if errors else 200,
        action=action,
        selection=chosen,
        count=count_of(chosen),
        is_typed=action in TYPED,
        number_typed=request.form.get("typed", ""),
        typed=typed,
        heirs=bulk_deletion.heirs(typed, chosen) if action in TYPED else [],
        key=request.form.get("key") or new_id(),
        back=_way_back(),
        errors=errors or {},
    )


def _tell(job: Job) -> AnyResponse:
    """Say it in a toast when all of it is done, else show how far it is."""
    if job.state != "done" or job.failed:
        return redirect(f"/jobs/{job.id}", 303)
    flash(bulk_words.done(job.action, job.done), "success")
    return _back()


def _back() -> AnyResponse:
    return redirect(_way_back(), 303)


def _way_back() -> str:
    back = request.form.get("back", "")
    return back if is_local_path(back) else "/customers"
