"""Where a page is: which paths there are, and what becomes of a former one."""

import re
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from kernel.contracts.pages import RESERVED_PATHS
from kernel.database import UnitOfWork
from kernel.errors import N_, Filled, Invalid
from kernel.folding import fold
from services.sites.models import MovedPage, Page, Site

PART = "[a-z0-9]+(?:[-.][a-z0-9]+)*"
PATH = re.compile(f"{PART}(?:/{PART})*")
LONGEST = 100
NOT_SAVED = N_("The page is not saved.")


class PathNotValid(Invalid):
    """No page can be there, or another one is."""


def checked_path(given: str, title: str) -> str:
    """Return where a page called ``title`` is to be: ``about-us`` for ``/about-us/``. Raises PathNotValid.

    Out of the title when nothing is given: ``Om oss`` becomes ``om-oss``.
    """
    path = given.strip().strip("/").lower() or suggested(title)
    if not PATH.fullmatch(path) or len(path) > LONGEST:
        raise refusal(N_("An address is made of a-z, 0-9, hyphens and slashes, such as about/prices."))
    if path.partition("/")[0] in RESERVED_PATHS:
        raise refusal(N_("/%(path)s is kept for the site itself."), path=path)
    return path


def suggested(title: str) -> str:
    """Return a path that says what the title does."""
    return re.sub(r"[^a-z0-9]+", "-", fold(title)).strip("-")[:LONGEST].strip("-") or "page"


def refusal(sentence: str, **places: str) -> PathNotValid:
    return PathNotValid(NOT_SAVED, fields={"path": Filled(sentence, **places)})


def leave_path(uow: UnitOfWork, site: Site, page: Page) -> None:
    """Send whoever asks for the page's present path to wherever it is then."""
    left = insert(MovedPage).values(
        network_id=uow.network_id, site_id=site.id, path=page.path, page_id=page.id
    )
    on_it = [MovedPage.network_id, MovedPage.site_id, MovedPage.path]
    uow.session.execute(left.on_conflict_do_update(index_elements=on_it, set_={"page_id": page.id}))


def take_path(uow: UnitOfWork, site_id: UUID, path: str) -> None:
    """Send nobody away from a path on which there is a page now."""
    gone = delete(MovedPage).where(MovedPage.site_id == site_id, MovedPage.path == path)
    uow.session.execute(gone)
