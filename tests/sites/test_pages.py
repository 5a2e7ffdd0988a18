"""A site's pages: added, moved with their former address, put in order, deleted."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from sqlalchemy import func, select

from kernel.contracts.events import SiteMenuChanged, SitePageAdded, SitePageDeleted, SitePageMoved
from kernel.contracts.pages import MenuOrder, PageDraft, PageEdit
from kernel.database import UnitOfWork
from kernel.errors import NotFound
from kernel.ids import new_id
from services.sites.models import MovedPage, Page, Site
from services.sites.pages import adding
from services.sites.pages.adding import FrontPageStays, TooManyPages, add_page, delete_page
from services.sites.pages.editing import edit_page
from services.sites.pages.menu import PagesChanged, order_pages
from services.sites.pages.paths import PathNotValid, checked_path
from services.sites.provisioning import provision_site
from services.sites.queries.sites import pages, public_page
from tests.sites.conftest import Open


@pytest.fixture
def furnished(uow: UnitOfWork, site: Site) -> Site:
    """The site with its starter pages, in this unit of work."""
    provision_site(uow, site.id)
    return uow.get(Site, site.id)


def page_on(uow: UnitOfWork, path: str) -> Page:
    return uow.session.scalars(select(Page).where(Page.path == path)).one()


def move(uow: UnitOfWork, site: Site, page: Page, path: str) -> None:
    edit_page(
        uow,
        site,
        page.id,
        PageEdit(title=page.title, markdown=page.markdown, version=page.version, path=path),
    )


def paths(uow: UnitOfWork, site: Site) -> list[str]:
    uow.session.flush()
    return [page.path for page in pages(uow, site.id)]


def test_a_new_page_stands_last_in_the_menu_and_is_told(uow: UnitOfWork, furnished: Site) -> None:
    page = add_page(uow, furnished, PageDraft(title="Våra priser", markdown="Dyrt"))

    assert paths(uow, furnished) == ["", "om-oss", "kontakt", "vara-priser"]
    assert [row.path for row in public_page(uow, furnished.id, "vara-priser").menu][-1] == "vara-priser"
    assert uow.published[-1] == SitePageAdded(
        site_id=furnished.id,
        customer_id=furnished.customer_id,
        page_id=page.id,
        path="vara-priser",
        title="Våra priser",
    )


@pytest.mark.parametrize(
    ("given", "title", "path"),
    [
        ("", "Om oss & våra hus!", "om-oss-vara-hus"),
        (" /Om-Oss/Priser/ ", "x", "om-oss/priser"),
        ("", "☂", "page"),
        ("404", "Borta", "404"),
    ],
)
def test_an_address_is_tidied_or_made_out_of_the_title(given: str, title: str, path: str) -> None:
    assert checked_path(given, title) == path


@pytest.mark.parametrize("given", ["å", "a b", "a//b", "-a", "../x", "x" * 101, "dashboard", "switch/back"])
def test_an_address_that_cannot_be_is_refused_beside_its_field(given: str) -> None:
    with pytest.raises(PathNotValid) as refusal:
        checked_path(given, "x")

    assert list(refusal.value.fields) == ["path"]


def test_two_pages_never_have_one_address(uow: UnitOfWork, furnished: Site) -> None:
    with pytest.raises(PathNotValid) as refusal:
        add_page(uow, furnished, PageDraft(title="x", path="kontakt"))
    with pytest.raises(PathNotValid):
        move(uow, furnished, page_on(uow, "om-oss"), "kontakt")

    assert str(refusal.value.fields["path"]) == "There is a page on /kontakt already."


def test_of_two_who_add_the_same_address_at_once_one_is_told_so(opened: Open, site: Site) -> None:
    def add(title: str) -> str:
        try:
            with opened() as uow:
                return add_page(uow, uow.get(Site, site.id), PageDraft(title=title, path="priser")).path
        except PathNotValid:
            return "refused"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, "abcd")) == ["priser", "refused", "refused", "refused"]


def test_who_asks_for_a_former_address_is_sent_on_however_often_it_moves(
    uow: UnitOfWork, furnished: Site
) -> None:
    page = page_on(uow, "kontakt")
    move(uow, furnished, page, "hitta-oss")
    move(uow, furnished, page, "hitta-hit")

    for former in ("kontakt", "hitta-oss"):
        assert public_page(uow, furnished.id, former).moved_to == "hitta-hit"
    assert public_page(uow, furnished.id, "hitta-hit").moved_to is None
    assert [event for event in uow.published if isinstance(event, SitePageMoved)][-1].before == "hitta-oss"


def test_a_page_back_on_its_former_address_is_there(uow: UnitOfWork, furnished: Site) -> None:
    page = page_on(uow, "kontakt")
    move(uow, furnished, page, "hitta-oss")
    move(uow, furnished, page, "kontakt")

    assert public_page(uow, furnished.id, "kontakt").moved_to is None
    assert public_page(uow, furnished.id, "hitta-oss").moved_to == "kontakt"


def test_a_new_page_on_a_former_address_is_there_itself(uow: UnitOfWork, furnished: Site) -> None:
    move(uow, furnished, page_on(uow, "kontakt"), "hitta-oss")
    add_page(uow, furnished, PageDraft(title="Ny", path="kontakt"))

    found = public_page(uow, furnished.id, "kontakt")

    assert (found.page.title, found.moved_to) == ("Ny", None)


def test_the_front_page_neither_moves_nor_goes(uow: UnitOfWork, furnished: Site) -> None:
    front = page_on(uow, "")

    with pytest.raises(PathNotValid):
        move(uow, furnished, front, "start")
    with pytest.raises(FrontPageStays):
        delete_page(uow, furnished, front.id, version=front.version)


def test_a_deleted_page_takes_its_former_addresses_along(uow: UnitOfWork, furnished: Site) -> None:
    page = page_on(uow, "kontakt")
    move(uow, furnished, page, "hitta-oss")

    delete_page(uow, furnished, page.id, version=page.version)

    assert isinstance(uow.published[-1], SitePageDeleted)
    assert uow.session.scalar(select(func.count()).select_from(MovedPage)) == 0
    with pytest.raises(NotFound):
        public_page(uow, furnished.id, "kontakt")


def test_the_page_on_404_is_shown_where_there_is_none_and_is_in_no_menu(
    uow: UnitOfWork, furnished: Site
) -> None:
    add_page(uow, furnished, PageDraft(title="Borta", path="404", markdown="Vilse?"))

    found = public_page(uow, furnished.id, "finns-inte")

    assert (found.page.title, found.is_missing, found.moved_to) == ("Borta", True, None)
    assert "404" not in [row.path for row in found.menu]
    assert not public_page(uow, furnished.id, "kontakt").is_missing


def test_the_menu_is_put_in_order_and_told_once(uow: UnitOfWork, furnished: Site) -> None:
    order = [page.id for page in reversed(pages(uow, furnished.id))]
    before = len(uow.published)

    order_pages(uow, furnished, MenuOrder(pages=order))
    order_pages(uow, furnished, MenuOrder(pages=order))

    assert paths(uow, furnished) == ["kontakt", "om-oss", ""]
    assert uow.published[before:] == [
        SiteMenuChanged(
            site_id=furnished.id,
            customer_id=furnished.customer_id,
            titles=["Kontakt", "Om oss", "Välkommen"],
        )
    ]


@pytest.mark.parametrize(
    "change", [lambda ids: ids[1:], lambda ids: [*ids, new_id()], lambda ids: [*ids, ids[0]]]
)
def test_an_order_of_other_pages_is_refused(uow: UnitOfWork, furnished: Site, change) -> None:
    ids: list[UUID] = [page.id for page in pages(uow, furnished.id)]

    with pytest.raises(PagesChanged):
        order_pages(uow, furnished, MenuOrder(pages=change(ids)))


def test_a_page_out_of_the_menu_is_still_there(uow: UnitOfWork, furnished: Site) -> None:
    page = page_on(uow, "kontakt")
    edit = PageEdit(title="Kontakt", markdown="", version=page.version, in_menu=False)

    edit_page(uow, furnished, page.id, edit)

    uow.session.flush()
    found = public_page(uow, furnished.id, "kontakt")
    assert [row.path for row in found.menu] == ["", "om-oss"]


def test_a_site_has_room_for_so_many_pages(
    uow: UnitOfWork, furnished: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "MOST_PAGES", 3)

    with pytest.raises(TooManyPages, match="A site can have 3 pages"):
        add_page(uow, furnished, PageDraft(title="x"))
