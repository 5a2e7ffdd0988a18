"""The Reconciliation page: how the books stand, and what differs from the payment gateways' own lists."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, request
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from gateway import book_words
from gateway.auth import needs, services
from gateway.translation import gettext as _
from gateway.views.list_address import asked_for
from gateway.views.pages import page
from gateway.words import said, said_fields
from kernel.contracts.reconciliation import ComparisonWish, FindingClosing, FindingsQuery
from kernel.errors import N_, Conflict, Failure, Invalid

views = Blueprint("books", __name__)

DAYS = (1, 7, 30, 90)
EXPLAIN = N_("Say what it was, in 500 characters at most.")


@views.get("/reconciliation")
@needs("billing.view")
def reconciliation() -> Response:
    """Accounts, comparisons and differences, the open ones first."""
    return _show(asked_for(FindingsQuery))


@views.post("/reconciliation")
@needs("billing.edit")
def compare() -> AnyResponse:
    """Have the last days compared now."""
    days = request.form.get("days", "")
    wish = ComparisonWish(
        gateway=request.form.get("gateway", "")[:100] or "?", days=int(days) if days in map(str, DAYS) else 7
    )
    try:
        services().billing.compare(wish)
    except Conflict as refusal:
        flash(said(refusal), "error")
    else:
        flash(_("The comparison has begun. What differs will be shown here."), "success")
    return redirect("/reconciliation", 303)


@views.post("/reconciliation/check")
@needs("billing.view")
def check() -> AnyResponse:
    """Have the books looked at now."""
    services().billing.check_books()
    flash(_("The books are being checked."), "success")
    return redirect("/reconciliation", 303)


@views.post("/reconciliation/rebuild")
@needs("billing.edit")
def rebuild() -> AnyResponse:
    """Make the stored balances right by the postings."""
    services().billing.rebuild_balances()
    flash(_("The balances are made right, and the books are being checked."), "success")
    return redirect("/reconciliation", 303)


@views.post("/reconciliation/findings/<uuid:finding_id>")
@needs("billing.edit")
def close(finding_id: UUID) -> AnyResponse:
    """Say what a difference was; what was typed is still there when it cannot be taken."""
    note = request.form.get("note", "").strip()
    try:
        if not note or len(note) > 500:
            raise Invalid(EXPLAIN, fields={"note": EXPLAIN})
        services().billing.close_finding(finding_id, FindingClosing(note=note))
    except (Invalid, Conflict) as failure:
        return _show(FindingsQuery(), failure=failure, finding_id=finding_id, note=note)
    flash(_("The difference is explained, and closed."), "success")
    return redirect("/reconciliation", 303)


def _show(
    wanted: FindingsQuery, *, failure: Failure | None = None, finding_id: UUID | None = None, note: str = ""
) -> Response:
    errors = {"form": said(failure)} | said_fields(failure) if failure else {}
    billing = services().billing
    books = billing.books()
    return page(
        "books/reconciliation.html",
        menu="reconciliation",
        status=failure.status if failure else 200,
        books=books,
        wrong=[balance for balance in books.balances if balance.stored != balance.posted],
        words=book_words,
        may_act="billing.edit" in current_user.permissions,
        comparisons=billing.comparisons(),
        findings=billing.findings(wanted),
        wanted=wanted,
        days=DAYS,
        typed={"finding_id": finding_id, "note": note, "errors": errors},
    )
