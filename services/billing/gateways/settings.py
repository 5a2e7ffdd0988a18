"""What a network decides about its payment gateways; secrets are sealed, and told to nobody again."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from kernel.contracts.events import PaymentGatewayChanged
from kernel.contracts.gateways import GatewayEdit, GatewayRead
from kernel.contracts.plugins import PaymentGateway
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, NotFound
from kernel.sealing import SealBroken
from services.billing.gateways.checks import is_waiting
from services.billing.gateways.configured import MANUAL, Gateways
from services.billing.gateways.forms import SettingsNotValid, checked, fields_of, merged, shown_values
from services.billing.models import GatewaySettings


class NoSuchGateway(NotFound):
    """No plugin of that name is installed."""


class GatewaySettingsChanged(Conflict):
    """Somebody else saved the settings since they were read."""


def show_gateways(uow: UnitOfWork, gateways: Gateways) -> list[GatewayRead]:
    """Return every gateway that is installed, and how the network uses it."""
    stored = {row.gateway: row for row in uow.session.scalars(select(GatewaySettings))}
    return [_read(uow, gateways, name, stored.get(name)) for name in gateways.plugins]


def show_gateway(uow: UnitOfWork, gateways: Gateways, name: str) -> GatewayRead:
    """Return one. Raises NoSuchGateway."""
    installed(gateways, name)
    row = uow.session.scalar(select(GatewaySettings).where(GatewaySettings.gateway == name))
    return _read(uow, gateways, name, row)


def installed(gateways: Gateways, name: str) -> type[PaymentGateway]:
    """Return the plugin. Raises NoSuchGateway."""
    if name not in gateways.plugins:
        raise NoSuchGateway(N_("There is no such payment gateway."))
    return gateways.plugins[name]


def change_gateway(uow: UnitOfWork, gateways: Gateways, name: str, edit: GatewayEdit) -> GatewayRead:
    """Replace the settings; secrets that are not given again stay.

    Raises NoSuchGateway, GatewaySettingsChanged, SettingsNotValid.
    """
    plugin = installed(gateways, name)
    _refuse_unfit(name, edit)
    row = _locked(uow, name)
    if row.version != edit.version:
        raise GatewaySettingsChanged(N_("Somebody else saved the settings meanwhile. Look at them again."))
    before = _opened(uow, gateways, name, row)
    after = merged(plugin.Config, before, edit)
    if edit.is_enabled or before != after:
        checked(plugin.Config, after, may_pretend=gateways.may_pretend)
    change = _Change.between(plugin, row, before, edit, after)
    if change.is_one:
        if edit.is_default:
            _let_go_of_default(uow, name)
        row.is_enabled, row.is_default = edit.is_enabled, edit.is_default
        row.config = gateways.seal(uow.network_id, name, after)
        _note_change(uow, row, change)
    return _read(uow, gateways, name, row)


def _refuse_unfit(name: str, edit: GatewayEdit) -> None:
    fields = {}
    if name == MANUAL and not edit.is_enabled:
        fields["is_enabled"] = N_("Payment by hand is always possible.")
    elif edit.is_default and not edit.is_enabled:
        fields["is_default"] = N_("Only a gateway that is switched on can be used for new memberships.")
    if fields:
        raise SettingsNotValid(N_("The settings are not saved."), fields=fields)


def _locked(uow: UnitOfWork, name: str) -> GatewaySettings:
    """Return the row, made if need be, with all of the network's locked: only one can be the default."""
    new = insert(GatewaySettings).values(network_id=uow.network_id, gateway=name, is_enabled=name == MANUAL)
    uow.session.execute(new.on_conflict_do_nothing())
    locked = select(GatewaySettings).order_by(GatewaySettings.gateway).with_for_update()
    return next(row for row in uow.session.scalars(locked) if row.gateway == name)


@dataclass(frozen=True)
class _Change:
    """What may be told of a change: open values before and after, and which secrets were given anew."""

    before: dict[str, Any]
    after: dict[str, Any]
    secrets: list[str]

    @classmethod
    def between(
        cls,
        plugin: type[PaymentGateway],
        row: GatewaySettings,
        before: dict[str, Any],
        edit: GatewayEdit,
        after: dict[str, Any],
    ) -> "_Change":
        switches = "is_enabled", "is_default"
        old = {name: getattr(row, name) for name in switches} | shown_values(plugin.Config, before)
        new = {name: getattr(edit, name) for name in switches} | shown_values(plugin.Config, after)
        differ = {name for name in new if old[name] != new[name]}
        secrets = [
            field.name
            for field in fields_of(plugin.Config)
            if field.kind == "secret" and before.get(field.name) != after.get(field.name)
        ]
        return cls({name: old[name] for name in differ}, {name: new[name] for name in differ}, secrets)

    @property
    def is_one(self) -> bool:
        return bool(self.after or self.secrets)


def _let_go_of_default(uow: UnitOfWork, name: str) -> None:
    """Before the new one is written: at no moment are there two."""
    others = update(GatewaySettings).where(GatewaySettings.gateway != name)
    uow.session.execute(others.values(is_default=False))


def _note_change(uow: UnitOfWork, row: GatewaySettings, change: _Change) -> None:
    row.secrets_set = row.secrets_set | dict.fromkeys(change.secrets, uow.now.isoformat())
    # What was tried out were other settings.
    row.tested_at, row.test_result = None, ""
    row.version += 1
    uow.publish(
        PaymentGatewayChanged(
            gateway=row.gateway, before=change.before, after=change.after, secrets=tuple(change.secrets)
        )
    )


def _opened(uow: UnitOfWork, gateways: Gateways, name: str, row: GatewaySettings | None) -> dict[str, Any]:
    """Return the settings with their secrets; none when they cannot be read any more, to be given anew."""
    try:
        return gateways.config(uow.network_id, name, row)
    except SealBroken:
        return {}


def _read(uow: UnitOfWork, gateways: Gateways, name: str, row: GatewaySettings | None) -> GatewayRead:
    plugin = gateways.plugins[name]
    stored = _opened(uow, gateways, name, row)
    return GatewayRead(
        name=name,
        title=plugin.TITLE,
        is_manual=plugin.IS_MANUAL,
        is_set_up=name == MANUAL or bool(stored),
        is_enabled=row.is_enabled if row else name == MANUAL,
        is_default=row.is_default if row else False,
        version=row.version if row else 1,
        fields=fields_of(plugin.Config),
        values=shown_values(plugin.Config, stored),
        secrets=row.secrets_set if row and stored else {},
        tested_at=row.tested_at if row else None,
        test_result=row.test_result if row else "",
        is_being_tested=is_waiting(uow, name),
    )
