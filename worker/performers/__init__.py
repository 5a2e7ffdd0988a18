"""The performers of this installation: one for each kind of due work."""

from kernel.work import Performer
from worker.performers.provisioning import provisioning

PERFORMERS: dict[str, Performer] = {one.kind: one for one in (provisioning,)}
