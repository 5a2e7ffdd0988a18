"""Money that is under way at a payment gateway which was switched off, or is not installed any more."""

from collections import Counter

from sqlalchemy import ColumnElement, func, select

from kernel.contracts.gateways import GatewayUnderWay
from kernel.database import UnitOfWork
from services.billing.gateways.configured import MANUAL, Gateways
from services.billing.models import Charge, GatewaySettings, Refund
from services.billing.models.charges import OPEN_CHARGES
from services.billing.models.refunds import UNSETTLED_REFUNDS


def left_behind(uow: UnitOfWork, gateways: Gateways) -> list[GatewayUnderWay]:
    """Return each such gateway at which anything is not settled yet, by name."""
    stored = uow.session.execute(select(GatewaySettings.gateway, GatewaySettings.is_enabled))
    is_on = {row.gateway: row.is_enabled for row in stored}
    charges = _count(uow, Charge, Charge.status.in_(OPEN_CHARGES))
    refunds = _count(uow, Refund, Refund.status.in_(UNSETTLED_REFUNDS))
    return [
        GatewayUnderWay(name=name, is_there=is_there, charges=charges[name], refunds=refunds[name])
        for name in sorted((charges.keys() | refunds.keys()) - {MANUAL})
        if not (is_there := name in gateways.plugins and name in is_on) or not is_on[name]
    ]


def _count(
    uow: UnitOfWork, model: type[Charge] | type[Refund], condition: ColumnElement[bool]
) -> Counter[str]:
    counted = select(model.gateway, func.count().label("number")).where(condition).group_by(model.gateway)
    return Counter({row.gateway: row.number for row in uow.session.execute(counted)})
