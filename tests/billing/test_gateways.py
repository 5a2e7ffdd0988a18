"""Which plugin moves a network's money, and that its settings open for nobody else."""

from collections.abc import Mapping

import pytest
from pydantic import BaseModel, SecretStr

from kernel.config import Settings
from kernel.contracts.plugins import Dispute, Notice, Order, Outcome, Sought
from kernel.ids import new_id
from kernel.sealing import SealBroken, Sealer
from services.billing.gateways.configured import GatewayNotReady, Gateways, default_gateway
from services.billing.models import GatewaySettings
from tests.billing.conftest import Open


class CardConfig(BaseModel):
    secret: SecretStr


class CardGateway:
    """As much of a plugin as is opened here."""

    Config: type[BaseModel] = CardConfig
    TITLE = "Cards"
    KEY_LIFETIME = None
    IS_MANUAL = False

    def __init__(self, config: BaseModel) -> None:
        self.config = config

    def charge(self, order: Order) -> Outcome:
        return Outcome("unknown", key=order.key)

    def refund(self, order: Order) -> Outcome:
        return Outcome("unknown", key=order.key)

    def find(self, sought: Sought) -> Outcome | Dispute | None:
        return None

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Notice]:
        return []


@pytest.fixture
def gateways(settings: Settings) -> Gateways:
    return Gateways(Sealer(settings), {"cards": CardGateway})


def set_up(opened: Open, gateways: Gateways, secret: str, version: int = 1) -> None:
    with opened() as uow:
        config = gateways.seal(uow.network_id, "cards", {"secret": secret})
        uow.session.merge(
            GatewaySettings(
                network_id=uow.network_id,
                gateway="cards",
                is_enabled=True,
                is_default=True,
                config=config,
                version=version,
                test_result="",
            )
        )


def test_a_gateway_is_made_with_the_networks_settings(opened: Open, gateways: Gateways) -> None:
    set_up(opened, gateways, "sk_1")

    with opened() as uow:
        gateway = gateways.open(uow, "cards")
        assert default_gateway(uow) == "cards"

    assert isinstance(gateway, CardGateway)
    assert gateway.config == CardConfig(secret=SecretStr("sk_1"))


def test_it_is_made_anew_only_when_the_settings_are_others(opened: Open, gateways: Gateways) -> None:
    set_up(opened, gateways, "sk_1")
    with opened() as uow:
        first, again = gateways.open(uow, "cards"), gateways.open(uow, "cards")
    set_up(opened, gateways, "sk_2", version=2)

    with opened() as uow:
        changed = gateways.open(uow, "cards")

    assert again is first
    assert isinstance(changed, CardGateway)
    assert changed.config == CardConfig(secret=SecretStr("sk_2"))


def test_the_settings_of_one_network_open_for_no_other(opened: Open, gateways: Gateways) -> None:
    with opened() as uow:
        sealed = gateways.seal(uow.network_id, "cards", {"secret": "sk_1"})
    stolen = GatewaySettings(gateway="cards", config=sealed)

    with pytest.raises(SealBroken):
        gateways.config(new_id(), "cards", stolen)


def test_a_gateway_that_is_not_set_up_is_refused_with_its_name(opened: Open, gateways: Gateways) -> None:
    with opened() as uow, pytest.raises(GatewayNotReady, match="cards is not set up"):
        gateways.open(uow, "cards")


def test_manual_needs_no_settings_and_is_the_default(opened: Open, settings: Settings) -> None:
    with opened() as uow:
        assert default_gateway(uow) == "manual"
        assert Gateways(Sealer(settings)).open(uow, "manual").IS_MANUAL
