"""Rows of the sites tables as the contracts that other processes see."""

from typing import Any

from sqlalchemy import Row

from kernel.contracts import sites as contract
from services.sites.models import Page, Site, Visit


def host_of(site: Site | Row[Any], domain: str) -> str:
    """Return where a site of the network on ``domain`` answers."""
    return f"{site.name}.{domain}"


def site_row(site: Site | Row[Any], domain: str) -> contract.SiteRow:
    return contract.SiteRow(
        id=site.id,
        name=site.name,
        title=site.title,
        host=host_of(site, domain),
        type=site.type,
        state=site.state,
        customer_id=site.customer_id,
        membership_id=site.membership_id,
        is_primary=site.is_primary,
        created_at=site.created_at,
    )


def page_of(page: Page) -> contract.SitePage:
    return contract.SitePage(
        id=page.id,
        path=page.path,
        title=page.title,
        markdown=page.markdown,
        in_menu=page.in_menu,
        modified_at=page.modified_at,
        version=page.version,
    )


def visit_of(visit: Visit) -> contract.Visit:
    return contract.Visit(
        id=visit.id,
        site_id=visit.site_id,
        customer_id=visit.customer_id,
        account_id=visit.account_id,
        account_epoch=visit.account_epoch,
        admin_id=visit.admin_id,
        admin_session=visit.admin_session,
        return_path=visit.return_path,
        mode=visit.mode,
        started_at=visit.started_at,
        expires_at=visit.expires_at,
    )
