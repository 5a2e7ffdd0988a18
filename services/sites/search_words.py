"""The words by which a site is found: those of its name, its title and its hosts."""

from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from kernel.database import UnitOfWork
from kernel.folding import words_of
from services.sites.models import Domain, Site, SiteWord


def let_find(uow: UnitOfWork, site_id: UUID, *texts: str) -> None:
    """Let the site be found by the words of the texts too."""
    words = [{"network_id": uow.network_id, "site_id": site_id, "word": word} for word in words_of(*texts)]
    if words:
        uow.session.execute(insert(SiteWord).values(words).on_conflict_do_nothing())


def reword(uow: UnitOfWork, site: Site) -> None:
    """Let the site be found by what it is called now, and by nothing else."""
    hosts = uow.session.scalars(select(Domain.host).where(Domain.site_id == site.id)).all()
    uow.session.execute(delete(SiteWord).where(SiteWord.site_id == site.id))
    let_find(uow, site.id, site.name, site.title, *hosts)
