"""The performers of this installation: one for each kind of due work."""

from kernel.config import Settings
from kernel.work import Performer
from services.billing.gateways.configured import Gateways
from worker.performers.book_checks import book_check
from worker.performers.charges import charge_performer
from worker.performers.fees import fee_performer
from worker.performers.field_upkeep import field_upkeep
from worker.performers.gateway_checks import gateway_check
from worker.performers.gateway_messages import gateway_message
from worker.performers.imports import import_file
from worker.performers.jobs import job
from worker.performers.link_requests import link_request
from worker.performers.mail import mail_performer
from worker.performers.memberships import membership
from worker.performers.method_setups import method_setup_performer
from worker.performers.provisioning import provisioning
from worker.performers.reconciliations import reconciliation_performer
from worker.performers.refunds import refund_performer
from worker.performers.repricings import repricing


def load_performers(settings: Settings) -> dict[str, Performer]:
    """Return the performer of each kind of due work."""
    gateways = Gateways.of(settings)
    every = (
        book_check,
        charge_performer(gateways),
        fee_performer(gateways),
        field_upkeep,
        gateway_check(gateways),
        gateway_message(gateways),
        import_file,
        job,
        link_request,
        mail_performer(settings),
        membership,
        method_setup_performer(gateways),
        provisioning,
        reconciliation_performer(gateways),
        refund_performer(gateways),
        repricing,
    )
    return {one.kind: one for one in every}
