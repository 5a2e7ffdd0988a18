"""Set new sites up: their first pages, then open them."""

from kernel.auth import Identity
from kernel.database import Database
from kernel.work import Claim, Performer, Result, finish
from services.sites.models import Provisioning
from services.sites.provisioning import provision_site


def provision(home: Database, mine: Claim) -> Result:
    """Set one site up, in the transaction that marks it done; safe to run twice, or half."""
    with home.unit_of_work(Identity.worker(mine.network_id)) as uow:
        work = uow.get(Provisioning, mine.id)
        provision_site(uow, work.site_id)
        finish(uow, Provisioning, mine)
    return Result("done")


provisioning = Performer(kind="provisioning", home="sites", model=Provisioning, perform=provision)
