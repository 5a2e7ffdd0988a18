"""Switch to: how an admin gets into a customer's site, and back, in six hops between two hosts.

1. admin host  POST /customers/<id>/switch   cleared and written down; a ticket is issued
2. site host   GET  /switch/prepare          this browser gets a secret cookie of the site's host
3. admin host  GET  /switch/<id>/hand-over   the ticket is bound to that cookie; the page posts its token
4. site host   POST /switch/arrive           the ticket is used up; a new session begins
5. site host   every request                 ``gateway.visits.confirm``
6. site host   POST /switch/back             the visit ends; back to the customer's page

The token is in no address: it travels in the body of one form. The cookie ties it to one browser.
"""

from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask_login import current_user
from pydantic import ValidationError
from werkzeug.wrappers import Response

from gateway.auth import needs, on_a_visit, open_to_all, services, sign_in, sign_out
from gateway.calls import gateway_services, services_for
from gateway.cookies import cookie_name, is_secure
from gateway.hosts import Hosts, admin_host, arrived, current_host
from gateway.routing import SiteBlueprint
from gateway.security import csrf
from gateway.sessions import own_session
from gateway.visits import OVER, Stay, VisitOver, admin_of, refuse_if_owner_ended_it, visitor
from gateway.words import said
from kernel.contracts.access import VisitMode
from kernel.contracts.customers import Clearance, Customer
from kernel.contracts.sites import (
    Redemption,
    SiteRow,
    TicketBinding,
    TicketIssued,
    TicketOrder,
    Visit,
    VisitEnd,
)
from kernel.errors import N_, Conflict, Failure, Forbidden, Invalid, NotFound, Unauthenticated

ARRIVAL = "arrival"  # the cookie that ties a ticket to a browser
NONCE_LIFETIME = 120  # seconds; a ticket lives 60

NO_SITE = N_("This customer has no site yet, so there is nowhere to switch to.")
SITE_PENDING = N_("The site %(name)s is not set up yet. It can be switched to once it is active.")
SITE_DISABLED = N_("The site %(name)s is disabled. It can be switched to once it is active again.")
LOST_WAY = N_(
    "This way in has been used, is too old, or was begun in another browser. Please switch once more."
)

admin = Blueprint("switch_to", __name__)
site = SiteBlueprint("arrival", __name__)

Page = Response | str | tuple[str, int]


class NowhereToSwitch(Conflict):
    """The customer has no site that can be entered."""


class WayLost(Forbidden):
    """A hop that does not follow on the one before: used, late, or from another browser or host."""


@admin.get("/customers/<uuid:customer_id>/switch")
@needs("customers.switch")
def ask(customer_id: UUID) -> Page:
    """Ask for the reason, and for the site when there are several."""
    customer = services().customers.customer(customer_id)
    sites = services().sites.customer_sites(customer_id).sites
    if not any(row.state == "active" for row in sites):
        return _explain(customer, sites, _nowhere(sites)), 200
    try:
        return _choose(customer, sites)
    except (Conflict, Forbidden) as failure:
        return _explain(customer, sites, failure), 200


@admin.post("/customers/<uuid:customer_id>/switch")
@needs("customers.switch")
def begin(customer_id: UUID) -> Page:
    """Hop 1."""
    customer = services().customers.customer(customer_id)
    sites = services().sites.customer_sites(customer_id).sites
    try:
        chosen = _chosen(customer_id, sites)
        return _lead_on(_order_ticket(customer_id, chosen)) if chosen else _choose(customer, sites)
    except Invalid as failure:
        return _choose(customer, sites, failure), failure.status
    except (Conflict, Forbidden) as failure:
        return _explain(customer, sites, failure), failure.status


@site.get("/switch/prepare")
@open_to_all
@on_a_visit("read")
def prepare() -> Page:
    """Hop 2."""
    ticket_id = _uuid(request.args.get("ticket", ""))
    if ticket_id is None:
        raise WayLost(LOST_WAY)
    nonce = token_urlsafe(32)
    response = redirect(url_of_admin(f"/switch/{ticket_id}/hand-over?nonce={_hash(nonce)}"), 303)
    response.set_cookie(
        cookie_name(ARRIVAL),
        nonce,
        max_age=NONCE_LIFETIME,
        httponly=True,
        secure=is_secure(),
        samesite="Lax",
    )
    return response


@admin.get("/switch/<uuid:ticket_id>/hand-over")
@needs("customers.switch")
def hand_over(ticket_id: UUID) -> Page:
    """Hop 3."""
    try:
        binding = TicketBinding(admin_session=own_session().handle, nonce_hash=request.args.get("nonce", ""))
        handed = services().sites.bind_ticket(ticket_id, binding)
    except (ValidationError, Conflict, NotFound) as refused:
        raise WayLost(LOST_WAY) from refused
    origin = hosts().origin(handed.host)
    return render_template("switch/hand_over.html", action=f"{origin}/switch/arrive", token=handed.token)


@site.post("/switch/arrive")
@open_to_all
@on_a_visit("read")
def arrive() -> Page:
    """Hop 4. A form from another site comes without our SameSite=Lax cookie, so it is sent once more."""
    if cookie_name(ARRIVAL) in request.cookies:
        return _arrive()
    again = url_for("arrival.arrive_again")
    return render_template("switch/arrive_again.html", action=again, token=request.form.get("token", ""))


