"""The payment gateways of a network: which plugin moves its money, with which settings."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kernel.config import Settings
from kernel.contracts.plugins import PaymentGateway
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict
from kernel.plugins import GATEWAYS, load_classes
from kernel.sealing import Sealer
from services.billing.models import GatewaySettings

MANUAL = "manual"


NOT_THERE = N_(
    "The payment gateway is not installed here any more, or not set up. Nothing is lost: it is asked again "
    "once it is there."
)
"""What is said of money that is under way at such a gateway."""


class GatewayNotReady(Conflict):
    """The network does not use the gateway, or it is not installed (any more)."""


class Gateways:
    """The plugins that are installed; made once a process, and shared by its threads.

    ``may_pretend``: settings may name a pretend provider on this machine, as those of ``make up`` do.
    A gateway is made anew only when the network's settings have another version.
    """

    def __init__(
        self,
        sealer: Sealer,
        plugins: Mapping[str, type[PaymentGateway]] | None = None,
        installation: str = "",
        *,
        may_pretend: bool = False,
    ) -> None:
        self.installation = installation
        self.may_pretend = may_pretend
        self.plugins = load_classes(GATEWAYS, PaymentGateway) if plugins is None else dict(plugins)
        self._sealer = sealer
        self._made: dict[tuple[UUID, str], tuple[int, PaymentGateway]] = {}

    @classmethod
    def of(cls, settings: Settings) -> "Gateways":
        """Return the installed plugins, with what opens the networks' settings."""
        return cls(
            Sealer(settings),
            installation=settings.derived_key("installation").hex()[:16],
            may_pretend=settings.pretend_payments,
        )

    def labels(self, network_id: UUID, number: int | None = None) -> dict[str, str]:
        """Return what is kept beside a movement of payment ``number``, so that both sides know whose it is.

        Without a number it is no movement, but a way to pay that is saved. A copy of an installation has the
        same networks, but a secret of its own, hence another name.
        """
        name = {"installation": self.installation} if self.installation else {}
        payment = {} if number is None else {"payment": str(number)}
        return {**name, "network": str(network_id), **payment}

    def is_ours(self, network_id: UUID, labels: Mapping[str, str]) -> bool:
        """Whether labels name this network here, or nobody: others may use the same account."""
        ours = self.labels(network_id)
        return all(labels.get(name, ours.get(name)) == ours.get(name) for name in ("installation", "network"))

    def open(self, uow: UnitOfWork, name: str) -> PaymentGateway:
        """Return the gateway with the network's settings. Raises GatewayNotReady.

        ``manual`` needs none. What is under way at a gateway that was switched off is still settled there.
        """
        settings = uow.session.scalar(select(GatewaySettings).where(GatewaySettings.gateway == name))
        if name not in self.plugins or (settings is None and name != MANUAL):
            raise GatewayNotReady(
                N_("The payment gateway %(gateway)s is not set up in this network."), gateway=name
            )
        version = settings.version if settings else 0
        known = self._made.get((uow.network_id, name))
        if known is None or known[0] != version:
            known = version, self._make(uow.network_id, name, settings)
            self._made[uow.network_id, name] = known
        return known[1]

    def config(self, network_id: UUID, name: str, settings: GatewaySettings | None) -> dict[str, Any]:
        """Return the settings as they were given, secrets and all; empty when none were."""
        if settings is None or not settings.config:
            return {}
        opened: dict[str, Any] = json.loads(self._sealer.open(settings.config, purpose(network_id, name)))
        return opened

    def seal(self, network_id: UUID, name: str, config: Mapping[str, Any]) -> str:
        """Return the settings sealed for this network and gateway alone."""
        return self._sealer.seal(json.dumps(config), purpose(network_id, name))

    def _make(self, network_id: UUID, name: str, settings: GatewaySettings | None) -> PaymentGateway:
        plugin = self.plugins[name]
        return plugin(plugin.Config.model_validate(self.config(network_id, name, settings)))


def purpose(network_id: UUID, name: str) -> str:
    """Return what the settings are sealed for: they open for no other network or gateway."""
    return f"payment gateway {name} of {network_id}"


def default_gateway(uow: UnitOfWork) -> str:
    """Return the name of the gateway that new memberships are paid through."""
    chosen = select(GatewaySettings.gateway).where(GatewaySettings.is_default)
    return uow.session.scalar(chosen) or MANUAL
