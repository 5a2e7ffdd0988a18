"""The names of states, roles and fields in the reader's language; each is marked where it is listed."""

from babel import Locale
from flask_babel import get_locale

from gateway.translation import gettext, ngettext
from kernel.contracts.billing import Period
from kernel.errors import N_

VERIFICATIONS = {
    "none": N_("Not verified"),
    "pending": N_("Verification pending"),
    "verified": N_("Verified"),
}
POLICIES = {
    "never": (N_("Never"), N_("Nobody is asked to confirm an address, and nothing waits for it.")),
    "free": (
        N_("Only free memberships"),
        N_(
            "Every new customer is asked to confirm the address. Free memberships and their sites wait for"
            " it; paid ones do not."
        ),
    ),
    "always": (
        N_("Always"),
        N_(
            "Every new customer is asked to confirm the address, and every membership and every site waits"
            " for it."
        ),
    ),
}
MEMBERSHIPS = {
    "pending": N_("Pending"),
    "trialing": N_("Trial"),
    "active": N_("Active"),
    "on_hold": N_("On hold"),
    "expired": N_("Expired"),
    "cancelled": N_("Cancelled"),
}
PAYMENTS = {
    "pending": N_("Pending"),
    "processing": N_("Processing"),
    "completed": N_("Completed"),
    "failed": N_("Failed"),
    "cancelled": N_("Cancelled"),
    "partially_refunded": N_("Partly refunded"),
    "refunded": N_("Refunded"),
    "disputed": N_("Disputed"),
}
PRODUCT_KINDS = {"plan": N_("Plan"), "package": N_("Package"), "service": N_("Service")}
PRICINGS = {"paid": N_("Paid"), "free": N_("Free"), "contact_us": N_("Contact us")}
INVOICE_KINDS = {"invoice": N_("Invoice"), "credit_note": N_("Credit note")}
INVOICE_STATES = {"unpaid": N_("Unpaid"), "paid": N_("Paid"), "credited": N_("Credited")}
SITES = {"pending": N_("Being prepared"), "active": N_("Active"), "disabled": N_("Disabled")}
SITE_TYPES = {
    "regular": N_("Regular"),
    "template": N_("Template"),
    "customer_owned": N_("Customer's own"),
    "demo": N_("Demo"),
    "main": N_("Main site"),
}
ROLES = {
    "owner": N_("Owner"),
    "administrator": N_("Administrator"),
    "support": N_("Support"),
    "finance": N_("Finance"),
    "auditor": N_("Auditor"),
}
SCOPES = {
    "audit.view": N_("See the audit log and the background"),
    "billing.edit": N_("Change payments and memberships"),
    "billing.refund": N_("Give money back"),
    "billing.view": N_("See payments and memberships"),
    "customers.credentials": N_("Help customers with their sign-in"),
    "customers.delete": N_("Delete customers"),
    "customers.edit": N_("Change customers"),
    "customers.switch": N_("Look at customers' sites in their place"),
    "customers.act": N_("Change customers' sites in their place"),
    "customers.view": N_("See customers"),
    "network.settings": N_("Settings, admins and API keys"),
    "sites.delete": N_("Delete sites"),
    "sites.edit": N_("Change sites"),
    "sites.view": N_("See sites"),
}
KEY_STATES = {
    "active": N_("Good"),
    "asleep": N_("Asleep"),
    "expired": N_("Too old"),
    "revoked": N_("Revoked"),
}
ROLE_MEANINGS = {
    "owner": N_("Everything, also settings, admins and API keys."),
    "administrator": N_("Everything but settings, admins and API keys."),
    "support": N_("Sees everything; changes customers and sites, helps with sign-in, looks in as an owner."),
    "finance": N_("Sees everything; changes payments and memberships, and gives money back."),
    "auditor": N_("Sees everything and the audit log, and changes nothing."),
}
EVENT_KINDS = {
    "customer": N_("The customer"),
    "sign_in": N_("Sign-ins"),
    "switch": N_("Switching to sites"),
    "membership": N_("Memberships"),
    "payment": N_("Payments"),
    "site": N_("Sites"),
    "network": N_("The network"),
}
VISIT_MODES = {"look": N_("Only look"), "act": N_("Act as its administrator")}
CAUSES = {
    "switched back": N_("switched back"),
    "signed out": N_("signed out"),
    "expired": N_("time ran out"),
    "no longer allowed": N_("no longer allowed"),
    "sign-in forced": N_("sign-in forced"),
    "customer deleted": N_("the customer was deleted"),
    "site changed hands": N_("the site changed hands"),
    "idle": N_("nothing was done for a quarter of an hour"),
    "another switch": N_("another switch began"),
    "ended by an admin": N_("an admin ended all visits"),
}
GATEWAYS = {"manual": N_("Manual"), "stripe": N_("Stripe")}
FIELDS = {
    "gateway": N_("payment gateway"),
    "secrets": N_("secrets given anew"),
    "is_enabled": N_("switched on"),
    "is_default": N_("for new memberships"),
    "statement": N_("on the customer's statement"),
    "api_base": N_("address of the interface"),
    "instructions": N_("how to pay"),
    "secret_key": N_("secret key"),
    "webhook_secret": N_("signing secret of the webhook"),
    "name": N_("name"),
    "account": N_("account"),
    "former_is_kept": N_("former account stays"),
    "is_attached": N_("account was there already"),
    "first_name": N_("first name"),
    "last_name": N_("last name"),
    "email": N_("e-mail"),
    "username": N_("username"),
    "phone": N_("phone"),
    "locale": N_("language"),
    "time_zone": N_("time zone"),
    "billing": N_("billing info"),
    "billing_company": N_("company"),
    "billing_email": N_("billing e-mail"),
    "billing_line1": N_("address"),
    "billing_line2": N_("address, line 2"),
    "billing_postcode": N_("postcode"),
    "billing_city": N_("city"),
    "billing_state": N_("state or province"),
    "billing_country": N_("country"),
    "billing_vat_number": N_("VAT registration number"),
    "verification": N_("e-mail verification"),
    "is_active": N_("active"),
    "role": N_("role"),
    "reason": N_("reason"),
    "payment": N_("payment"),
    "total": N_("total"),
    "before": N_("before"),
    "brand": N_("card"),
    "last4": N_("last digits"),
    "amount": N_("amount"),
    "effect": N_("what becomes of the membership"),
    "is_by_hand": N_("given back by hand"),
    "has_come": N_("the money came"),
    "has_gone": N_("the money went back"),
    "cause": N_("cause"),
    "site_id": N_("site"),
    "site": N_("site"),
    "title": N_("title"),
    "type": N_("type"),
    "category": N_("category"),
    "scopes": N_("scopes"),
    "second_factor": N_("second factor"),
    "colour": N_("colour"),
    "sender_name": N_("sender of mail"),
    "reply_to": N_("address for answers"),
    "requires_second_factor": N_("admins need a second factor"),
    "assistance_until": N_("assistance allowed until"),
    "blocks_unpaid": N_("unpaid sites are blocked"),
    "grace_days": N_("days of grace"),
    "block_message": N_("what visitors of a blocked site read"),
    "switch_needs_consent": N_("switching needs consent"),
    "switch_needs_reason": N_("switching needs a reason"),
    "switch_mode": N_("what switching allows"),
    "switch_is_mailed": N_("owners are told of a switch by mail"),
    "mode": N_("to look or to act"),
    "starts_memberships": N_("waiting memberships start"),
    "number": N_("number"),
    "columns": N_("columns"),
    "which": N_("which"),
    "narrowed": N_("narrowed to"),
    "text": N_("text"),
    "note_id": N_("note"),
    "mail": N_("mail"),
    "template": N_("template"),
    "label": N_("label"),
    "help": N_("help text"),
    "choices": N_("choices"),
    "is_required": N_("required"),
    "is_listed": N_("shown in lists"),
    "is_searchable": N_("searchable"),
    "key": N_("key"),
    "keys": N_("keys"),
    "kind": N_("kind"),
    "customers": N_("customers"),
    "how": N_("how"),
    "locked_until": N_("locked until"),
    "api_keys": N_("API keys"),
    "reset_links": N_("links to set a password"),
    "verify_links": N_("links to confirm an address"),
    "invitations": N_("invitation links"),
    "way": N_("way"),
    "heir": N_("taken over by customer"),
    "went": N_("what went"),
    "memberships": N_("memberships"),
    "payments": N_("payments"),
    "unpaid": N_("unpaid payments"),
    "sites": N_("sites"),
    "mails": N_("messages"),
    "sign_ins": N_("sign-ins"),
    "one_time_tokens": N_("links sent by mail"),
    "customer_notes": N_("notes"),
    "product": N_("product"),
    "slug": N_("short address"),
    "description": N_("description"),
    "pricing": N_("pricing"),
    "group": N_("group"),
    "position": N_("place in the order"),
    "trial_days": N_("days of trial"),
    "cycles": N_("number of cycles"),
    "contact_url": N_("contact address"),
    "limits": N_("limits"),
    "pages": N_("pages"),
    "domains": N_("domains"),
    "storage": N_("storage"),
    "prices": N_("prices"),
    "membership": N_("membership"),
    "changed": N_("changed"),
    "items": N_("products"),
    "period": N_("period"),
    "cycles_billed": N_("cycles billed"),
    "started_at": N_("started"),
    "trial_ends_at": N_("trial ends"),
    "expires_at": N_("expires"),
    "cancels_at": N_("ends"),
    "cancel_cause": N_("cause"),
    "due_at": N_("due"),
    "auto_renew": N_("renews by itself"),
    "gateway_customer": N_("customer at the gateway"),
    "gateway_subscription": N_("subscription at the gateway"),
    "method_id": N_("saved way to pay"),
    "credit": N_("credit"),
    "status": N_("status"),
    "customer_id": N_("customer"),
    "with_sites": N_("sites go along"),
    "received": N_("money that came"),
}
CUSTOM = "custom."

