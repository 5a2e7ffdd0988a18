"""What happened to a customer: his profile, his address, what he was written."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from kernel.contracts.access import VisitMode
from kernel.contracts.customers import Verification
from kernel.contracts.events.happened import Happened


class CustomerRegistered(Happened):
    """``how``: ``import``, ``console``, ``api`` or ``command``. ``verification``: as what he begins."""

    type: Literal["customer.registered"] = "customer.registered"
    customer_id: UUID
    number: int
    how: str
    verification: Verification = "none"


class CustomerChanged(Happened):
    """``fields`` names what changed; the values stand in the audit log, not here."""

    type: Literal["customer.changed"] = "customer.changed"
    customer_id: UUID
    fields: list[str]


class CustomerHandedOver(Happened):
    """Another account signs in as the customer; the former one is an admin's and ``kept``, or deleted."""

    type: Literal["customer.handed_over"] = "customer.handed_over"
    customer_id: UUID
    account_id: UUID
    former_account_id: UUID
    former_is_kept: bool


class CustomerMarkedVip(Happened):
    type: Literal["customer.marked_vip"] = "customer.marked_vip"
    customer_id: UUID
    is_vip: bool


class CustomerNoteChanged(Happened):
    """What was done to a note, or to all of a customer's; never what it says."""

    type: Literal["customer.note_changed"] = "customer.note_changed"
    customer_id: UUID
    note_id: UUID | None
    how: Literal["added", "edited", "deleted", "all_deleted"]


class VerificationChanged(Happened):
    type: Literal["customer.verification_changed"] = "customer.verification_changed"
    customer_id: UUID
    status: Verification


class ReachabilityChanged(Happened):
    """Mail to the customer's address was refused for good, or got through again."""

    type: Literal["customer.reachability_changed"] = "customer.reachability_changed"
    customer_id: UUID
    mail_id: UUID
    is_reachable: bool


class MailSentAgain(Happened):
    """An admin had a message written once more; ``mail_id`` is the new one."""

    type: Literal["mail.sent_again"] = "mail.sent_again"
    customer_id: UUID | None
    mail_id: UUID
    template: str


class VerificationAsked(Happened):
    """He was written to; ``how``: ``registration``, ``change``, or as an ``admin`` or ``customer`` wished."""

    type: Literal["customer.verification_asked"] = "customer.verification_asked"
    customer_id: UUID
    how: str


class EmailVerified(Happened):
    """The address is confirmed: by its ``link``, by an ``admin``, or by the file of an ``import``.

    ``starts_memberships``: whether what waited for it starts now.
    """

    type: Literal["customer.email_verified"] = "customer.email_verified"
    customer_id: UUID
    how: str
    starts_memberships: bool


class SwitchCleared(Happened):
    """An admin was allowed to switch to the customer's site, and said why."""

    type: Literal["customer.switch_cleared"] = "customer.switch_cleared"
    customer_id: UUID
    site_id: UUID
    reason: str
    mode: VisitMode = "act"


class AssistanceAllowed(Happened):
    """The owner lets admins switch to his sites until then; None: no more from now on."""

    type: Literal["customer.assistance_allowed"] = "customer.assistance_allowed"
    customer_id: UUID
    until: datetime | None


CustomerEvent = (
    CustomerRegistered
    | CustomerChanged
    | CustomerHandedOver
    | CustomerMarkedVip
    | CustomerNoteChanged
    | VerificationChanged
    | ReachabilityChanged
    | MailSentAgain
    | VerificationAsked
    | EmailVerified
    | SwitchCleared
    | AssistanceAllowed
)
