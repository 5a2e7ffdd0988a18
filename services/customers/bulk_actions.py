"""What can be done to many customers: each action is the use case that does it to one."""

from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from kernel.database import UnitOfWork
from services.customers import deletions, registration, verification

Action = Callable[[UnitOfWork, UUID], object]

ACTIONS: Mapping[str, Action] = {
    "vip_on": partial(registration.mark_vip, is_vip=True),
    "vip_off": partial(registration.mark_vip, is_vip=False),
    "resend": verification.resend,
    "delete": partial(deletions.request_deletion, way="everything"),
}
