"""Memberships: what customers have agreed to have, and everything that may be changed of it."""

from uuid import UUID

from flask import Response

from gateway.api.blueprint import blueprint
from gateway.api.keys import api_services
from gateway.api.operations import idempotency_key, operation
from gateway.api.versions import CHANGED, precondition, seen_versions
from gateway.downloads import csv_file
from gateway.memberships_found import found_memberships, named_memberships
from kernel.contracts import memberships as contracts
from kernel.contracts.common import After
from kernel.errors import Conflict
from kernel.http import body, query


def tag_of(membership: contracts.Membership) -> str:
    """Return the membership's ``ETag``; whatever changes it gives it another."""
    return f'"{membership.version}"'


def place_of(made: contracts.Membership) -> str:
    """Return where a membership that was made is read."""
    return f"/api/v1/memberships/{made.id}"


@blueprint.get("/memberships")
@operation(scope="billing.view", query=contracts.MembershipsQuery, answers=contracts.MembershipsList)
def memberships() -> contracts.MembershipsList:
    """The network's memberships, newest first; `q` is a number, or a customer."""
    return found_memberships(api_services(), query(contracts.MembershipsQuery))


@blueprint.get("/memberships/export")
@operation(scope="billing.view", query=contracts.MembershipsNarrowed, file="text/csv")
def export_memberships() -> Response:
    """The memberships as a CSV file, newest first."""
    return csv_file(named_memberships(api_services(), query(contracts.MembershipsNarrowed)))


@blueprint.post("/memberships")
@operation(
    scope="billing.edit",
    body=contracts.NewMembership,
    answers=contracts.Membership,
    etag=tag_of,
    makes=place_of,
    moves_money=True,
)
def add_membership() -> contracts.Membership:
    """Make a membership by hand; its first payment is asked for unless it is active from the start."""
    return api_services().billing.add_membership(body(contracts.NewMembership), key=idempotency_key())


@blueprint.get("/memberships/<uuid:membership_id>")
@operation(scope="billing.view", answers=contracts.Membership, etag=tag_of)
def membership(membership_id: UUID) -> contracts.Membership:
    """One membership, with its products, its payments, and the version to change it by."""
    return api_services().billing.membership(membership_id)


@blueprint.patch("/memberships/<uuid:membership_id>")
@operation(
    scope="billing.edit",
    body=contracts.MembershipChanges,
    answers=contracts.Membership,
    etag=tag_of,
    is_conditional=True,
)
def edit_membership(membership_id: UUID) -> contracts.Membership:
    """Change the named fields: price and period to come, cycles, dates, how it is paid."""
    edit = contracts.MembershipEdit(seen=seen_versions(), changes=body(contracts.MembershipChanges))
    try:
        return api_services().billing.edit_membership(membership_id, edit)
    except Conflict as reason:
        if reason.code == CHANGED:
            raise precondition(reason) from reason
        raise


@blueprint.get("/memberships/<uuid:membership_id>/history")
@operation(scope="billing.view", query=After, answers=contracts.MembershipHistory)
def membership_history(membership_id: UUID) -> contracts.MembershipHistory:
    """Who did what to a membership and why, newest first."""
    return api_services().billing.membership_history(membership_id, query(After).after)


@blueprint.get("/memberships/<uuid:membership_id>/periods")
@operation(scope="billing.view", answers=contracts.MembershipPeriods)
def membership_periods(membership_id: UUID) -> contracts.MembershipPeriods:
    """The times that a membership had, at which price, and the one it is asked to pay for."""
    return api_services().billing.membership_periods(membership_id)


@blueprint.post("/memberships/<uuid:membership_id>/status")
@operation(scope="billing.edit", body=contracts.StatusOrder, answers=contracts.Membership, etag=tag_of)
def change_membership_status(membership_id: UUID) -> contracts.Membership:
    """Change the status by hand; 409 with the sentence why where the table of transitions forbids it."""
    return api_services().billing.change_membership_status(membership_id, body(contracts.StatusOrder))


@blueprint.post("/memberships/<uuid:membership_id>/changes/preview")
@operation(scope="billing.edit", body=contracts.ChangeOrder, answers=contracts.ChangePreview)
def preview_change(membership_id: UUID) -> contracts.ChangePreview:
    """What a change of products, price or period would cost, and when; nothing is changed."""
    return api_services().billing.preview_change(membership_id, body(contracts.ChangeOrder))


@blueprint.post("/memberships/<uuid:membership_id>/changes")
@operation(scope="billing.edit", body=contracts.ChangeOrder, answers=contracts.ChangeMade, moves_money=True)
def change_membership(membership_id: UUID) -> contracts.ChangeMade:
    """Change products, price or period, now with what is unused counted, or when the time is over."""
    order = body(contracts.ChangeOrder)
    return api_services().billing.change_membership(membership_id, order, key=idempotency_key())


@blueprint.delete("/memberships/<uuid:membership_id>/changes")
@operation(scope="billing.edit")
def withdraw_change(membership_id: UUID) -> None:
    """Let the scheduled change not happen."""
    api_services().billing.withdraw_change(membership_id)


@blueprint.post("/memberships/<uuid:membership_id>/lifetime")
@operation(scope="billing.edit", body=contracts.MembershipReason, answers=contracts.Membership, etag=tag_of)
def convert_to_lifetime(membership_id: UUID) -> contracts.Membership:
    """Let a membership never end, and ask for nothing more of it."""
    return api_services().billing.convert_to_lifetime(membership_id, body(contracts.MembershipReason))


@blueprint.post("/memberships/<uuid:membership_id>/cancellation")
@operation(scope="billing.edit", body=contracts.CancellationOrder, answers=contracts.Membership, etag=tag_of)
def cancel_membership(membership_id: UUID) -> contracts.Membership:
    """Cancel a membership, now or when the time that runs is over."""
    return api_services().billing.cancel_membership(membership_id, body(contracts.CancellationOrder))


@blueprint.delete("/memberships/<uuid:membership_id>/cancellation")
@operation(scope="billing.edit")
def undo_cancellation(membership_id: UUID) -> None:
    """Let a membership go on that was to end with its time."""
    api_services().billing.undo_cancellation(membership_id)


@blueprint.post("/memberships/<uuid:membership_id>/resubscription")
@operation(
    scope="billing.edit",
    body=contracts.ResubscribeOrder,
    answers=contracts.Membership,
    etag=tag_of,
    makes=place_of,
    moves_money=True,
)
def resubscribe(membership_id: UUID) -> contracts.Membership:
    """Begin a new membership that goes on from a cancelled one."""
    order = body(contracts.ResubscribeOrder)
    return api_services().billing.resubscribe(membership_id, order, key=idempotency_key())


@blueprint.get("/memberships/<uuid:membership_id>/transfer")
@operation(scope="billing.view", answers=contracts.TransferOutlook)
def transfer_outlook(membership_id: UUID) -> contracts.TransferOutlook:
    """What would go along if the membership were given to another customer."""
    return api_services().billing.transfer_outlook(membership_id)


@blueprint.post("/memberships/<uuid:membership_id>/transfer")
@operation(scope="billing.edit", body=contracts.TransferOrder, answers=contracts.Membership, etag=tag_of)
def transfer_membership(membership_id: UUID) -> contracts.Membership:
    """Give a membership to another customer, with its sites and what was paid by choice."""
    return api_services().billing.transfer_membership(membership_id, body(contracts.TransferOrder))
