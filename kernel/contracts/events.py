"""What has happened, in the past tense: the events log's vocabulary, and what webhooks carry.

The union is discriminated on ``type``; ``schema_version`` rises when a field changes its
meaning. Golden JSON of every event lies under ``tests/contracts/golden``.
"""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter

from kernel.contracts.billing import MembershipStatus
from kernel.contracts.common import Contract
from kernel.contracts.customers import Verification
from kernel.contracts.deletions import Way
from kernel.contracts.money import Money
from kernel.contracts.sites import NetworkSettings


class Happened(Contract):
    """What every event says of itself; the log adds id, network, actor and time."""

    schema_version: int = 1


class NetworkCreated(Happened):
    type: Literal["network.created"] = "network.created"
    slug: str
    name: str
    currency: str


class NetworkSettingsChanged(Happened):
    """The settings as they are now, whole, and as they were ``before``; also told when it is founded."""

    type: Literal["network.settings_changed"] = "network.settings_changed"
    domain: str
    settings: NetworkSettings
    before: NetworkSettings | None = None


class AdminCreated(Happened):
    type: Literal["admin.created"] = "admin.created"
    account_id: UUID
    role: str


class AdminChanged(Happened):
    """An admin's role or standing changed; his sessions end."""

    type: Literal["admin.changed"] = "admin.changed"
    account_id: UUID
    role: str | None
    is_active: bool


class AdminInvited(Happened):
    """Somebody was asked by mail to become an admin; the account is his once he accepts."""

    type: Literal["admin.invited"] = "admin.invited"
    account_id: UUID
    role: str


class InvitationWithdrawn(Happened):
    type: Literal["invitation.withdrawn"] = "invitation.withdrawn"
    account_id: UUID
    role: str


class AdminSessionsEnded(Happened):
    type: Literal["admin.sessions_ended"] = "admin.sessions_ended"
    account_id: UUID


class SecondFactorChanged(Happened):
    """An account needs a second factor at sign-in from now on, or no longer."""

    type: Literal["account.second_factor_changed"] = "account.second_factor_changed"
    account_id: UUID
    customer_id: UUID | None
    is_on: bool


class RecoveryCodeUsed(Happened):
    """Somebody signed in without the app; ``left`` codes are still good."""

    type: Literal["account.recovery_code_used"] = "account.recovery_code_used"
    account_id: UUID
    customer_id: UUID | None
    left: int


class ApiKeyCreated(Happened):
    type: Literal["api_key.created"] = "api_key.created"
    key_id: UUID
    name: str


class ApiKeyRevoked(Happened):
    type: Literal["api_key.revoked"] = "api_key.revoked"
    key_id: UUID
    name: str


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


class MailSentAgain(Happened):
    """An admin had a message written once more; ``mail_id`` is the new one."""

    type: Literal["mail.sent_again"] = "mail.sent_again"
    customer_id: UUID | None
    mail_id: UUID
    template: str


class SignedIn(Happened):
    type: Literal["account.signed_in"] = "account.signed_in"
    account_id: UUID
    customer_id: UUID | None
    country: str


class AccountLocked(Happened):
    """Too many failures; ``until`` says for how long."""

    type: Literal["account.locked"] = "account.locked"
    account_id: UUID
    customer_id: UUID | None
    until: datetime


class AccountUnlocked(Happened):
    """An admin let somebody in again before the lock ran out."""

    type: Literal["account.unlocked"] = "account.unlocked"
    account_id: UUID
    customer_id: UUID | None


class PasswordLinkSent(Happened):
    """A link to set a password is on its way; ``how``: ``admin`` or ``customer`` asked for it."""

    type: Literal["account.password_link_sent"] = "account.password_link_sent"
    account_id: UUID
    customer_id: UUID | None
    how: str


class PasswordChanged(Happened):
    """``how``: by a ``link``, or by its ``owner`` who was signed in; his other sessions ended."""

    type: Literal["account.password_changed"] = "account.password_changed"
    account_id: UUID
    customer_id: UUID | None
    how: str


class SignInForced(Happened):
    """An admin ended every session, visit, link and key of somebody, who must sign in again."""

    type: Literal["account.sign_in_forced"] = "account.sign_in_forced"
    account_id: UUID
    customer_id: UUID


class SwitchCleared(Happened):
    """An admin was allowed to switch to the customer's site, and said why."""

    type: Literal["customer.switch_cleared"] = "customer.switch_cleared"
    customer_id: UUID
    site_id: UUID
    reason: str


class CustomerDeletionRequested(Happened):
    """Billing does its part first, then sites, then customers; nobody has lost anything yet."""

    type: Literal["customer.deletion_requested"] = "customer.deletion_requested"
    deletion_id: UUID
    customer_id: UUID
    account_id: UUID
    number: int
    way: Way
    heir_id: UUID | None


class CustomerDeletionRefused(Happened):
    """Billing found money on its way. ``reason`` is a sentence with places, ``params`` what stands there."""

    type: Literal["customer.deletion_refused"] = "customer.deletion_refused"
    deletion_id: UUID
    customer_id: UUID
    number: int
    reason: str
    params: dict[str, str]


class CustomerBillingErased(Happened):
    """Memberships and what was unpaid are cancelled; payments stay. ``last_paid_at``: money's last move."""

    type: Literal["customer.billing_erased"] = "customer.billing_erased"
    deletion_id: UUID
    customer_id: UUID
    account_id: UUID
    number: int
    memberships: int
    payments: int
    unpaid: int
    last_paid_at: datetime | None


class CustomerBillingHandedOver(Happened):
    """Memberships and payments are the heir's now; ``received`` is what the payments brought, net."""

    type: Literal["customer.billing_handed_over"] = "customer.billing_handed_over"
    deletion_id: UUID
    customer_id: UUID
    account_id: UUID
    heir_id: UUID
    number: int
    memberships: int
    payments: int
    received: list[Money]
    last_paid_at: datetime | None


