"""Whether a gateway answers with the network's settings: asked by the worker, which is who pays with them."""

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from kernel.database import UnitOfWork
from kernel.ids import new_id
from kernel.work import Claim, finish
from services.billing.models import GatewayCheck, GatewaySettings

OPEN = ("due", "leased")


def ask_check(uow: UnitOfWork, name: str) -> None:
    """Have the worker ask the gateway; one wish at a time is enough."""
    check_id = new_id()
    wish = insert(GatewayCheck).values(
        id=check_id, network_id=uow.network_id, gateway=name, asked_at=uow.now, due_at=uow.now
    )
    made = uow.session.scalar(wish.on_conflict_do_nothing().returning(GatewayCheck.id))
    if made is not None:
        uow.ring("gateway_check", check_id)


def is_waiting(uow: UnitOfWork, name: str) -> bool:
    """Whether the worker has still to ask."""
    waiting = select(GatewayCheck.id).where(GatewayCheck.gateway == name, GatewayCheck.state.in_(OPEN))
    return uow.session.scalar(waiting.limit(1)) is not None


def settings_version(uow: UnitOfWork, name: str) -> int:
    """Return which settings hold now; 0 when there are none."""
    return uow.session.scalar(select(GatewaySettings.version).where(GatewaySettings.gateway == name)) or 0


def note_check(uow: UnitOfWork, mine: Claim, name: str, *, version: int, result: str) -> None:
    """Write down what the gateway said, unless it was asked with settings that hold no more.

    ``result`` is empty when it answered, else what kept it from doing so. Raises LeaseLost.
    """
    asked = GatewaySettings.gateway == name, GatewaySettings.version == version
    uow.session.execute(update(GatewaySettings).where(*asked).values(tested_at=uow.now, test_result=result))
    finish(uow, GatewayCheck, mine)