TABS = {"all": N_("All"), "vip": N_("VIP"), "online": N_("Online"), "unverified": N_("Unverified")}
COLUMNS = {
    "number": N_("Number"),
    "email": N_("E-mail"),
    "username": N_("Username"),
    "first_name": N_("First name"),
    "last_name": N_("Last name"),
    "phone": N_("Phone"),
    "locale": N_("Language"),
    "vip": N_("VIP"),
    "verification": N_("Verification"),
    "company": N_("Company"),
    "billing_email": N_("Billing e-mail"),
    "line1": N_("Address line 1"),
    "line2": N_("Address line 2"),
    "postcode": N_("Postcode"),
    "city": N_("City"),
    "state": N_("State"),
    "country": N_("Country"),
    "vat_number": N_("VAT number"),
    "customer_since": N_("Customer since"),
    "last_sign_in": N_("Last sign-in"),
    "memberships": N_("Memberships"),
    "sites": N_("Sites"),
    "spent": N_("Spent"),
}
"""The columns of a file of customers."""

MAILS = {
    "refund": N_("Money on its way back"),
    "invoice": N_("Invoice"),
    "invoice_paid": N_("Invoice that is paid"),
    "receipt": N_("Thank you for your payment"),
    "verify_email": N_("Confirm your e-mail address"),
    "invitation": N_("Invitation"),
    "welcome": N_("Welcome"),
    "reset_password": N_("Set a new password"),
    "password_changed": N_("Your password was changed"),
    "second_factor_on": N_("A second factor protects your account"),
    "second_factor_off": N_("Your account has no second factor any more"),
    "second_factor_reset": N_("Your second factor was taken off"),
    "address_changed_old": N_("Your e-mail address was changed"),
    "address_changed_new": N_("This is now your e-mail address"),
    "handed_over_old": N_("Somebody else signs in as the customer now"),
    "handed_over_new": N_("You sign in as the customer now; choose a password"),
    "handed_over_known": N_("You sign in as the customer now"),
    "card_link": N_("Link to save a card"),
    "pay_link": N_("Link to pay"),
    "visit": N_("An admin switched to your site"),
    "renewal_coming": N_("Your membership is renewed"),
    "trial_ending": N_("Your trial ends"),
    "payment_failed": N_("Your payment did not go through"),
    "membership_on_hold": N_("Your membership is on hold"),
    "membership_expired": N_("Your membership has ended"),
}
"""What the templates of mail say, in a few words."""

