"""The books over HTTP: how they stand, and what differs from the gateways' own lists."""

from uuid import UUID

from flask import Response

from kernel.contracts.reconciliation import ComparisonWish, FindingClosing, FindingsQuery
from kernel.web import answer, body, needs, nothing, query, unit_of_work
from services.billing.api.blueprint import api, installed_gateways
from services.billing.books import checks as books
from services.billing.queries import books as queries
from services.billing.reconciliation import findings, runs


@api.get("/ledger")
@needs("billing.view")
def show_books() -> Response:
    with unit_of_work() as uow:
        return answer(queries.books(uow))


@api.post("/ledger/check")
@needs("billing.view")
def check_books() -> Response:
    with unit_of_work() as uow:
        books.ask_for_check(uow)
    return nothing()


@api.post("/ledger/rebuild")
@needs("billing.edit")
def rebuild_balances() -> Response:
    with unit_of_work() as uow:
        books.rebuild_balances(uow)
    return nothing()


@api.get("/reconciliation")
@needs("billing.view")
def comparisons() -> Response:
    with unit_of_work() as uow:
        return answer(queries.comparisons(uow, runs.listing_gateways(uow, installed_gateways())))


@api.post("/reconciliation")
@needs("billing.edit")
def compare() -> Response:
    wish = body(ComparisonWish)
    with unit_of_work() as uow:
        run = runs.ask_for_run(uow, installed_gateways(), wish.gateway, days=wish.days)
        return answer(queries.comparison_of(run), 202)


@api.get("/reconciliation/findings")
@needs("billing.view")
def show_findings() -> Response:
    wanted = query(FindingsQuery)
    with unit_of_work() as uow:
        return answer(queries.findings(uow, wanted))


@api.post("/reconciliation/findings/<uuid:finding_id>/close")
@needs("billing.edit")
def close_finding(finding_id: UUID) -> Response:
    said = body(FindingClosing)
    with unit_of_work() as uow:
        return answer(queries.finding_of(findings.close_finding(uow, finding_id, note=said.note)))
