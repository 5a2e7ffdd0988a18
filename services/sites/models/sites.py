"""Sites, and the host names of their own that lead to them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, UniqueConstraint, desc, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.contracts.site_terms import SiteTerms
from kernel.contracts.sites import SiteState, SiteType
from kernel.errors import N_
from kernel.tables import TenantScoped, Timestamped, Versioned
from services.sites.models.base import Base, same_site

LABEL = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"


class Site(TenantScoped, Timestamped, Versioned, Base):
    """``name`` is the first label of its host, ``<name>.<domain of the network>``."""

    missing = N_("There is no such site.")
    __tablename__ = "sites"
    __table_args__ = (
        UniqueConstraint("network_id", "id"),
        UniqueConstraint("network_id", "name"),
        ForeignKeyConstraint(["network_id"], ["networks.network_id"]),
        Index("ix_sites_customer", "network_id", "customer_id", desc("created_at"), desc("id")),
        Index("ix_sites_newest", "network_id", desc("created_at"), desc("id")),
        Index("ix_sites_type", "network_id", "type", desc("created_at"), desc("id")),
        Index("ix_sites_state", "network_id", "state", desc("created_at"), desc("id")),
        Index(
            "uq_sites_primary", "network_id", "customer_id", unique=True, postgresql_where=text("is_primary")
        ),
        CheckConstraint(f"name ~ '{LABEL}'", name="name"),
        CheckConstraint("state IN ('pending', 'active', 'disabled')", name="state"),
        CheckConstraint("type IN ('regular', 'template', 'customer_owned', 'demo', 'main')", name="type"),
        CheckConstraint("customer_id IS NOT NULL OR NOT is_primary", name="primary"),
        CheckConstraint("category = '' OR type = 'template'", name="category"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    # Collation "C": a search by the first letters is then a range of the index.
    name: Mapped[str] = mapped_column(Text(collation="C"))
    title: Mapped[str]
    type: Mapped[SiteType]
    state: Mapped[SiteState] = mapped_column(default="pending")
    customer_id: Mapped[UUID | None]
    membership_id: Mapped[UUID | None]
    is_primary: Mapped[bool] = mapped_column(default=False)
    description: Mapped[str] = mapped_column(server_default="")
    category: Mapped[str] = mapped_column(server_default="")
    version: Mapped[int] = mapped_column(server_default="1")

    @property
    def terms(self) -> SiteTerms:
        """What an admin says about it."""
        return SiteTerms(
            title=self.title, description=self.description, type=self.type, category=self.category
        )


class SiteWord(TenantScoped, Base):
    """A folded word of a site's name, title or host; by a range of words a prefix is found."""

    __tablename__ = "site_words"
    __table_args__ = (
        same_site("site_words"),
        Index("ix_site_words_word", "network_id", "word", "site_id"),
    )

    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(Text(collation="C"), primary_key=True)


class Domain(TenantScoped, Base):
    """A host name of the customer's own; it leads to one site in the whole installation."""

    __tablename__ = "domains"
    __table_args__ = (
        same_site("domains"),
        UniqueConstraint("host"),
        Index("ix_domains_site", "network_id", "site_id"),
        CheckConstraint("host = lower(host)", name="host"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID]
    host: Mapped[str]
    created_at: Mapped[datetime]
