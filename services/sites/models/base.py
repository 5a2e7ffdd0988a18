"""The base of the sites tables, and the key that ties a child to its site."""

from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint, Text
from sqlalchemy.orm import DeclarativeBase

from kernel.contracts.access import VisitMode
from kernel.contracts.billing import MembershipStatus
from kernel.contracts.sites import SiteState, SiteType
from kernel.tables import Conventions, new_metadata


class Base(Conventions, DeclarativeBase):
    """Every table of the sites service; a word out of a few is text, and a CHECK names the words."""

    metadata = new_metadata()
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        **Conventions.type_annotation_map,
        SiteState: Text(),
        VisitMode: Text(),
        MembershipStatus: Text(),
        SiteType: Text(),
    }


def same_site(table: str) -> ForeignKeyConstraint:
    """Tie a child to a site of its own network."""
    return ForeignKeyConstraint(
        ["network_id", "site_id"], ["sites.network_id", "sites.id"], name=f"fk_{table}_site"
    )
