"""Setting a new site up: due work, safe to do twice."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import time_machine
from sqlalchemy import select, text

from kernel.contracts.events import SitePublished
from kernel.database import Database
from kernel.work import due, perform
from services.sites.models import Page, Provisioning, Site
from services.sites.provisioning import provision_site
from services.sites.sites import create_site, disable_site
from tests.sites.conftest import Open
from worker.performers.provisioning import provisioning

STARTER_PATHS = ["", "kontakt", "om-oss"]


def new_site(opened: Open, **more: datetime) -> tuple[Site, UUID]:
    with opened() as uow:
        site = create_site(uow, name="solrosen", title="Solrosen", **more)
        work_id = uow.session.scalars(select(Provisioning.id)).one()
        return site, work_id


def paths(opened: Open) -> list[str]:
    with opened() as uow:
        return sorted(uow.session.scalars(select(Page.path)))


def test_a_new_site_gets_its_first_pages_and_opens(opened: Open, database: Database) -> None:
    site, work_id = new_site(opened)

    assert work_id in due(provisioning, database, limit=10_000)
    assert perform(provisioning, database, work_id)

    with opened() as uow:
        assert uow.get(Site, site.id).state == "active"
        assert uow.get(Provisioning, work_id).state == "done"
        front = uow.session.scalars(select(Page).where(Page.path == "")).one()
        assert (front.title, front.markdown.splitlines()[0]) == ("Välkommen", "# Solrosen")
    assert paths(opened) == STARTER_PATHS


def test_what_is_done_is_not_done_again(opened: Open, database: Database) -> None:
    _, work_id = new_site(opened)

    assert perform(provisioning, database, work_id)
    assert not perform(provisioning, database, work_id)


def test_provisioning_twice_changes_nothing(opened: Open, database: Database) -> None:
    site, _ = new_site(opened)
    with opened() as uow:
        provision_site(uow, site.id)
        uow.session.scalars(select(Page).where(Page.path == "")).one().title = "Min titel"

    with opened() as again:
        provision_site(again, site.id)

    assert again.published == []
    assert paths(opened) == STARTER_PATHS
    with opened() as uow:
        assert uow.session.scalars(select(Page.title).where(Page.path == "")).one() == "Min titel"


def test_a_worker_that_died_at_it_is_taken_over(opened: Open, database: Database) -> None:
    site, work_id = new_site(opened)
    with opened() as uow:
        uow.session.execute(
            text(
                "UPDATE provisionings SET state = 'leased', attempts = 1, lease_token = gen_random_uuid(),"
                " lease_until = now() - interval '1 second' WHERE id = :id"
            ),
            {"id": work_id},
        )

    assert perform(provisioning, database, work_id)

    with opened() as uow:
        assert uow.get(Site, site.id).state == "active"


def test_a_site_that_opens_later_waits_for_its_day(opened: Open, database: Database) -> None:
    day = datetime.now(UTC) + timedelta(days=30)
    site, work_id = new_site(opened, opens_at=day)

    assert not perform(provisioning, database, work_id)
    with time_machine.travel(day + timedelta(seconds=1), tick=False):
        assert perform(provisioning, database, work_id)

    with opened() as uow:
        assert uow.get(Site, site.id).state == "active"


def test_a_disabled_site_stays_closed(opened: Open, database: Database) -> None:
    site, work_id = new_site(opened)
    with opened() as uow:
        disable_site(uow, site.id, reason="")

    perform(provisioning, database, work_id)

    with opened() as uow:
        assert uow.get(Site, site.id).state == "disabled"


def test_publication_is_told_once(opened: Open, database: Database) -> None:
    site, work_id = new_site(opened)
    perform(provisioning, database, work_id)

    with opened() as uow:
        told = uow.session.execute(
            text("SELECT count(*) FROM events WHERE type = :type AND payload ->> 'site_id' = :id"),
            {"type": SitePublished.model_fields["type"].default, "id": str(site.id)},
        )
        assert told.scalar_one() == 1
