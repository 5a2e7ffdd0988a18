"""Imports: a file is sent, its columns chosen where they are not known, and started."""

from uuid import UUID

from flask import Response, request

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from gateway.downloads import csv_file
from gateway.uploads import UPLOAD, pieces_of, takes_upload
from kernel import deadline
from kernel.contracts.imports import Columns, Import, ImportQuery, ImportsList
from kernel.http import body, query


@blueprint.post("/customers/imports")
@takes_upload
@operation(scope="customers.edit", query=ImportQuery, answers=Import)
def receive_import() -> Import:
    """Import customers from a CSV file, which is the body of the request.

    A file whose header is not known waits in the phase `choosing` for its columns.
    """
    asked = query(ImportQuery)
    with deadline.afresh(UPLOAD):
        made = api_services().customers.receive_import(asked.name, pieces_of(request.stream))
        if made.phase == "choosing" or asked.check_only:
            return made
        return api_services().customers.start_import(made.id)


@blueprint.get("/customers/imports")
@operation(scope="customers.edit", answers=ImportsList, is_confirmed_by_customers=True)
def imports() -> ImportsList:
    """The newest imports."""
    return api_services().customers.list_imports()


@blueprint.get("/customers/imports/<uuid:import_id>")
@operation(scope="customers.edit", answers=Import, is_confirmed_by_customers=True)
def look_at_import(import_id: UUID) -> Import:
    """How far an import is; before it is started, its first rows and what would happen with them."""
    return api_services().customers.look_at_import(import_id)


@blueprint.put("/customers/imports/<uuid:import_id>/columns")
@operation(scope="customers.edit", body=Columns, answers=Import, is_confirmed_by_customers=True)
def choose_columns(import_id: UUID) -> Import:
    """Say which field each column of the file holds; an empty one is passed over."""
    return api_services().customers.choose_columns(import_id, body(Columns))


@blueprint.post("/customers/imports/<uuid:import_id>/start")
@operation(scope="customers.edit", answers=Import, is_confirmed_by_customers=True)
def start_import(import_id: UUID) -> Import:
    """Import the file; asked twice, it is imported once."""
    return api_services().customers.start_import(import_id)


@blueprint.post("/customers/imports/<uuid:import_id>/stop")
@operation(scope="customers.edit", answers=Import, is_confirmed_by_customers=True)
def stop_import(import_id: UUID) -> Import:
    """End an import where it is; what is imported stays."""
    return api_services().customers.stop_import(import_id)


@blueprint.get("/customers/imports/<uuid:import_id>/rejects")
@operation(scope="customers.edit", file="text/csv", is_confirmed_by_customers=True)
def rejects(import_id: UUID) -> Response:
    """What was refused, with the reasons, as CSV."""
    return csv_file(api_services().customers.rejects(import_id))