class CustomerSitesDeleted(Happened):
    type: Literal["customer.sites_deleted"] = "customer.sites_deleted"
    deletion_id: UUID
    customer_id: UUID
    number: int
    site_ids: list[UUID]


class CustomerSitesHandedOver(Happened):
    type: Literal["customer.sites_handed_over"] = "customer.sites_handed_over"
    deletion_id: UUID
    customer_id: UUID
    heir_id: UUID
    number: int
    site_ids: list[UUID]


class CustomerDeleted(Happened):
    """He is gone; what is said of him stays a number."""

    type: Literal["customer.deleted"] = "customer.deleted"
    deletion_id: UUID
    customer_id: UUID
    number: int
    way: Way
    heir_id: UUID | None


class ProductCreated(Happened):
    type: Literal["product.created"] = "product.created"
    product_id: UUID
    name: str


class MembershipStarted(Happened):
    type: Literal["membership.started"] = "membership.started"
    membership_id: UUID
    customer_id: UUID
    number: int
    product: str
    status: MembershipStatus
    is_free: bool = False


class MembershipStatusChanged(Happened):
    type: Literal["membership.status_changed"] = "membership.status_changed"
    membership_id: UUID
    customer_id: UUID
    number: int
    before: MembershipStatus
    after: MembershipStatus


class PaymentCreated(Happened):
    type: Literal["payment.created"] = "payment.created"
    payment_id: UUID
    customer_id: UUID
    membership_id: UUID | None
    number: int
    total: Money


class PaymentCompleted(Happened):
    type: Literal["payment.completed"] = "payment.completed"
    payment_id: UUID
    customer_id: UUID
    membership_id: UUID | None
    number: int
    total: Money


class PaymentFailed(Happened):
    type: Literal["payment.failed"] = "payment.failed"
    payment_id: UUID
    customer_id: UUID
    number: int
    total: Money
    reason: str


class PaymentRefunded(Happened):
    type: Literal["payment.refunded"] = "payment.refunded"
    refund_id: UUID
    payment_id: UUID
    customer_id: UUID
    number: int
    amount: Money


class SiteCreated(Happened):
    type: Literal["site.created"] = "site.created"
    site_id: UUID
    customer_id: UUID | None
    name: str
    host: str


class SitePublished(Happened):
    type: Literal["site.published"] = "site.published"
    site_id: UUID
    customer_id: UUID | None
    name: str
    host: str


class SiteDisabled(Happened):
    type: Literal["site.disabled"] = "site.disabled"
    site_id: UUID
    customer_id: UUID | None
    name: str
    reason: str


class SitePageChanged(Happened):
    type: Literal["site.page_changed"] = "site.page_changed"
    site_id: UUID
    customer_id: UUID | None
    page_id: UUID
    path: str
    title: str


class VisitStarted(Happened):
    """An admin arrived on a customer's site as its administrator."""

    type: Literal["visit.started"] = "visit.started"
    visit_id: UUID
    site_id: UUID
    customer_id: UUID
    admin_id: UUID
    reason: str


class VisitEnded(Happened):
    type: Literal["visit.ended"] = "visit.ended"
    visit_id: UUID
    site_id: UUID
    customer_id: UUID
    admin_id: UUID
    cause: str


class ParkedEventResolved(Happened):
    """An admin had an event tried again that a listener could not handle, or gave it up: ``how``."""

    type: Literal["parked_event.resolved"] = "parked_event.resolved"
    listener: str
    event_id: UUID
    how: str


class DeadWorkRetried(Happened):
    """An admin had work tried again that was given up after its last attempt."""

    type: Literal["dead_work.retried"] = "dead_work.retried"
    kind: str
    work_id: UUID


Event = (
    NetworkCreated
    | NetworkSettingsChanged
    | AdminCreated
    | AdminChanged
    | AdminInvited
    | InvitationWithdrawn
    | AdminSessionsEnded
    | SecondFactorChanged
    | RecoveryCodeUsed
    | ApiKeyCreated
    | ApiKeyRevoked
    | CustomerRegistered
    | CustomerChanged
    | CustomerMarkedVip
    | CustomerNoteChanged
    | VerificationChanged
    | ReachabilityChanged
    | MailSentAgain
    | VerificationAsked
    | EmailVerified
    | SignedIn
    | AccountLocked
    | AccountUnlocked
    | PasswordLinkSent
    | PasswordChanged
    | SignInForced
    | SwitchCleared
    | CustomerDeletionRequested
    | CustomerDeletionRefused
    | CustomerBillingErased
    | CustomerBillingHandedOver
    | CustomerSitesDeleted
    | CustomerSitesHandedOver
    | CustomerDeleted
    | ProductCreated
    | MembershipStarted
    | MembershipStatusChanged
    | PaymentCreated
    | PaymentCompleted
    | PaymentFailed
    | PaymentRefunded
    | SiteCreated
    | SitePublished
    | SiteDisabled
    | SitePageChanged
    | VisitStarted
    | VisitEnded
    | ParkedEventResolved
    | DeadWorkRetried
)

EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="type")])


class Recorded(Contract):
    """An event as the log holds it. ``source`` is the service whose log it stands in.

    ``actor`` is ``account:<id>``, ``api-key:<id>``, ``command`` or ``worker``; ``impersonator``
    the human behind a switched actor.
    """

    id: UUID
    source: str
    transaction: int
    position: int
    network_id: UUID
    occurred_at: datetime
    actor: str
    impersonator: UUID | None
    request_id: str
    event: Annotated[Event, Field(discriminator="type")]
