"""Settings of payment gateways: what is kept sealed, told and refused, and whether they are right."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, SecretStr, field_validator

from kernel.config import Settings
from kernel.contracts.events import PaymentGatewayChanged
from kernel.contracts.gateways import FieldKind, GatewayEdit, GatewayField, GatewayRead
from kernel.contracts.plugins import Dispute, GatewayAway, Notice, Order, Outcome, PaymentGateway, Sought
from kernel.database import Database
from kernel.sealing import Sealer
from kernel.work import due, perform
from services.billing.gateways.checks import ask_check
from services.billing.gateways.configured import Gateways, default_gateway
from services.billing.gateways.forms import SettingsNotValid
from services.billing.gateways.settings import (
    GatewaySettingsChanged,
    NoSuchGateway,
    change_gateway,
    show_gateway,
    show_gateways,
)
from services.billing.models import GatewaySettings
from services.billing.payment_gateways.manual import ManualGateway
from services.billing.payment_gateways.stripe.gateway import StripeGateway
from tests.billing.conftest import Open
from worker.performers.gateway_checks import gateway_check


class CardConfig(BaseModel):
    secret: Annotated[SecretStr, Field(title="Secret", description="The key.")]
    level: Annotated[Literal["low", "high"], Field(title="Level")] = "low"
    days: Annotated[int, Field(title="Days", ge=0)] = 3
    is_quick: Annotated[bool, Field(title="Quick")] = False
    note: Annotated[str, Field(title="Note", max_length=10)] = ""

    @field_validator("secret")
    @classmethod
    def _is_long(cls, secret: SecretStr) -> SecretStr:
        if len(secret.get_secret_value()) < 5:
            raise ValueError("A secret has five letters at least.")
        return secret


class CardGateway:
    """A plugin that answers unless its secret says otherwise."""

    Config: type[BaseModel] = CardConfig
    TITLE = "Cards"
    KEY_LIFETIME = None
    IS_MANUAL = False

    def __init__(self, config: BaseModel) -> None:
        self.secret = config.model_dump()["secret"].get_secret_value()

    def charge(self, order: Order) -> Outcome:
        return Outcome("unknown", key=order.key)

    def refund(self, order: Order) -> Outcome:
        return Outcome("unknown", key=order.key)

    def find(self, sought: Sought) -> Outcome | Dispute | None:
        if self.secret == "wrong":
            raise GatewayAway("The secret is not accepted.")
        return None

    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Notice]:
        return []


@pytest.fixture
def gateways(settings: Settings) -> Gateways:
    plugins: dict[str, type[PaymentGateway]] = {"cards": CardGateway, "manual": ManualGateway}
    return Gateways(Sealer(settings), plugins)


def edit(**more: Any) -> GatewayEdit:
    known = {"version": 1, "is_enabled": True, "is_default": False, "values": {}}
    return GatewayEdit.model_validate(known | {"secrets": {"secret": "hushhush"}} | more)


def change(opened: Open, gateways: Gateways, name: str = "cards", **more: Any) -> GatewayRead:
    with opened() as uow:
        return change_gateway(uow, gateways, name, edit(**more))


def read(opened: Open, gateways: Gateways, name: str = "cards") -> GatewayRead:
    with opened() as uow:
        return show_gateway(uow, gateways, name)


def optional(name: str, title: str, kind: FieldKind, **more: Any) -> GatewayField:
    return GatewayField(name=name, title=title, description="", kind=kind, is_required=False, **more)


def test_the_form_is_drawn_from_the_plugins_settings(opened: Open, gateways: Gateways) -> None:
    found = read(opened, gateways)

    assert found.fields == [
        GatewayField(name="secret", title="Secret", description="The key.", kind="secret", is_required=True),
        optional("level", "Level", "choice", choices=("low", "high")),
        optional("days", "Days", "number"),
        optional("is_quick", "Quick", "yes_no"),
        optional("note", "Note", "text", max_length=10),
    ]
    assert found.values == {"level": "low", "days": 3, "is_quick": False, "note": ""}
    assert (found.is_set_up, found.is_enabled, found.version, found.secrets) == (False, False, 1, {})


def test_a_secret_is_kept_sealed_and_never_told(opened: Open, gateways: Gateways) -> None:
    saved = change(opened, gateways, values={"days": "7", "note": " Hej "})

    with opened() as uow:
        row = uow.session.query(GatewaySettings).one()
        kept = gateways.config(uow.network_id, "cards", row)
        sealed = row.config
    assert kept == {"secret": "hushhush", "days": 7, "note": "Hej"}
    assert "hushhush" not in sealed
    assert "hushhush" not in saved.model_dump_json()
    assert (saved.is_set_up, saved.is_enabled, saved.version) == (True, True, 2)
    assert list(saved.secrets) == ["secret"]


def test_what_changed_is_told_with_the_names_of_secrets_alone(opened: Open, gateways: Gateways) -> None:
    with opened() as uow:
        change_gateway(uow, gateways, "cards", edit(is_default=True, values={"days": "7"}))
        told = list(uow.published)

    assert told == [
        PaymentGatewayChanged(
            gateway="cards",
            before={"is_enabled": False, "is_default": False, "days": 3},
            after={"is_enabled": True, "is_default": True, "days": 7},
            secrets=("secret",),
        )
    ]


def test_a_secret_that_is_not_given_again_stays(opened: Open, gateways: Gateways) -> None:
    first = change(opened, gateways)

    second = change(opened, gateways, version=2, values={"note": "Nytt"}, secrets={"secret": " "})

    with opened() as uow:
        assert gateways.open(uow, "cards").secret == "hushhush"  # type: ignore[attr-defined]
    assert second.secrets == first.secrets
    assert second.version == 3


def test_saving_what_is_so_already_changes_nothing(opened: Open, gateways: Gateways) -> None:
    change(opened, gateways)

    again = change(opened, gateways, version=2, secrets={"secret": "hushhush"})

    assert again.version == 2


def test_who_saves_second_is_told(opened: Open, gateways: Gateways) -> None:
    change(opened, gateways)

    with pytest.raises(GatewaySettingsChanged, match="Somebody else saved the settings meanwhile"):
        change(opened, gateways, secrets={"secret": "other secret"})

    with opened() as uow:
        assert gateways.open(uow, "cards").secret == "hushhush"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"secrets": {}}, {"secret": "This is needed."}),
        ({"secrets": {"secret": "abc"}}, {"secret": "A secret has five letters at least."}),
        ({"values": {"level": "middle"}}, {"level": "This cannot be taken as it is."}),
        ({"values": {"days": "many"}}, {"days": "This cannot be taken as it is."}),
        ({"values": {"colour": "red"}}, {"colour": "This gateway has no such field."}),
        ({"values": {"secret": "in the open"}}, {"secret": "This gateway has no such field."}),
        ({"secrets": {"note": "x"}}, {"note": "This gateway has no such field."}),
        (
            {"is_enabled": False, "is_default": True},
            {"is_default": "Only a gateway that is switched on can be used for new memberships."},
        ),
    ],
)
def test_what_the_plugin_does_not_take_is_refused_at_its_field(
    opened: Open, gateways: Gateways, wrong: dict[str, Any], fields: dict[str, str]
) -> None:
    with pytest.raises(SettingsNotValid) as refusal:
        change(opened, gateways, **wrong)

    assert refusal.value.fields == fields
    with opened() as uow:
        assert uow.session.query(GatewaySettings).count() == 0


def test_a_number_that_is_left_empty_is_the_plugins_own(opened: Open, gateways: Gateways) -> None:
    saved = change(opened, gateways, values={"days": "", "level": ""})

    assert (saved.values["days"], saved.values["level"]) == (3, "low")


def test_payment_by_hand_cannot_be_switched_off(opened: Open, gateways: Gateways) -> None:
    with pytest.raises(SettingsNotValid) as refusal:
        change(opened, gateways, "manual", is_enabled=False, secrets={})

    assert refusal.value.fields == {"is_enabled": "Payment by hand is always possible."}


def test_one_gateway_is_for_new_memberships(opened: Open, gateways: Gateways) -> None:
    change(opened, gateways, is_default=True)
    change(opened, gateways, "manual", is_default=True, secrets={})
    with opened() as uow:
        assert default_gateway(uow) == "manual"

    change(opened, gateways, version=2, is_default=True, secrets={})

    with opened() as uow:
        assert default_gateway(uow) == "cards"
        assert [one.name for one in show_gateways(uow, gateways) if one.is_default] == ["cards"]


def test_a_gateway_can_be_switched_off_though_its_settings_are_not_taken_any_more(
    opened: Open, gateways: Gateways
) -> None:
    with opened() as uow:
        uow.add(
            GatewaySettings(
                gateway="cards",
                is_enabled=True,
                config=gateways.seal(uow.network_id, "cards", {"secret": "old"}),
            )
        )

    saved = change(opened, gateways, is_enabled=False, secrets={})

    assert not saved.is_enabled


def test_settings_that_cannot_be_opened_any_more_are_given_anew(opened: Open, gateways: Gateways) -> None:
    with opened() as uow:
        sealed = gateways.seal(UUID(int=1), "cards", {"secret": "of another network"})
        uow.add(GatewaySettings(gateway="cards", is_enabled=True, config=sealed))

    before = read(opened, gateways)
    after = change(opened, gateways)

    assert (before.is_set_up, before.secrets) == (False, {})
    assert after.is_set_up


def test_a_gateway_that_is_not_installed_is_not_found(opened: Open, gateways: Gateways) -> None:
    with pytest.raises(NoSuchGateway):
        read(opened, gateways, "paypal")


@pytest.mark.parametrize(("secret", "result"), [("hushhush", ""), ("wrong", "The secret is not accepted.")])
def test_a_test_says_what_the_gateway_said(
    opened: Open, gateways: Gateways, billing: Database, secret: str, result: str
) -> None:
    change(opened, gateways, secrets={"secret": secret})
    with opened() as uow:
        ask_check(uow, "cards")
        ask_check(uow, "cards")
    waiting = read(opened, gateways)

    run_checks(billing, gateways)
    found = read(opened, gateways)

    assert (waiting.is_being_tested, waiting.tested_at) == (True, None)
    assert (found.is_being_tested, found.test_result) == (False, result)
    assert found.tested_at is not None


def run_checks(billing: Database, gateways: Gateways) -> None:
    performer = gateway_check(gateways)
    for check_id in due(performer, billing):
        perform(performer, billing, check_id)


def test_a_result_is_forgotten_with_the_settings_it_was_of(
    opened: Open, gateways: Gateways, billing: Database
) -> None:
    change(opened, gateways)
    with opened() as uow:
        ask_check(uow, "cards")
    run_checks(billing, gateways)

    changed = change(opened, gateways, version=2, secrets={"secret": "another"})

    assert (changed.tested_at, changed.test_result) == (None, "")


def test_a_test_without_settings_says_so(opened: Open, gateways: Gateways, billing: Database) -> None:
    with opened() as uow:
        uow.add(GatewaySettings(gateway="cards"))
        ask_check(uow, "cards")

    run_checks(billing, gateways)

    assert read(opened, gateways).test_result == "The settings are not complete."


def test_a_pretend_provider_is_named_only_where_one_may_be(opened: Open, settings: Settings) -> None:
    values = {"api_base": "http://127.0.0.1:8008"}
    wish = edit(values=values, secrets={"secret_key": "sk_test_x"})
    here = Gateways(Sealer(settings), {"stripe": StripeGateway}, may_pretend=True)
    elsewhere = Gateways(Sealer(settings), {"stripe": StripeGateway})

    with pytest.raises(SettingsNotValid) as refusal, opened() as uow:
        change_gateway(uow, elsewhere, "stripe", wish)
    with opened() as uow:
        saved = change_gateway(uow, here, "stripe", wish)

    assert list(refusal.value.fields) == ["api_base"]
    assert saved.values["api_base"] == "http://127.0.0.1:8008"
