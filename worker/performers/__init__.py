"""The performers of this installation: one for each kind of due work."""

from kernel.config import Settings
from kernel.work import Performer
from worker.performers.field_upkeep import field_upkeep
from worker.performers.imports import import_file
from worker.performers.jobs import job
from worker.performers.link_requests import link_request
from worker.performers.mail import mail_performer
from worker.performers.provisioning import provisioning


def load_performers(settings: Settings) -> dict[str, Performer]:
    """Return the performer of each kind of due work."""
    every = (field_upkeep, provisioning, link_request, mail_performer(settings), job, import_file)
    return {one.kind: one for one in every}
