"""Messages of payment gateways: believed by their signature alone, kept once, before they are answered."""

from collections.abc import Mapping
from datetime import timedelta

import structlog
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from kernel import clock
from kernel.contracts.plugins import Notice, WebhookNotValid
from kernel.database import Database, UnitOfWork
from kernel.errors import N_, BadRequest, NotFound
from kernel.ids import new_id
from services.billing.gateways.configured import GatewayNotReady, Gateways
from services.billing.models import GatewayMessage

KEPT = timedelta(days=60)  # much longer than a gateway would send a message again

log = structlog.get_logger()


class NobodyListens(NotFound):
    """The network does not use the gateway; whoever asks is told no more."""


class MessageNotValid(BadRequest):
    """The message is not the gateway's, too old, or was changed on the way."""


def take_message(
    uow: UnitOfWork, gateways: Gateways, name: str, headers: Mapping[str, str], body: bytes
) -> None:
    """Keep what a message asks us to look up. Raises NobodyListens, MessageNotValid.

    Nothing of it is believed: the worker asks the gateway. A gateway that was switched off is still heard.
    """
    try:
        notices = gateways.open(uow, name).read_webhook(headers, body)
    except GatewayNotReady as reason:
        raise NobodyListens from reason
    except WebhookNotValid as reason:
        log.warning("webhook refused", gateway=name)
        raise MessageNotValid(N_("The message has no valid signature, or is too old.")) from reason
    for part, notice in enumerate(notices):
        _keep(uow, name, notice, part)


def _keep(uow: UnitOfWork, name: str, notice: Notice, part: int) -> None:
    message_id = new_id()
    row = insert(GatewayMessage).values(
        id=message_id,
        network_id=uow.network_id,
        gateway=name,
        external_id=f"{notice.id}/{part}" if part else notice.id,
        kind=notice.about.kind,
        key=notice.about.key,
        reference=notice.about.reference,
        charge=notice.about.charge,
        received_at=uow.now,
        due_at=uow.now,
    )
    # The same message comes twice as a matter of course; the first one is enough.
    kept = uow.session.scalar(row.on_conflict_do_nothing().returning(GatewayMessage.id))
    if kept is not None:
        uow.ring("gateway_message", message_id)


def drop_old_messages(billing: Database) -> None:
    """Delete messages that were looked into long ago."""
    old = GatewayMessage.received_at < clock.now() - KEPT
    with billing.across_networks("clearing out old messages of gateways") as session:
        session.execute(
            delete(GatewayMessage)
            .where(old, GatewayMessage.state == "done")
            .execution_options(synchronize_session=False)
        )
