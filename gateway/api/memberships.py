"""The list of memberships, as pages and as a file."""

from flask import Response

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import operation
from gateway.downloads import csv_file
from gateway.memberships_found import found_memberships, named_memberships
from kernel.contracts.memberships import MembershipsList, MembershipsNarrowed, MembershipsQuery
from kernel.http import query


@blueprint.get("/memberships")
@operation(scope="billing.view", query=MembershipsQuery, answers=MembershipsList)
def memberships() -> MembershipsList:
    """The network's memberships, newest first; `q` is a number, or a customer."""
    return found_memberships(api_services(), query(MembershipsQuery))


@blueprint.get("/memberships/export")
@operation(scope="billing.view", query=MembershipsNarrowed, file="text/csv")
def export_memberships() -> Response:
    """The memberships as a CSV file, newest first."""
    return csv_file(named_memberships(api_services(), query(MembershipsNarrowed)))
