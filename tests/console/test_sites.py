"""The page of a site in the console: changed, closed and opened, copied, deleted."""

from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.contracts.site_terms import SiteChange, SiteTerms
from services.customers.models import AuditLine
from services.sites.lifecycle.terms import change_site
from services.sites.models import Site
from tests.console.people import registered, settle
from tests.flows.browser import Answer, Browser
from tests.flows.world import Owner, World


@pytest.fixture
def owner(world: World) -> Owner:
    return registered(world, "asa@example.com", "Åsa", "Lind")


@pytest.fixture
def site_id(world: World, owner: Owner) -> UUID:
    made = world.site(owner)
    settle(world)
    return made


def send(world: World, browser: Browser, path: str, **typed: str) -> Answer:
    return browser.post(world.url("admin", path), form(browser.get(world.url("admin", path)), path) | typed)


def form(answer: Answer, path: str) -> dict[str, str]:
    """The form as a browser would send it; the choice of a type is no field with a value."""
    return answer.form(path) | ({"type": "customer_owned"} if path.endswith("/edit") else {})


def stored(world: World) -> list[Site]:
    with world.databases["sites"].unit_of_work(world.command) as uow:
        return list(uow.session.scalars(select(Site).order_by(Site.created_at)))


def acts(world: World) -> list[str]:
    with world.databases["customers"].unit_of_work(world.command) as uow:
        lines = select(AuditLine.action).where(AuditLine.action.startswith("site "))
        return list(uow.session.scalars(lines.order_by(AuditLine.at)))


def test_the_page_names_the_owner_and_leads_to_what_can_be_done(
    world: World, browser: Browser, owner: Owner, site_id: UUID
):
    shown = browser.get(world.url("admin", f"/sites/{site_id}")).text

    assert f'<a href="/customers/{owner.customer_id}"><bdi>Åsa Lind</bdi></a>' in shown
    assert f'href="{world.url("bageri")}"' in shown
    assert f'href="/customers/{owner.customer_id}/switch"' in shown
    for act in ("edit", "deactivate", "duplicate", "delete"):
        assert f'href="/sites/{site_id}/{act}"' in shown


def test_somebody_who_may_only_look_is_offered_nothing(world: World, owner: Owner, site_id: UUID):
    world.admin("finn@demo.example", role="finance")

    shown = world.signed_in("finn@demo.example").get(world.url("admin", f"/sites/{site_id}")).text

    assert "What can be done" not in shown
    assert "/switch" not in shown


def test_the_terms_are_edited_and_stand_in_the_audit_log(world: World, browser: Browser, site_id: UUID):
    saved = send(
        world, browser, f"/sites/{site_id}/edit", title="Lindbloms", description="Bakar\r\npå natten"
    )
    settle(world)

    assert saved.headers["Location"] == f"/sites/{site_id}"
    shown = browser.follow(saved).text
    assert "The site is saved." in shown
    assert "Site bageri changed: title, description" in shown
    assert [(one.title, one.description) for one in stored(world)] == [("Lindbloms", "Bakar\npå natten")]
    assert acts(world) == ["site changed"]


def test_what_is_wrong_is_said_beside_the_field_and_kept(world: World, browser: Browser, site_id: UUID):
    refused = send(world, browser, f"/sites/{site_id}/edit", title=" ", description="Kvar")

    assert refused.status == 422
    assert "A site needs a title of at most 200 characters, in one line." in refused.text
    assert "Kvar" in refused.text
    assert stored(world)[0].version == 1


def test_what_somebody_else_saved_meanwhile_is_shown_beside_what_was_typed(
    world: World, browser: Browser, site_id: UUID
):
    path = f"/sites/{site_id}/edit"
    read = form(browser.get(world.url("admin", path)), path)
    with world.databases["sites"].unit_of_work(world.command) as uow:
        change_site(
            uow, site_id, SiteChange(seen=None, terms=SiteTerms(title="Deras", type="customer_owned"))
        )

    refused = browser.post(world.url("admin", path), read | {"title": "Mitt"})
    insisted = browser.post(world.url("admin", path), form(refused, path))

    assert refused.status == 409
    assert "Saved by somebody else: <bdi>Deras</bdi>" in refused.text
    assert insisted.status == 303
    assert stored(world)[0].title == "Mitt"


def test_a_site_is_closed_with_a_reason_and_opened_again(world: World, browser: Browser, site_id: UUID):
    closed = send(world, browser, f"/sites/{site_id}/deactivate", reason="Obetald")
    again = send(world, browser, f"/sites/{site_id}/deactivate", reason="Obetald")
    settle(world)
    shown = browser.follow(closed)

    assert world.browser().get(world.url("bageri")).status == 404
    assert "Site bageri disabled: Obetald" in shown.text
    assert (again.status, "bageri is disabled already." in again.text) == (409, True)

    opened = browser.post(
        world.url("admin", f"/sites/{site_id}/activate"), shown.form(f"/sites/{site_id}/activate")
    )
    settle(world)

    assert "The site is open." in browser.follow(opened).text
    assert stored(world)[0].state == "active"
    assert acts(world) == ["site deactivated", "site activated"]


def test_a_copy_is_made_under_another_name(world: World, browser: Browser, site_id: UUID):
    path = f"/sites/{site_id}/duplicate"
    refused = send(world, browser, path, name="bageri", title="Filialen")
    made = browser.post(world.url("admin", path), refused.form(path) | {"name": "filialen"})

    assert (refused.status, "There is a site called bageri already." in refused.text) == (422, True)
    assert refused.form(path)["title"] == "Filialen"
    assert [(one.name, one.title) for one in stored(world)] == [
        ("bageri", "Bageri"),
        ("filialen", "Filialen"),
    ]
    assert made.headers["Location"] == f"/sites/{stored(world)[1].id}"


def test_a_site_is_deleted_when_its_name_is_typed(
    world: World, browser: Browser, owner: Owner, site_id: UUID
):
    refused = send(world, browser, f"/sites/{site_id}/delete", name="bager")
    gone = send(world, browser, f"/sites/{site_id}/delete", name="bageri")
    settle(world)

    assert (refused.status, "Type bageri, the name of this site" in refused.text) == (422, True)
    assert "The site goes with its 3 pages" in refused.text
    assert gone.headers["Location"] == f"/customers/{owner.customer_id}"
    shown = browser.follow(gone).text
    assert f"The site bageri.{world.domain} is deleted." in shown
    assert "Site “Bageri” on" in shown
    assert stored(world) == []
    assert acts(world) == ["site deleted"]
