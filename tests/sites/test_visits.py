"""Visits: they stand until somebody or something ends them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from kernel import clock
from kernel.auth import Identity
from kernel.contracts.access import SITE_OWNER
from kernel.contracts.events import VisitEnded
from kernel.contracts.sites import Redemption, VisitEnd
from kernel.database import Database
from kernel.errors import NotFound
from kernel.ids import new_id
from kernel.log import EventRow
from services.sites.models import Site, Visit
from services.sites.sites import disable_site
from services.sites.tickets import TicketNotValid, bind_ticket, issue_ticket, redeem_ticket
from services.sites.visits import (
    end_every_visit,
    end_expired_visits,
    end_visit,
    end_visits,
    end_visits_of,
    seen_on_visit,
    standing_visit,
)
from tests.sites.conftest import ADMIN_SESSION, Open, binding_for, order_for, ticket_in_hand

BACK = VisitEnd(cause="switched back")
SIGNED_OUT = VisitEnd(cause="signed out", admin_session=ADMIN_SESSION)


@pytest.fixture
def visit(opened: Open, admin: Identity, gateway: Identity, site: Site) -> Visit:
    _, redemption = ticket_in_hand(opened, admin, site)
    with opened(gateway) as uow:
        return redeem_ticket(uow, redemption)


@pytest.fixture
def visitor(visit: Visit, admin: Identity) -> Identity:
    """The admin while he acts as the site's owner."""
    return replace(
        admin,
        permissions=SITE_OWNER,
        account_id=visit.account_id,
        customer_id=visit.customer_id,
        impersonator=visit.admin_id,
        visit_id=visit.id,
    )


def stands(opened: Open, identity: Identity, visit_id: UUID) -> bool:
    with opened(identity) as uow:
        try:
            return standing_visit(uow, visit_id).id == visit_id
        except NotFound:
            return False


def test_a_visit_stands_for_its_visitor_and_the_gateway(
    opened: Open, gateway: Identity, visitor: Identity, visit: Visit
) -> None:
    assert stands(opened, gateway, visit.id)
    assert stands(opened, visitor, visit.id)


def test_a_visit_is_over_after_an_hour(opened: Open, gateway: Identity, visit: Visit) -> None:
    with time_machine.travel(visit.expires_at, tick=False):
        assert not stands(opened, gateway, visit.id)


def test_a_visit_is_over_when_its_site_is_disabled(opened: Open, gateway: Identity, visit: Visit) -> None:
    with opened() as uow:
        disable_site(uow, visit.site_id, reason="")

    assert not stands(opened, gateway, visit.id)


def stay(opened: Open, gateway: Identity, visit: Visit) -> None:
    """Let the admin look at a page every quarter of an hour, until the hour is almost over."""
    for minutes in (14, 28, 42, 56):
        later = time_machine.travel(visit.started_at + timedelta(minutes=minutes), tick=False)
        with later, opened(gateway) as uow:
            seen_on_visit(uow, visit.id)


def test_a_visitor_sees_no_other_visit(
    opened: Open, admin: Identity, gateway: Identity, site: Site, visitor: Identity
) -> None:
    _, redemption = ticket_in_hand(opened, admin, site)
    with opened(gateway) as uow:
        other = redeem_ticket(uow, redemption)

    assert not stands(opened, visitor, other.id)
    with pytest.raises(NotFound), opened(visitor) as uow:
        end_visit(uow, other.id, BACK)


def test_a_visit_nobody_came_back_to_is_ended_once_its_hour_is_over(
    database: Database, opened: Open, gateway: Identity, visit: Visit
) -> None:
    stay(opened, gateway, visit)
    with time_machine.travel(visit.expires_at - timedelta(seconds=1), tick=False):
        end_expired_visits(database)
        assert stands(opened, gateway, visit.id)
    with time_machine.travel(visit.expires_at + timedelta(seconds=30), tick=False):
        end_expired_visits(database)
        end_expired_visits(database)

    with opened() as uow:
        ended = uow.get(Visit, visit.id)
        told = uow.session.scalars(select(EventRow).where(EventRow.type == "visit.ended")).all()
    assert (ended.ended_at, ended.cause) == (visit.expires_at, "expired")
    assert [(row.payload["visit_id"], row.payload["cause"], row.actor) for row in told] == [
        (str(visit.id), "expired", "worker")
    ]


def test_switching_back_ends_the_visit_once(opened: Open, visitor: Identity, visit: Visit) -> None:
    with opened(visitor) as uow:
        end_visit(uow, visit.id, BACK)
    with opened(visitor) as again:
        end_visit(again, visit.id, BACK)

    assert uow.published == [
        VisitEnded(
            visit_id=visit.id,
            site_id=visit.site_id,
            customer_id=visit.customer_id,
            admin_id=visit.admin_id,
            cause="switched back",
        )
    ]
    assert again.published == []
    assert not stands(opened, visitor, visit.id)


def test_signing_out_ends_the_visit_of_the_session(
    opened: Open, admin: Identity, gateway: Identity, visit: Visit
) -> None:
    with opened(admin) as uow:
        end_visits(uow, SIGNED_OUT)

    assert len(uow.published) == 1
    assert not stands(opened, gateway, visit.id)


def test_another_switch_ends_the_visit(
    opened: Open, admin: Identity, gateway: Identity, site: Site, visit: Visit
) -> None:
    _, redemption = ticket_in_hand(opened, admin, site)
    with opened(gateway) as uow:
        second = redeem_ticket(uow, redemption)

    with opened() as uow:
        assert uow.get(Visit, visit.id).cause == "another switch"
    assert not stands(opened, gateway, visit.id)
    assert stands(opened, gateway, second.id)


