"""The books: how accounts stand, and what differs from the payment gateways' own lists."""

from uuid import UUID

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from kernel.contracts.reconciliation import (
    Books,
    Comparison,
    Comparisons,
    ComparisonWish,
    Finding,
    FindingClosing,
    Findings,
    FindingsQuery,
)
from kernel.http import body, query


@blueprint.get("/ledger")
@operation(scope="billing.view", answers=Books)
def books() -> Books:
    """Every account as it was when last checked, and what was wrong: nothing should be."""
    return api_services().billing.books()


@blueprint.post("/ledger/check")
@operation(scope="billing.view")
def check_books() -> None:
    """Have the books looked at now."""
    api_services().billing.check_books()


@blueprint.post("/ledger/rebuild")
@operation(scope="billing.edit")
def rebuild_balances() -> None:
    """Make the stored balances right by the postings, which nobody can change."""
    api_services().billing.rebuild_balances()


@blueprint.get("/reconciliation")
@operation(scope="billing.view", answers=Comparisons)
def comparisons() -> Comparisons:
    """The newest comparisons with the gateways' own lists, and the gateways that keep one."""
    return api_services().billing.comparisons()


@blueprint.post("/reconciliation")
@operation(scope="billing.edit", body=ComparisonWish, answers=Comparison)
def compare() -> Comparison:
    """Have the last days compared now. 409 for a gateway that keeps no list."""
    return api_services().billing.compare(body(ComparisonWish))


@blueprint.get("/reconciliation/findings")
@operation(scope="billing.view", query=FindingsQuery, answers=Findings)
def findings() -> Findings:
    """What differs, newest first."""
    return api_services().billing.findings(query(FindingsQuery))


@blueprint.post("/reconciliation/findings/<uuid:finding_id>/close")
@operation(scope="billing.edit", body=FindingClosing, answers=Finding)
def close_finding(finding_id: UUID) -> Finding:
    """Say what a difference was. 409 when it is closed already."""
    return api_services().billing.close_finding(finding_id, body(FindingClosing))
