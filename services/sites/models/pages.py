"""The pages of a site, and where they were before."""

from uuid import UUID

from sqlalchemy import UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from kernel.errors import N_, Conflict
from kernel.tables import TenantScoped, Timestamped, Versioned
from services.sites.models.base import Base, same_site


class PageChanged(Conflict):
    """Somebody else saved the page after it was read."""


class Page(TenantScoped, Timestamped, Versioned, Base):
    """``path`` is ``""`` for the front page, else without slashes at its ends."""

    missing = N_("There is no such page.")
    __tablename__ = "pages"
    __table_args__ = (same_site("pages"), UniqueConstraint("network_id", "site_id", "path"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID]
    path: Mapped[str]
    title: Mapped[str]
    markdown: Mapped[str]
    position: Mapped[int] = mapped_column(server_default="0")
    in_menu: Mapped[bool] = mapped_column(server_default=true())

    def change(self, *, title: str, markdown: str, version: int) -> None:
        """Replace the text of the version that was read; raises PageChanged."""
        self.require_version(version)
        self.title, self.markdown, self.version = title, markdown, version + 1

    def require_version(self, version: int) -> None:
        """Raise PageChanged unless this is the version that was read."""
        if version != self.version:
            raise PageChanged(
                N_("Somebody else saved this page meanwhile. Look at their text, then save yours again.")
            )


class MovedPage(TenantScoped, Base):
    """A path on which a page was before; who asks for it is sent to where the page is now."""

    __tablename__ = "moved_pages"
    __table_args__ = (same_site("moved_pages"),)

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(primary_key=True)
    page_id: Mapped[UUID]
