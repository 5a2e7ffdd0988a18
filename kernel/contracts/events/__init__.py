"""What has happened, in the past tense: the events log's vocabulary, and what webhooks carry.

The union is discriminated on ``type``; ``schema_version`` rises when a field changes its
meaning. Golden JSON of every event lies under ``tests/contracts/golden``.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, TypeAdapter

from kernel.contracts.common import Contract
from kernel.contracts.events.accounts import (
    AccountEvent,
    AccountLocked,
    AccountUnlocked,
    AdminChanged,
    AdminCreated,
    AdminInvited,
    AdminSessionsEnded,
    ApiKeyCreated,
    ApiKeyRevoked,
    InvitationWithdrawn,
    PasswordChanged,
    PasswordLinkSent,
    RecoveryCodeUsed,
    SecondFactorChanged,
    SignedIn,
    SignInForced,
)
from kernel.contracts.events.background import (
    BackgroundEvent,
    DeadWorkRetried,
    ParkedEventResolved,
)
from kernel.contracts.events.billing import (
    BillingEvent,
    MembershipStarted,
    MembershipStatusChanged,
    PaymentCompleted,
    PaymentCreated,
    PaymentFailed,
    PaymentGatewayChanged,
    PendingMembershipsStarted,
)
from kernel.contracts.events.books import BalancesRebuilt, BookEvent, DifferenceClosed, DifferencesFound
from kernel.contracts.events.customers import (
    AssistanceAllowed,
    CustomerChanged,
    CustomerEvent,
    CustomerHandedOver,
    CustomerMarkedVip,
    CustomerNoteChanged,
    CustomerRegistered,
    EmailVerified,
    MailSentAgain,
    ReachabilityChanged,
    SwitchCleared,
    VerificationAsked,
    VerificationChanged,
)
from kernel.contracts.events.deletions import (
    CustomerBillingErased,
    CustomerBillingHandedOver,
    CustomerDeleted,
    CustomerDeletionRefused,
    CustomerDeletionRequested,
    CustomerSitesDeleted,
    CustomerSitesHandedOver,
    DeletionEvent,
)
from kernel.contracts.events.dunning import (
    DunningEvent,
    MembershipExpired,
    MembershipHeld,
    PaymentDunned,
    RenewalAsked,
)
from kernel.contracts.events.happened import Happened
from kernel.contracts.events.invoices import (
    BillingSettingsChanged,
    InvoiceEvent,
    InvoiceIssued,
    InvoiceSent,
    InvoicesExported,
)
from kernel.contracts.events.memberships import (
    MembershipCancellationScheduled,
    MembershipCancellationUndone,
    MembershipChanged,
    MembershipChangeScheduled,
    MembershipChangeWithdrawn,
    MembershipEvent,
    MembershipExtended,
    MembershipPaidTooLate,
    MembershipsExported,
    MembershipTransferred,
)
from kernel.contracts.events.payments import (
    ChargeDecided,
    ChargeGivenUp,
    LateMoneyKept,
    PaymentCancelled,
    PaymentEvent,
    PaymentLinesChanged,
    PaymentMethodRemoved,
    PaymentMethodSaved,
    PaymentReceivedTwice,
    PaymentsExported,
)
from kernel.contracts.events.products import (
    ProductChanged,
    ProductCreated,
    ProductDeleted,
    ProductEvent,
    ProductRetired,
)
from kernel.contracts.events.refunds import (
    DisputeEnded,
    DisputeWrittenDown,
    PaymentDisputed,
    PaymentInquired,
    PaymentRefunded,
    RefundAskedAgain,
    RefundDecided,
    RefundEvent,
    RefundFailed,
    RefundGivenUp,
    RefundRequested,
    RefundReversed,
    RefundUnknown,
)
from kernel.contracts.events.sites import (
    NetworkCreated,
    NetworkSettingsChanged,
    SiteChanged,
    SiteCreated,
    SiteDeleted,
    SiteDisabled,
    SiteEvent,
    SiteMenuChanged,
    SiteOwnerChanged,
    SitePageAdded,
    SitePageChanged,
    SitePageDeleted,
    SitePageMoved,
    SitePublished,
    SitesExported,
    SwitchLogExported,
    VisitEnded,
    VisitStarted,
)

__all__ = [
    "EVENT",
    "AccountLocked",
    "AccountUnlocked",
    "AdminChanged",
    "AdminCreated",
    "AdminInvited",
    "AdminSessionsEnded",
    "ApiKeyCreated",
    "ApiKeyRevoked",
    "AssistanceAllowed",
    "BalancesRebuilt",
    "BillingSettingsChanged",
    "ChargeDecided",
    "ChargeGivenUp",
    "CustomerBillingErased",
    "CustomerBillingHandedOver",
    "CustomerChanged",
    "CustomerDeleted",
    "CustomerDeletionRefused",
    "CustomerDeletionRequested",
    "CustomerHandedOver",
    "CustomerMarkedVip",
    "CustomerNoteChanged",
    "CustomerRegistered",
    "CustomerSitesDeleted",
    "CustomerSitesHandedOver",
    "DeadWorkRetried",
    "DifferenceClosed",
    "DifferencesFound",
    "DisputeEnded",
    "DisputeWrittenDown",
    "EmailVerified",
    "Event",
    "Happened",
    "InvitationWithdrawn",
    "InvoiceIssued",
    "InvoiceSent",
    "InvoicesExported",
    "LateMoneyKept",
    "MailSentAgain",
    "MembershipCancellationScheduled",
    "MembershipCancellationUndone",
    "MembershipChangeScheduled",
    "MembershipChangeWithdrawn",
    "MembershipChanged",
    "MembershipExpired",
    "MembershipExtended",
    "MembershipHeld",
    "MembershipPaidTooLate",
    "MembershipStarted",
    "MembershipStatusChanged",
    "MembershipTransferred",
    "MembershipsExported",
    "NetworkCreated",
    "NetworkSettingsChanged",
    "ParkedEventResolved",
    "PasswordChanged",
    "PasswordLinkSent",
    "PaymentCancelled",
    "PaymentCompleted",
    "PaymentCreated",
    "PaymentDisputed",
    "PaymentDunned",
    "PaymentFailed",
    "PaymentGatewayChanged",
    "PaymentInquired",
    "PaymentLinesChanged",
    "PaymentMethodRemoved",
    "PaymentMethodSaved",
    "PaymentReceivedTwice",
    "PaymentRefunded",
    "PaymentsExported",
    "PendingMembershipsStarted",
    "ProductChanged",
    "ProductCreated",
    "ProductDeleted",
    "ProductRetired",
    "ReachabilityChanged",
    "Recorded",
    "RecoveryCodeUsed",
    "RefundAskedAgain",
    "RefundDecided",
    "RefundFailed",
    "RefundGivenUp",
    "RefundRequested",
    "RefundReversed",
    "RefundUnknown",
    "RenewalAsked",
    "SecondFactorChanged",
    "SignInForced",
    "SignedIn",
    "SiteChanged",
    "SiteCreated",
    "SiteDeleted",
    "SiteDisabled",
    "SiteMenuChanged",
    "SiteOwnerChanged",
    "SitePageAdded",
    "SitePageChanged",
    "SitePageDeleted",
    "SitePageMoved",
    "SitePublished",
    "SitesExported",
    "SwitchCleared",
    "SwitchLogExported",
    "VerificationAsked",
    "VerificationChanged",
    "VisitEnded",
    "VisitStarted",
]

Event = (
    AccountEvent
    | CustomerEvent
    | DeletionEvent
    | BillingEvent
    | MembershipEvent
    | PaymentEvent
    | ProductEvent
    | BookEvent
    | RefundEvent
    | InvoiceEvent
    | DunningEvent
    | SiteEvent
    | BackgroundEvent
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