MAIL_STATES = {"waiting": N_("Waiting"), "sent": N_("Sent"), "given_up": N_("Given up")}

POSTAL = {
    "area": N_("Area"),
    "city": N_("City"),
    "county": N_("County"),
    "department": N_("Department"),
    "district": N_("District"),
    "do_si": N_("Province or city"),
    "eircode": N_("Eircode"),
    "emirate": N_("Emirate"),
    "island": N_("Island"),
    "oblast": N_("Oblast"),
    "parish": N_("Parish"),
    "pin": N_("PIN code"),
    "post_town": N_("Post town"),
    "postal": N_("Postcode"),
    "prefecture": N_("Prefecture"),
    "province": N_("Province"),
    "state": N_("State"),
    "suburb": N_("Suburb"),
    "zip": N_("ZIP code"),
}
"""What the parts of an address are called, which is not the same in every country."""

COLOURS = {
    "active": "green",
    "sent": "green",
    "waiting": "azure",
    "given_up": "red",
    "completed": "green",
    "paid": "green",
    "unpaid": "orange",
    "credited": "secondary",
    "verified": "green",
    "trialing": "azure",
    "processing": "azure",
    "pending": "yellow",
    "on_hold": "orange",
    "partially_refunded": "orange",
    "refunded": "secondary",
    "expired": "secondary",
    "cancelled": "secondary",
    "none": "secondary",
    "failed": "red",
    "running": "azure",
    "done": "green",
    "stopped": "orange",
    "dead": "red",
    "disabled": "red",
    "disputed": "red",
    "asleep": "orange",
    "revoked": "secondary",
}
"""Tabler's colour of each state; the word always stands beside it."""


