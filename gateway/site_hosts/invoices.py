"""A site owner's own invoices, on his site: those that were issued to him, and nobody else's."""

from uuid import UUID

from flask import Response, make_response, render_template

from gateway.auth import needs, services
from gateway.invoice_files import own_invoice_file
from gateway.routing import SiteBlueprint
from gateway.site_hosts.sign_in import here
from kernel.contracts.invoices import InvoicesQuery
from kernel.http import query

blueprint = SiteBlueprint("own_invoices", __name__, url_prefix="/dashboard/invoices")


@blueprint.get("")
@needs("own.view", visit="read")
def show() -> Response:
    """His invoices and credit notes, newest first."""
    found = services().billing.own_invoices(query(InvoicesQuery))
    return make_response(render_template("site/invoices.html", site=here(), found=found))


@blueprint.get("/<uuid:invoice_id>.pdf")
@needs("own.view", visit="read")
def download(invoice_id: UUID) -> Response:
    return own_invoice_file(services(), invoice_id)
