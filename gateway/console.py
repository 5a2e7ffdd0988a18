"""The admin console: the pages a network's admins work with, on the admin host only."""

from flask import Blueprint, Flask, redirect
from flask_babel import get_locale
from flask_login import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from gateway import bulk_words, import_words, labels
from gateway.auth import open_to_all
from gateway.custom_fields import install_custom_fields
from gateway.formats import install_filters
from gateway.looks import avatar, install_looks
from gateway.markdown import note_html
from gateway.panels.render import install_panels
from gateway.refund_alert import install_alerts
from gateway.sentences import line_of
from gateway.views import (
    account,
    admins,
    api_keys,
    appearance,
    audit,
    background,
    billing_settings,
    books,
    bulk,
    credentials,
    custom_fields,
    customers,
    deletions,
    dispute_decisions,
    events,
    exports,
    field_settings,
    handovers,
    imports,
    invitations,
    invoices,
    invoices_list,
    jobs,
    mail_samples,
    mails,
    membership_acts,
    membership_edit,
    membership_new,
    membership_products,
    membership_transfer,
    memberships,
    memberships_list,
    notes,
    payment_acts,
    payment_decisions,
    payment_gateways,
    payment_lines,
    payment_new,
    payments,
    payments_list,
    products,
    profiles,
    refund_list,
    refunds,
    repricing,
    search,
    second_factor,
    settings,
    site_acts,
    site_edit,
    sites,
    sites_list,
    switch_log,
    verification,
)
from gateway.views.list_place import install_places
from gateway.words import install_words

console = Blueprint("console", __name__)
for part in (
    account,
    admins,
    api_keys,
    audit,
    background,
    billing_settings,
    books,
    bulk,
    credentials,
    custom_fields,
    customers,
    deletions,
    dispute_decisions,
    events,
    exports,
    field_settings,
    handovers,
    imports,
    invoices,
    invoices_list,
    invitations,
    jobs,
    mail_samples,
    mails,
    memberships,
    membership_acts,
    membership_edit,
    membership_new,
    membership_products,
    membership_transfer,
    memberships_list,
    notes,
    payment_gateways,
    payment_acts,
    payment_decisions,
    payment_lines,
    payment_new,
    payments,
    products,
    payments_list,
    profiles,
    refund_list,
    refunds,
    repricing,
    search,
    second_factor,
    settings,
    site_acts,
    site_edit,
    sites,
    switch_log,
    sites_list,
    verification,
):
    console.register_blueprint(part.views)


@console.get("/")
@open_to_all
def front() -> Response:
    """Send to where the work is; who is not signed in comes by the sign-in page."""
    return redirect("/customers", 303)


def install_pages(app: Flask) -> None:
    """Give every page, of whichever host, its words, formats, looks and panels."""
    install_words(app)
    install_filters(app)
    install_looks(app)
    install_places(app)
    install_panels(app)
    install_alerts(app)
    install_custom_fields(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        labels=labels, line_of=line_of, state=state, page_language=page_language, own_avatar=own_avatar
    )
    app.jinja_env.filters["note_html"] = note_html
    app.jinja_env.globals.update(bulk_words=bulk_words, import_words=import_words)
    appearance.register(app)


def page_language() -> str:
    """Return what ``lang`` says of the page."""
    return str(get_locale() or "en")


def own_avatar() -> Markup:
    """Return the avatar of who is signed in."""
    return avatar(current_user.standing.account_id, current_user.name, "avatar-sm")


def state(words: str, status: str) -> Markup:
    """Return the name of a state as a coloured mark."""
    return Markup('<span class="pill pill-{}">{}</span>').format(labels.colour(status), words)