def test_of_ten_switches_of_one_admin_at_once_one_visit_stands(
    opened: Open, admin: Identity, gateway: Identity, site: Site
) -> None:
    tickets = [ticket_in_hand(opened, admin, site)[1] for _ in range(10)]

    def redeem(redemption: Redemption) -> None:
        with opened(gateway) as uow:
            redeem_ticket(uow, redemption)

    with ThreadPoolExecutor(5) as threads:
        list(threads.map(redeem, tickets))

    with opened() as uow:
        causes = uow.session.scalars(select(Visit.cause).where(Visit.admin_id == admin.account_id)).all()
    assert sorted(causes, key=str) == [None, *["another switch"] * 9]


def test_a_visit_on_which_nothing_is_done_for_a_quarter_of_an_hour_is_over(
    database: Database, opened: Open, gateway: Identity, visit: Visit
) -> None:
    with time_machine.travel(visit.started_at + timedelta(minutes=14), tick=False):
        assert stands(opened, gateway, visit.id)
    with time_machine.travel(visit.started_at + timedelta(minutes=15), tick=False):
        assert not stands(opened, gateway, visit.id)
        end_expired_visits(database)

    with opened() as uow:
        ended = uow.get(Visit, visit.id)
    assert (ended.ended_at, ended.cause) == (visit.started_at + timedelta(minutes=15), "idle")


def test_every_page_keeps_it_going_and_no_more_than_one_write_a_minute(
    opened: Open, gateway: Identity, visit: Visit
) -> None:
    for seconds in (30, 59, 60, 61, 14 * 60):
        with time_machine.travel(visit.started_at + timedelta(seconds=seconds), tick=False):
            with opened(gateway) as uow:
                seen_on_visit(uow, visit.id)
            with opened() as uow:
                seen = uow.get(Visit, visit.id).seen_at - visit.started_at
            assert seen.total_seconds() == {30: 0, 59: 0, 60: 60, 61: 60, 840: 840}[seconds]


def test_all_visits_and_tickets_of_the_network_end_at_once(
    opened: Open, admin: Identity, gateway: Identity, site: Site, visit: Visit
) -> None:
    _, on_the_way = ticket_in_hand(opened, replace(admin, account_id=new_id()), site)

    with opened(admin) as uow:
        ended = end_every_visit(uow)

    assert (ended.visits, ended.tickets) == (1, 1)
    assert not stands(opened, gateway, visit.id)
    with pytest.raises(TicketNotValid), opened(gateway) as uow:
        redeem_ticket(uow, on_the_way)


@pytest.mark.parametrize("change", ["colleague", "session"])
def test_signing_out_elsewhere_ends_nothing(
    opened: Open, admin: Identity, gateway: Identity, visit: Visit, change: str
) -> None:
    who = replace(admin, account_id=new_id()) if change == "colleague" else admin
    session = "another-session-of-his" if change == "session" else ADMIN_SESSION

    with opened(who) as uow:
        end_visits(uow, VisitEnd(cause="signed out", admin_session=session))

    assert uow.published == []
    assert stands(opened, gateway, visit.id)


def test_no_session_named_is_no_session_ended(
    opened: Open, admin: Identity, gateway: Identity, visit: Visit
) -> None:
    with opened(admin) as uow:
        end_visits(uow, VisitEnd(cause="signed out"))

    assert stands(opened, gateway, visit.id)


def test_a_visit_of_another_network_looks_absent(opened: Open, visit: Visit) -> None:
    assert not stands(opened, Identity.gateway(new_id()), visit.id)


def test_a_visit_lasts_just_under_an_hour(opened: Open, gateway: Identity, visit: Visit) -> None:
    stay(opened, gateway, visit)
    with time_machine.travel(visit.expires_at - timedelta(seconds=1), tick=False):
        assert clock.now() < visit.expires_at
        assert stands(opened, gateway, visit.id)


def test_every_visit_by_an_account_or_to_it_ends_and_is_counted(
    opened: Open, admin: Identity, gateway: Identity, site: Site, visit: Visit
) -> None:
    _, redemption = ticket_in_hand(opened, replace(admin, account_id=new_id()), site)
    with opened(gateway) as uow:
        to_another = redeem_ticket(uow, redemption)

    with opened() as uow:
        to_owner = end_visits_of(uow, visit.account_id)
        told = uow.published
    with opened() as uow:
        by_admin = end_visits_of(uow, to_another.admin_id)

    assert (to_owner.visits, by_admin.visits) == (1, 1)
    assert not stands(opened, gateway, visit.id)
    assert not stands(opened, gateway, to_another.id)
    assert [(event.visit_id, event.cause) for event in told if isinstance(event, VisitEnded)] == [
        (visit.id, "sign-in forced")
    ]


def test_a_ticket_on_the_way_ends_with_them(
    opened: Open, admin: Identity, gateway: Identity, site: Site
) -> None:
    _, redemption = ticket_in_hand(opened, admin, site)
    with opened(admin) as uow:
        unbound = issue_ticket(uow, order_for(site))

    with opened() as uow:
        assert admin.account_id is not None
        assert end_visits_of(uow, admin.account_id).tickets == 2

    with pytest.raises(TicketNotValid), opened(gateway) as uow:
        redeem_ticket(uow, redemption)
    with pytest.raises(TicketNotValid), opened(admin) as uow:
        bind_ticket(uow, unbound.ticket_id, binding_for())


def test_nobody_elses_visit_is_touched_and_none_at_all_is_no_failure(
    opened: Open, gateway: Identity, visit: Visit
) -> None:
    with opened() as uow:
        ended = end_visits_of(uow, new_id())

    assert (ended.visits, ended.tickets) == (0, 0)
    assert stands(opened, gateway, visit.id)
