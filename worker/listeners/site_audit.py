"""What admins did to sites, in the audit log."""

from typing import Any

from kernel.auth import id_of_actor
from kernel.contracts.events import (
    Recorded,
    SiteChanged,
    SiteCreated,
    SiteDeleted,
    SiteDisabled,
    SitePublished,
    SitesExported,
)
from kernel.database import UnitOfWork
from kernel.events import Listener
from worker.listeners.audit_lines import changes, write_line

site_audit = Listener("site_audit", home="customers", start="beginning")

Noted = SiteCreated | SitePublished | SiteDisabled | SiteDeleted
SITE_ACTS: dict[type, str] = {
    SiteCreated: "site created",
    SitePublished: "site activated",
    SiteDisabled: "site deactivated",
    SiteDeleted: "site deleted",
}


@site_audit.to(SiteCreated, SitePublished, SiteDisabled, SiteDeleted)
def note_site(uow: UnitOfWork, event: Noted, recorded: Recorded) -> None:
    """Note what a person did with a site; what happens by itself stands in the events."""
    if id_of_actor(recorded.actor) is None:
        return
    told: dict[str, Any] = {"site": event.name}
    if isinstance(event, SiteDisabled):
        told["reason"] = event.reason
    write_line(uow, recorded, SITE_ACTS[type(event)], event.site_id, details=told)


@site_audit.to(SiteChanged)
def note_change(uow: UnitOfWork, event: SiteChanged, recorded: Recorded) -> None:
    """Note the terms that changed."""
    before, after = event.before.model_dump(mode="json"), event.after.model_dump(mode="json")
    told = {"site": event.name}
    write_line(uow, recorded, "site changed", event.site_id, **changes(before, after), details=told)


@site_audit.to(SitesExported)
def note_export(uow: UnitOfWork, event: SitesExported, recorded: Recorded) -> None:
    """Note who took sites along."""
    write_line(uow, recorded, "sites exported", recorded.network_id, details={"narrowed": event.narrowed})