@site.post("/switch/arrive/again")
@open_to_all
@on_a_visit("read")
def arrive_again() -> Page:
    """Hop 4, from the site's own page."""
    return _arrive()


# The cookie of hop 2 takes the place of a form's token: who has it came by the first hops himself.
csrf.exempt(arrive)
csrf.exempt(arrive_again)


@site.post("/switch/back")
@open_to_all
@on_a_visit("read")
def back() -> Page:
    """Hop 6. Only the session says who came from where; nothing else that the browser sends counts."""
    stay: Stay | None = current_user.stay
    if stay is None:
        raise VisitOver(OVER)
    gateway_services().sites.end_visit(stay.row.id, VisitEnd(cause="switched back"))
    sign_out()
    return redirect(url_of_admin(stay.row.return_path), 303)


def _chosen(customer_id: UUID, sites: list[SiteRow]) -> SiteRow | None:
    """Return the site to enter; None when one must be chosen first. Raises Failure."""
    asked = _uuid(request.form.get("site_id", ""))
    open_sites = [row for row in sites if row.state == "active"]
    if asked is None:
        if not open_sites:
            raise _nowhere(sites)
        return open_sites[0] if len(open_sites) == 1 else None
    found: SiteRow = next((row for row in sites if row.id == asked), None) or services().sites.site(asked)
    if found.customer_id != customer_id:
        raise NowhereToSwitch(NO_SITE)
    if found.state != "active":
        raise _nowhere([found])
    return found


def _nowhere(sites: list[SiteRow]) -> NowhereToSwitch:
    if not sites:
        return NowhereToSwitch(NO_SITE)
    first = sites[0]
    return NowhereToSwitch(SITE_PENDING if first.state == "pending" else SITE_DISABLED, name=first.name)


def _order_ticket(customer_id: UUID, chosen: SiteRow) -> TicketIssued:
    reason = " ".join(request.form.get("reason", "").split())[:500]
    mode: VisitMode = "act" if request.form.get("mode") == "act" else "look"
    clearance = Clearance(reason=reason, site_id=chosen.id, mode=mode)
    cleared = services().customers.clear_switch(customer_id, clearance)
    order = TicketOrder(
        site_id=chosen.id,
        customer_id=customer_id,
        account_id=cleared.account_id,
        account_epoch=cleared.epoch,
        admin_session=own_session().handle,
        reason=reason,
        mode=mode,
        allowed_until=cleared.allowed_until,
        admin_name=current_user.name,
        customer_name=cleared.name,
        return_path=f"/customers/{customer_id}",
    )
    return services().sites.issue_ticket(order)


def _choose(customer: Customer, sites: list[SiteRow], failure: Failure | None = None) -> str:
    terms = services().customers.switch_terms(customer.id)
    return render_template(
        "switch/choose.html",
        customer=customer,
        sites=sites,
        terms=terms,
        reason=request.form.get("reason", ""),
        mode=request.form.get("mode", terms.modes[-1]),
        error=said(failure) if failure else "",
        network=current_host().network,
    )


def _explain(customer: Customer, sites: list[SiteRow], failure: Failure) -> str:
    """Say why nobody can switch now, and where something can be done about it."""
    to_sites = [{"href": f"/sites/{row.id}", "label": row.title} for row in sites]
    offers = [{"href": f"/customers/{customer.id}", "label": customer.name}, *to_sites]
    network = current_host().network
    return render_template("switch/refused.html", message=said(failure), offers=offers, network=network)


def _lead_on(ticket: TicketIssued) -> Response:
    return redirect(f"{hosts().origin(ticket.host)}/switch/prepare?ticket={ticket.ticket_id}", 303)


def _arrive() -> Page:
    """Use the ticket up, and begin the visit's own session on this host."""
    nonce = request.cookies.get(cookie_name(ARRIVAL), "")
    try:
        redemption = Redemption(token=request.form.get("token", ""), nonce=nonce, host=arrived().name)
        visit = gateway_services().sites.redeem(redemption)
        _begin_visit(visit)
    except (ValidationError, Conflict, NotFound, Forbidden, Unauthenticated) as refused:
        raise WayLost(LOST_WAY) from refused
    response = redirect("/dashboard", 303)
    response.delete_cookie(cookie_name(ARRIVAL), httponly=True, secure=is_secure(), samesite="Lax")
    return response


def _begin_visit(visit: Visit) -> None:
    human = admin_of(visit)
    owner = services_for(visitor(visit, human.epoch)).customers.standing()
    stay = Stay(row=visit, admin=human.name, customer=owner.name, epoch=human.epoch)
    refuse_if_owner_ended_it(stay, owner)
    sign_in(owner, stay)


def hosts() -> Hosts:
    """Return where the hosts of this installation are."""
    known: Hosts = current_app.extensions["hosts"]
    return known


def url_of_admin(path: str) -> str:
    """Return the address of a page on the network's admin host."""
    return hosts().origin(admin_host(current_host())) + path


def _hash(nonce: str) -> str:
    return sha256(nonce.encode()).hexdigest()


def _uuid(given: str) -> UUID | None:
    try:
        return UUID(given)
    except ValueError:
        return None
