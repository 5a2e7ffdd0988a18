"""What a network's owner decides for all of it."""

from zoneinfo import available_timezones

from kernel.contracts.events import NetworkSettingsChanged
from kernel.contracts.sites import NetworkSettings, NetworkSettingsRead
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Invalid
from services.sites.models import Network
from services.sites.sites import network_of


class SettingsChanged(Conflict):
    """Somebody else saved the settings since they were read."""


class TimeZoneNotKnown(Invalid):
    """There is no such time zone."""


def show_settings(uow: UnitOfWork) -> NetworkSettingsRead:
    """Return the settings, and the version to save them with."""
    network = network_of(uow)
    return NetworkSettingsRead(settings=network.settings, version=network.version)


def change_settings(uow: UnitOfWork, settings: NetworkSettings, *, version: int) -> NetworkSettingsRead:
    """Replace the settings, unless they are so already. Raises SettingsChanged, TimeZoneNotKnown."""
    network = network_of(uow, lock=True)
    if network.version != version:
        raise SettingsChanged(N_("Somebody else saved the settings meanwhile. Look at them again."))
    _refuse_unknown_time_zone(settings.time_zone)
    if settings != network.settings:
        _replace(uow, network, settings)
    return NetworkSettingsRead(settings=network.settings, version=network.version)


def _refuse_unknown_time_zone(time_zone: str) -> None:
    if time_zone not in available_timezones():
        sentence = N_("There is no such time zone.")
        raise TimeZoneNotKnown(sentence, fields={"time_zone": sentence})


def _replace(uow: UnitOfWork, network: Network, settings: NetworkSettings) -> None:
    for name, value in settings:
        setattr(network, name, value)
    network.version += 1
    uow.publish(NetworkSettingsChanged(domain=network.domain, settings=settings))
