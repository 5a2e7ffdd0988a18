"""Tickets into a site: good once, for a minute, for one browser, one host and one site."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from kernel.auth import Identity
from kernel.contracts.events import VisitStarted
from kernel.contracts.sites import Redemption
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from kernel.ids import new_id
from services.sites.models import Site, SwitchTicket, Visit
from services.sites.sites import create_site, disable_site
from services.sites.tickets import (
    NobodyToSwitch,
    SiteNotOpen,
    SiteOfAnother,
    TicketNotValid,
    bind_ticket,
    issue_ticket,
    redeem_ticket,
)
from tests.sites.conftest import Open, binding_for, hashed, order_for, ticket_in_hand

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def visits_of(opened: Open, ticket_id: UUID) -> int:
    with opened() as uow:
        return len(uow.session.scalars(select(Visit).where(Visit.ticket_id == ticket_id)).all())


def test_a_ticket_lets_the_admin_in_for_an_hour(
    opened: Open, admin: Identity, gateway: Identity, site: Site
) -> None:
    issued, redemption = ticket_in_hand(opened, admin, site)

    with opened(gateway) as uow:
        visit = redeem_ticket(uow, redemption)

    assert (visit.site_id, visit.admin_id, visit.return_path) == (site.id, admin.account_id, "/customers/131")
    assert visit.expires_at - visit.started_at == timedelta(minutes=60)
    assert uow.published == [
        VisitStarted(
            visit_id=visit.id,
            site_id=site.id,
            customer_id=site.customer_id,
            admin_id=admin.account_id,
            reason="Kunden ringde",
        )
    ]
    assert uow.identity.actor == f"account:{admin.account_id}"
    assert visits_of(opened, issued.ticket_id) == 1


def test_only_hashes_of_the_secrets_are_kept(opened: Open, admin: Identity, site: Site) -> None:
    issued, redemption = ticket_in_hand(opened, admin, site)

    with opened() as uow:
        row = uow.session.execute(
            text("SELECT switch_tickets::text FROM switch_tickets WHERE id = :id"), {"id": issued.ticket_id}
        ).scalar_one()

    assert hashed(redemption.token) in row
    assert hashed(redemption.nonce) in row
    assert redemption.token not in row
    assert redemption.nonce not in row


def test_fifty_redemptions_at_once_make_one_visit(
    opened: Open, admin: Identity, gateway: Identity, site: Site
) -> None:
    issued, redemption = ticket_in_hand(opened, admin, site)
    together = Barrier(10, timeout=30)

    def redeem(_: int) -> bool:
        together.wait()
        try:
            with opened(gateway) as uow:
                redeem_ticket(uow, redemption)
        except TicketNotValid:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        won = list(pool.map(redeem, range(50)))

    assert won.count(True) == 1
    assert visits_of(opened, issued.ticket_id) == 1


def test_a_ticket_is_good_for_sixty_seconds_and_not_longer(
    opened: Open, admin: Identity, gateway: Identity, site: Site
) -> None:
    with time_machine.travel(START, tick=False) as moved:
        _, in_time = ticket_in_hand(opened, admin, site)
        _, late = ticket_in_hand(opened, admin, site)

        moved.shift(59.9)
        with opened(gateway) as uow:
            redeem_ticket(uow, in_time)
        moved.shift(0.1)
        with pytest.raises(TicketNotValid), opened(gateway) as uow:
            redeem_ticket(uow, late)


def test_a_ticket_cannot_be_bound_after_sixty_seconds(opened: Open, admin: Identity, site: Site) -> None:
    with time_machine.travel(START, tick=False) as moved:
        with opened(admin) as uow:
            issued = issue_ticket(uow, order_for(site))
        moved.shift(60)
        with pytest.raises(TicketNotValid), opened(admin) as uow:
            bind_ticket(uow, issued.ticket_id, binding_for())


def used_up(opened: Open, gateway: Identity, redemption: Redemption) -> Redemption:
    with opened(gateway) as uow:
        redeem_ticket(uow, redemption)
    return redemption


MISUSES = {
    "on another host": {"host": "other.test"},
    "from another browser": {"nonce": "the-secret-of-another-browser"},
    "with another secret": {"token": "x" * 43},
}


@pytest.mark.parametrize("misuse", MISUSES)
def test_a_ticket_is_refused(
    opened: Open, admin: Identity, gateway: Identity, site: Site, misuse: str
) -> None:
    issued, redemption = ticket_in_hand(opened, admin, site)

    with pytest.raises(TicketNotValid, match="used or is too old"), opened(gateway) as uow:
        redeem_ticket(uow, redemption.model_copy(update=MISUSES[misuse]))

    assert visits_of(opened, issued.ticket_id) == 0


def test_every_refusal_sounds_the_same(opened: Open, admin: Identity, gateway: Identity, site: Site) -> None:
    _, redemption = ticket_in_hand(opened, admin, site)
    twice = used_up(opened, gateway, redemption)
    wrong = [twice, *(redemption.model_copy(update=change) for change in MISUSES.values())]
    said = set()

    for attempt in wrong:
        with pytest.raises(TicketNotValid) as refusal, opened(gateway) as uow:
            redeem_ticket(uow, attempt)
        said.add((str(refusal.value), refusal.value.code, refusal.value.status))

    assert len(said) == 1


def test_another_network_cannot_use_the_ticket(opened: Open, admin: Identity, site: Site) -> None:
    _, redemption = ticket_in_hand(opened, admin, site)

    with pytest.raises(TicketNotValid), opened(Identity.gateway(new_id())) as uow:
        redeem_ticket(uow, redemption)


def test_a_ticket_that_was_not_bound_lets_nobody_in(
    opened: Open, admin: Identity, gateway: Identity, site: Site
) -> None:
    with opened(admin) as uow:
        issued = issue_ticket(uow, order_for(site))

    with pytest.raises(TicketNotValid), opened(gateway) as uow:
        redeem_ticket(uow, Redemption(token=str(issued.ticket_id), nonce="n" * 20, host=issued.host))


@pytest.mark.parametrize("change", ["disabled", "sold"])
def test_a_site_that_changed_meanwhile_lets_nobody_in(
    opened: Open, admin: Identity, gateway: Identity, site: Site, change: str
) -> None:
    _, redemption = ticket_in_hand(opened, admin, site)
    with opened() as uow:
        if change == "disabled":
            disable_site(uow, site.id, reason="")
        else:
            uow.get(Site, site.id).customer_id = new_id()

    with pytest.raises(TicketNotValid), opened(gateway) as uow:
        redeem_ticket(uow, redemption)


def test_a_ticket_is_handed_over_once(opened: Open, admin: Identity, site: Site) -> None:
    issued, _ = ticket_in_hand(opened, admin, site)

    with pytest.raises(TicketNotValid), opened(admin) as uow:
        bind_ticket(uow, issued.ticket_id, binding_for())


def test_only_the_session_that_asked_gets_the_secret(opened: Open, admin: Identity, site: Site) -> None:
    with opened(admin) as uow:
        issued = issue_ticket(uow, order_for(site))
    colleague = replace(admin, account_id=new_id())

    with pytest.raises(TicketNotValid), opened(colleague) as uow:
        bind_ticket(uow, issued.ticket_id, binding_for())
    with pytest.raises(TicketNotValid), opened(admin) as uow:
        bind_ticket(uow, issued.ticket_id, binding_for(session="another-session-of-his"))


def test_sites_that_cannot_be_entered_say_why(uow: UnitOfWork, admin: Identity, customer_id: UUID) -> None:
    uow.act_for(admin)
    pending = create_site(uow, name="kommer", title="Kommer snart", customer_id=customer_id)
    disabled = create_site(uow, name="stangd", title="Stängd", customer_id=customer_id)
    disable_site(uow, disabled.id, reason="Obetald")

    with pytest.raises(SiteNotOpen, match="Kommer snart is still being set up"):
        issue_ticket(uow, order_for(pending))
    with pytest.raises(SiteNotOpen, match="Stängd is disabled"):
        issue_ticket(uow, order_for(disabled))
    with pytest.raises(SiteOfAnother, match="Stängd does not belong to this customer"):
        issue_ticket(uow, order_for(disabled, customer_id=new_id()))
    with pytest.raises(NotFound, match="There is no such site"):
        issue_ticket(uow, order_for(disabled, site_id=new_id()))


def test_nobody_but_a_person_switches(opened: Open, owner: Identity, site: Site) -> None:
    with pytest.raises(NobodyToSwitch), opened(owner) as uow:
        issue_ticket(uow, order_for(site))


def test_the_database_refuses_a_ticket_that_lives_too_long(opened: Open, admin: Identity, site: Site) -> None:
    with opened(admin) as uow:
        ticket_id = issue_ticket(uow, order_for(site)).ticket_id

    with pytest.raises(IntegrityError, match="ck_switch_tickets_life"), opened() as uow:
        uow.get(SwitchTicket, ticket_id).expires_at += timedelta(seconds=1)