def verification(status: str) -> str:
    return _named(VERIFICATIONS, status)


def verification_policies() -> list[tuple[str, str, str]]:
    """Return each policy of a network, its name, and what it means in a sentence."""
    return [(policy, gettext(name), gettext(meaning)) for policy, (name, meaning) in POLICIES.items()]


def membership(status: str) -> str:
    return _named(MEMBERSHIPS, status)


def mail(template: str) -> str:
    return _named(MAILS, template)


def mails() -> list[tuple[str, str]]:
    """Return every template with what it says."""
    return [(template, gettext(words)) for template, words in MAILS.items()]


def mail_state(state: str) -> str:
    return _named(MAIL_STATES, state)


def payment(status: str) -> str:
    return _named(PAYMENTS, status)


def invoice_kind(kind: str) -> str:
    return _named(INVOICE_KINDS, kind)


def invoice_state(state: str) -> str:
    return _named(INVOICE_STATES, state)


def invoice_tabs() -> dict[str, str]:
    """Return the tabs of the invoices: all, each state, and what takes an invoice back."""
    states = {state: gettext(name) for state, name in INVOICE_STATES.items()}
    return {"all": gettext("All"), **states, "credit_notes": gettext("Credit notes")}


def payment_tab(name: str) -> str:
    """Return a tab of the payments: a status, or all of them."""
    return gettext("All") if name == "all" else payment(name)


def site(state: str) -> str:
    return _named(SITES, state)


def site_type(kind: str) -> str:
    return _named(SITE_TYPES, kind)


def tab(name: str) -> str:
    return _named(TABS, name)


def column(name: str) -> str:
    return _named(COLUMNS, name)


def role(name: str | None) -> str:
    return _named(ROLES, name or "")


def role_meaning(name: str) -> str:
    """Return what a role may do, in a sentence."""
    return _named(ROLE_MEANINGS, name)


def event_kinds() -> dict[str, str]:
    return {kind: gettext(name) for kind, name in EVENT_KINDS.items()}


def scope(permission: str) -> str:
    """Return what a permission lets somebody do."""
    return _named(SCOPES, permission)


def key_state(state: str) -> str:
    return _named(KEY_STATES, state)


def visit_mode(mode: str) -> str:
    """Return what a visit is for."""
    return _named(VISIT_MODES, mode)


def cause(why: str) -> str:
    return _named(CAUSES, why)


def payment_gateway(name: str) -> str:
    """Return the name of a payment gateway; one that others brought is called by its own."""
    return _named(GATEWAYS, name)


def field(name: str) -> str:
    """Return the name of a field; a custom one, ``custom.shoe_size``, is called by its key."""
    return name.removeprefix(CUSTOM) if name.startswith(CUSTOM) else _named(FIELDS, name)


def postal(word: str) -> str:
    return _named(POSTAL, word)


def value(name: str, given: str) -> str:
    """Return the value of a sentence's place, translated when it names a state, a role or a country."""
    if name == "country":
        return territory(given)
    if name == "gateway":
        return payment_gateway(given)
    if name not in {"status", "before", "after", "role"}:
        return given
    return _named(ROLES | PAYMENTS | MEMBERSHIPS, given).lower()


def territory(code: str) -> str:
    """Return the name of a country, or the code when the locale does not know it."""
    name: str = (get_locale() or Locale("en")).territories.get(code, code)
    return name


def colour(state: str) -> str:
    return COLOURS.get(state, "secondary")


def product_kind(kind: str) -> str:
    return _named(PRODUCT_KINDS, kind)


def pricing(way: str) -> str:
    return _named(PRICINGS, way)


def period(length: Period | None) -> str:
    """``per month``, ``every 3 months``, or ``once``."""
    if length is None:
        return gettext("once")
    number = length.length
    ways = {
        "day": ngettext("per day", "every %(num)d days", number),
        "week": ngettext("per week", "every %(num)d weeks", number),
        "month": ngettext("per month", "every %(num)d months", number),
        "year": ngettext("per year", "every %(num)d years", number),
    }
    return ways[length.unit]


def _named(names: dict[str, str], key: str) -> str:
    return gettext(names[key]) if key in names else key
