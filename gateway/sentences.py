"""What happened, as a sentence in the reader's language, with where it leads and how it looks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from gateway import labels, membership_words, payment_words, refund_words
from gateway.formats import formats
from gateway.translation import gettext as _
from gateway.words import said_as
from kernel.contracts import events
from kernel.contracts.customers import TimelineEntry

Sentence = Callable[[Any], str]


@dataclass(frozen=True)
class Line:
    """A line of an Events block: the sentence, its icon and colour, and the page of its object."""

    entry: TimelineEntry
    sentence: str
    icon: str
    colour: str
    link: str | None


def line_of(entry: TimelineEntry) -> Line:
    """Return the entry as a line; an event this release does not know is shown by its type."""
    try:
        event = events.EVENT.validate_python({**entry.facts, "type": entry.type})
    except ValidationError:
        return Line(entry, entry.type, "point", "secondary", None)
    icon, colour = LOOKS.get(entry.type, ("point", "secondary"))
    return Line(entry, SENTENCES[type(event)](event), icon, colour, link_of(event))


def link_of(event: events.Event) -> str | None:
    """Return the page of the payment, membership, product or site that the event is about."""
    if isinstance(event, events.ProductDeleted | events.SiteDeleted):
        return None
    for field, folder in LINKS.items():
        if target := getattr(event, field, None):
            return f"/{folder}/{target}"
    return None


LINKS = {
    "payment_id": "payments",
    "membership_id": "memberships",
    "product_id": "products",
    "site_id": "sites",
    "mail_id": "mails",
}


def _registered(event: events.CustomerRegistered) -> str:
    ways: Mapping[str, str] = {
        "import": _("Imported as customer %(number)s", number=event.number),
        "api": _("Registered through the API as customer %(number)s", number=event.number),
    }
    return ways.get(event.how, _("Registered as customer %(number)s", number=event.number))


def _changed(event: events.CustomerChanged) -> str:
    fields = ", ".join(labels.field(name) for name in event.fields)
    return _("Changed: %(fields)s", fields=fields)


def _handed_over(event: events.CustomerHandedOver) -> str:
    if event.former_is_kept:
        return _("Handed over to another sign-in; the former one is an administrator's and stays one")
    return _("Handed over to another sign-in; the former one is deleted")


def _vip(event: events.CustomerMarkedVip) -> str:
    return _("Marked as VIP") if event.is_vip else _("No longer marked as VIP")


def _note(event: events.CustomerNoteChanged) -> str:
    ways: Mapping[str, str] = {
        "added": _("A note was added"),
        "edited": _("A note was edited"),
        "deleted": _("A note was deleted"),
        "all_deleted": _("All notes were deleted"),
    }
    return ways[event.how]


def _verification(event: events.VerificationChanged) -> str:
    return _("E-mail verification is now: %(status)s", status=labels.verification(event.status))


def _reachability(event: events.ReachabilityChanged) -> str:
    return _("Mail gets through again") if event.is_reachable else _("Cannot be reached by mail")


def _assistance(event: events.AssistanceAllowed) -> str:
    if event.until is None:
        return _("The customer no longer allows admins to switch to his sites")
    day = formats().day(event.until)
    return _("The customer allows admins to switch to his sites until %(day)s", day=day)


def _verification_asked(event: events.VerificationAsked) -> str:
    if event.how == "admin":
        return _("An administrator had the link to confirm the e-mail address sent")
    if event.how == "customer":
        return _("Asked for another link to confirm the e-mail address")
    return _("Asked by mail to confirm the e-mail address")


def _email_verified(event: events.EmailVerified) -> str:
    if event.how == "link":
        return _("E-mail address confirmed by the link in the mail")
    if event.starts_memberships:
        return _("E-mail address verified by an administrator; waiting memberships start")
    return _("E-mail address verified by an administrator; waiting memberships stay pending")


def _password_link(event: events.PasswordLinkSent) -> str:
    if event.how == "admin":
        return _("An administrator had a link sent to set a password")
    return _("Asked for a link to set a password")


def _password_changed(event: events.PasswordChanged) -> str:
    return _("Password set by a link") if event.how == "link" else _("Password changed")


def _signed_in(event: events.SignedIn) -> str:
    if not event.country:
        return _("Signed in")
    return _("Signed in from %(country)s", country=formats().country(event.country))


def _site_changed(event: events.SiteChanged) -> str:
    before, after = event.before.model_dump(), event.after.model_dump()
    fields = ", ".join(labels.field(name) for name in after if after[name] != before[name])
    return _("Site %(name)s changed: %(fields)s", name=event.name, fields=fields)


def _site_disabled(event: events.SiteDisabled) -> str:
    if not event.reason:
        return _("Site %(name)s disabled", name=event.name)
    return _("Site %(name)s disabled: %(reason)s", name=event.name, reason=event.reason)


def _admin_changed(event: events.AdminChanged) -> str:
    if not event.is_active:
        return _("Administrator deactivated")
    if event.role is None:
        return _("No longer an administrator")
    return _("Administrator's role is now: %(role)s", role=labels.role(event.role))


def _membership_changed(event: events.MembershipStatusChanged) -> str:
    return _(
        "Membership %(number)s went from %(before)s to %(after)s",
        number=event.number,
        before=labels.membership(event.before).lower(),
        after=labels.membership(event.after).lower(),
    )


def _membership_expired(event: events.MembershipExpired) -> str:
    if event.cause == "unpaid":
        return _("Membership %(number)s expired: it was not paid", number=event.number)
    return _("Membership %(number)s ended as agreed", number=event.number)


def _payment_dunned(event: events.PaymentDunned) -> str:
    told = {"number": event.number, "step": event.step, "steps": event.steps}
    if event.next_at is None:
        return _("Reminder %(step)s of %(steps)s of payment %(number)s", **told)
    return _(
        "Reminder %(step)s of %(steps)s of payment %(number)s; it is charged again on %(day)s",
        day=formats().day(event.next_at),
        **told,
    )


def _parked_event(event: events.ParkedEventResolved) -> str:
    if event.how == "skipped":
        return _("An event was skipped for good: %(listener)s", listener=event.listener)
    return _("An event is handled once more: %(listener)s", listener=event.listener)


def _payment_failed(event: events.PaymentFailed) -> str:
    return _(
        "Payment %(number)s of %(total)s failed: %(reason)s",
        number=event.number,
        total=formats().money(event.total),
        reason=event.reason,
    )


def _payment_cancelled(event: events.PaymentCancelled) -> str:
    if event.reason:
        return _("Payment %(number)s cancelled: “%(reason)s”", number=event.number, reason=event.reason)
    return _("Payment %(number)s cancelled", number=event.number)


def _lines_changed(event: events.PaymentLinesChanged) -> str:
    money = formats().money
    return _(
        "Lines of payment %(number)s changed: %(total)s instead of %(before)s",
        number=event.number,
        total=money(event.total),
        before=money(event.before),
    )


def _received_twice(event: events.PaymentReceivedTwice) -> str:
    return _(
        "%(total)s came for payment %(number)s, which wanted no more money: see payment %(extra)s",
        total=formats().money(event.amount),
        number=event.number,
        extra=event.extra_number,
    )


def _method(event: events.PaymentMethodSaved | events.PaymentMethodRemoved) -> str:
    return payment_words.method(event.brand, event.last4)


def _deletion_refused(event: events.CustomerDeletionRefused) -> str:
    reason = said_as(event.reason, event.params)
    return _("Customer %(number)s was not deleted: %(reason)s", number=event.number, reason=reason)


def _billing_handed_over(event: events.CustomerBillingHandedOver) -> str:
    return _(
        "Taken over from customer %(number)s: memberships %(memberships)s, payments %(payments)s",
        number=event.number,
        memberships=event.memberships,
        payments=event.payments,
    )


def _invoice_issued(event: events.InvoiceIssued) -> str:
    named = {"number": event.number, "total": formats().money(event.total)}
    if event.kind == "credit_note":
        return _("Credit note %(number)s of %(total)s issued", **named)
    return _("Invoice %(number)s of %(total)s issued", **named)


SENTENCES: dict[type, Sentence] = {
    events.NetworkCreated: lambda e: _("Network %(name)s created", name=e.name),
    events.NetworkSettingsChanged: lambda e: _("Settings of the network saved"),
    events.PaymentGatewayChanged: lambda e: _(
        "Payment gateway %(name)s set up", name=labels.payment_gateway(e.gateway)
    ),
    events.AdminCreated: lambda e: _(
        "Administrator created with the role: %(role)s", role=labels.role(e.role)
    ),
    events.AdminChanged: _admin_changed,
    events.AdminInvited: lambda e: _("Invited to become: %(role)s", role=labels.role(e.role)),
    events.InvitationWithdrawn: lambda e: _("Invitation withdrawn: %(role)s", role=labels.role(e.role)),
    events.AdminSessionsEnded: lambda e: _("Administrator signed out everywhere"),
    events.SecondFactorChanged: lambda e: (
        _("Second factor set up") if e.is_on else _("Second factor taken off")
    ),
    events.RecoveryCodeUsed: lambda e: _(
        "Signed in with a recovery code; codes left: %(number)s", number=e.left
    ),
    events.ApiKeyCreated: lambda e: _("API key %(name)s created", name=e.name),
    events.ApiKeyRevoked: lambda e: _("API key %(name)s revoked", name=e.name),
    events.CustomerRegistered: _registered,
    events.CustomerChanged: _changed,
    events.CustomerHandedOver: _handed_over,
    events.CustomerMarkedVip: _vip,
    events.CustomerNoteChanged: _note,
    events.VerificationChanged: _verification,
    events.ReachabilityChanged: _reachability,
    events.VerificationAsked: _verification_asked,
    events.EmailVerified: _email_verified,
    events.MailSentAgain: lambda e: _("Message sent again: %(what)s", what=labels.mail(e.template)),
    events.SignedIn: _signed_in,
    events.AccountLocked: lambda e: _(
        "Locked until %(until)s after too many failed sign-ins", until=formats().when(e.until)
    ),
    events.AccountUnlocked: lambda e: _("Unlocked before the time was over"),
    events.PasswordLinkSent: _password_link,
    events.PasswordChanged: _password_changed,
    events.SignInForced: lambda e: _("Signed out everywhere; must sign in again"),
    events.AssistanceAllowed: _assistance,
    events.SwitchCleared: lambda e: _("Switching to a site allowed: “%(reason)s”", reason=e.reason),
    events.CustomerDeletionRequested: lambda e: _("Deletion of customer %(number)s began", number=e.number),
    events.CustomerDeletionRefused: _deletion_refused,
    events.CustomerBillingErased: lambda e: _(
        "Memberships of customer %(number)s cancelled", number=e.number
    ),
    events.CustomerBillingHandedOver: _billing_handed_over,
    events.CustomerSitesDeleted: lambda e: _(
        "Sites of customer %(number)s deleted: %(sites)s", number=e.number, sites=len(e.site_ids)
    ),
    events.CustomerSitesHandedOver: lambda e: _(
        "Sites of customer %(number)s taken over: %(sites)s", number=e.number, sites=len(e.site_ids)
    ),
    events.CustomerDeleted: lambda e: _("Customer %(number)s was deleted", number=e.number),
    events.ProductCreated: lambda e: _("Product %(name)s created", name=e.name),
    events.ProductChanged: lambda e: _("Product %(name)s changed", name=e.name),
    events.ProductRetired: lambda e: (
        _("Product %(name)s retired", name=e.name)
        if e.is_retired
        else _("Product %(name)s brought back", name=e.name)
    ),
    events.ProductDeleted: lambda e: _("Product %(name)s deleted", name=e.name),
    events.MembershipStarted: lambda e: _(
        "Membership %(number)s started: %(product)s", number=e.number, product=e.product
    ),
    events.MembershipStatusChanged: _membership_changed,
    **membership_words.SENTENCES,
    events.PendingMembershipsStarted: lambda e: _(
        "Memberships that had been left pending were started: %(numbers)s",
        numbers=", ".join(str(number) for number in e.numbers),
    ),
    events.RenewalAsked: lambda e: _(
        "Payment %(number)s of %(total)s is due on %(day)s",
        number=e.payment_number,
        total=formats().money(e.total),
        day=formats().day(e.due_at),
    ),
    events.MembershipHeld: lambda e: _(
        "Membership %(number)s is on hold: payment %(payment)s is not paid",
        number=e.number,
        payment=e.payment_number,
    ),
    events.MembershipExpired: _membership_expired,
    events.PaymentCreated: lambda e: _(
        "Payment %(number)s of %(total)s created", number=e.number, total=formats().money(e.total)
    ),
    events.PaymentCompleted: lambda e: _(
        "Payment %(number)s of %(total)s received", number=e.number, total=formats().money(e.total)
    ),
    events.PaymentFailed: _payment_failed,
    events.PaymentDunned: _payment_dunned,
    events.PaymentCancelled: _payment_cancelled,
    events.PaymentLinesChanged: _lines_changed,
    events.PaymentReceivedTwice: _received_twice,
    events.MembershipsExported: lambda e: _("Memberships exported"),
    events.PaymentsExported: lambda e: _("Payments exported"),
    events.SitesExported: lambda e: _("Sites exported"),
    events.PaymentMethodSaved: lambda e: _("Way to pay saved: %(method)s", method=_method(e)),
    events.PaymentMethodRemoved: lambda e: _("Way to pay removed: %(method)s", method=_method(e)),
    **refund_words.SENTENCES,
    events.PaymentRefunded: lambda e: _(
        "%(total)s of payment %(number)s refunded", number=e.number, total=formats().money(e.amount)
    ),
    events.InvoiceIssued: _invoice_issued,
    events.InvoiceSent: lambda e: _("Invoice %(number)s sent to the customer", number=e.number),
    events.InvoicesExported: lambda e: _("Invoices exported"),
    events.BillingSettingsChanged: lambda e: _("Settings of billing saved"),
    events.SiteCreated: lambda e: _("Site %(name)s created on %(host)s", name=e.name, host=e.host),
    events.SitePublished: lambda e: _("Site %(name)s published on %(host)s", name=e.name, host=e.host),
    events.SiteDisabled: _site_disabled,
    events.SiteChanged: _site_changed,
    events.SiteOwnerChanged: lambda e: _("The site %(name)s belongs to another customer now", name=e.name),
    events.SiteDeleted: lambda e: _("Site “%(title)s” on %(host)s deleted", title=e.title, host=e.host),
    events.SitePageAdded: lambda e: _("Page “%(title)s” added to the site", title=e.title),
    events.SitePageMoved: lambda e: _(
        "Page “%(title)s” moved from /%(before)s to /%(after)s", title=e.title, before=e.before, after=e.after
    ),
    events.SitePageDeleted: lambda e: _("Page “%(title)s” of the site deleted", title=e.title),
    events.SiteMenuChanged: lambda _e: _("Order of the site's menu changed"),
    events.SitePageChanged: lambda e: _("Page “%(title)s” of the site changed", title=e.title),
    events.VisitStarted: lambda e: _("An administrator switched to the site: “%(reason)s”", reason=e.reason),
    events.SwitchLogExported: lambda e: _("Switch log exported"),
    events.VisitEnded: lambda e: _("The administrator's visit ended: %(cause)s", cause=labels.cause(e.cause)),
    events.ParkedEventResolved: _parked_event,
    events.BalancesRebuilt: lambda e: _("Stored balances made right by the postings"),
    events.DifferencesFound: lambda e: _(
        "Compared with %(gateway)s: %(number)s movements differ", gateway=e.gateway, number=e.number
    ),
    events.DifferenceClosed: lambda e: _(
        "A difference with %(gateway)s was explained: “%(note)s”", gateway=e.gateway, note=e.note
    ),
    events.DeadWorkRetried: lambda e: _("Work that was given up is tried again: %(kind)s", kind=e.kind),
}

LOOKS = {
    **membership_words.LOOKS,
    "payment_gateway.changed": ("credit-card", "azure"),
    "customer.registered": ("user-plus", "azure"),
    "customer.changed": ("edit", "azure"),
    "customer.handed_over": ("user-share", "orange"),
    "customer.marked_vip": ("crown", "yellow"),
    "customer.note_changed": ("note", "azure"),
    "customer.verification_changed": ("mail-check", "green"),
    "customer.reachability_changed": ("mail-x", "orange"),
    "customer.verification_asked": ("mail-forward", "azure"),
    "customer.email_verified": ("mail-check", "green"),
    "mail.sent_again": ("mail-forward", "azure"),
    "customer.assistance_allowed": ("heart-handshake", "teal"),
    "customer.switch_cleared": ("switch-horizontal", "purple"),
    "customer.deletion_requested": ("trash", "orange"),
    "customer.deletion_refused": ("alert-triangle", "red"),
    "customer.billing_erased": ("id-badge", "orange"),
    "customer.billing_handed_over": ("receipt", "azure"),
    "customer.sites_deleted": ("world", "orange"),
    "customer.sites_handed_over": ("world", "azure"),
    "customer.deleted": ("trash", "red"),
    "account.signed_in": ("login", "green"),
    "account.locked": ("lock", "red"),
    "admin.created": ("user-shield", "azure"),
    "admin.changed": ("user-shield", "azure"),
    "admin.invited": ("mail-plus", "azure"),
    "invitation.withdrawn": ("mail-x", "secondary"),
    "admin.sessions_ended": ("logout", "orange"),
    "account.second_factor_changed": ("shield-lock", "green"),
    "account.recovery_code_used": ("shield-lock", "orange"),
    "api_key.created": ("key", "azure"),
    "api_key.revoked": ("key", "red"),
    "account.unlocked": ("lock-open", "green"),
    "account.password_link_sent": ("mail-forward", "azure"),
    "account.password_changed": ("key", "azure"),
    "account.sign_in_forced": ("logout", "orange"),
    "product.created": ("package", "azure"),
    "product.changed": ("package", "azure"),
    "product.retired": ("package-off", "orange"),
    "product.deleted": ("trash", "red"),
    "membership.started": ("id-badge", "azure"),
    "membership.pending_started": ("player-play", "green"),
    "membership.status_changed": ("id-badge", "azure"),
    "membership.renewal_asked": ("calendar-due", "azure"),
    "membership.held": ("player-pause", "orange"),
    "membership.expired": ("calendar-off", "red"),
    "payment.dunned": ("mail-exclamation", "orange"),
    "payment.created": ("receipt", "azure"),
    "payment.completed": ("cash", "green"),
    "payment.failed": ("alert-triangle", "red"),
    "payment.cancelled": ("receipt-off", "secondary"),
    "payment.lines_changed": ("edit", "azure"),
    "payment.received_twice": ("alert-triangle", "orange"),
    "membership.exported": ("file-export", "azure"),
    "payment.exported": ("file-export", "azure"),
    "payment_method.saved": ("credit-card", "azure"),
    "payment_method.removed": ("credit-card-off", "secondary"),
    **refund_words.LOOKS,
    "payment.refunded": ("receipt-refund", "orange"),
    "invoice.issued": ("file-invoice", "azure"),
    "invoice.sent": ("mail-forward", "azure"),
    "invoice.exported": ("file-export", "azure"),
    "network.billing_settings_changed": ("adjustments", "secondary"),
    "site.created": ("world", "azure"),
    "site.published": ("world", "green"),
    "site.disabled": ("world", "red"),
    "site.exported": ("file-export", "azure"),
    "site.changed": ("edit", "azure"),
    "site.owner_changed": ("arrows-exchange", "azure"),
    "site.deleted": ("trash", "red"),
    "site.page_added": ("file-plus", "azure"),
    "site.page_moved": ("arrow-right", "azure"),
    "site.page_deleted": ("trash", "orange"),
    "site.menu_changed": ("list", "azure"),
    "site.page_changed": ("edit", "azure"),
    "visit.started": ("switch-horizontal", "purple"),
    "visit.log_exported": ("download", "secondary"),
    "visit.ended": ("switch-horizontal", "secondary"),
    "ledger.balances_rebuilt": ("scale", "azure"),
    "reconciliation.differences_found": ("scale-outline", "red"),
    "reconciliation.difference_closed": ("scale", "green"),
    "parked_event.resolved": ("refresh", "azure"),
    "dead_work.retried": ("refresh", "azure"),
}
