"""What a network's owner decides for all of it."""

from zoneinfo import available_timezones

from kernel import addresses
from kernel.contracts.events import NetworkSettingsChanged
from kernel.contracts.sites import NetworkSettings, NetworkSettingsRead
from kernel.database import UnitOfWork
from kernel.errors import N_, Conflict, Invalid
from services.sites.models import Network
from services.sites.sites import network_of

ONE_LINE = ("name", "sender_name", "reply_to")


class SettingsChanged(Conflict):
    """Somebody else saved the settings since they were read."""


class SettingsNotValid(Invalid):
    """There is no such time zone, or a name is none; the fields say which."""


def show_settings(uow: UnitOfWork) -> NetworkSettingsRead:
    """Return the settings, and the version to save them with."""
    network = network_of(uow)
    return NetworkSettingsRead(settings=network.settings, version=network.version)


def change_settings(uow: UnitOfWork, settings: NetworkSettings, *, version: int) -> NetworkSettingsRead:
    """Replace the settings, unless they are so already.

    Raises SettingsChanged, SettingsNotValid, AddressNotValid.
    """
    wanted = _checked(settings)
    network = network_of(uow, lock=True)
    if network.version != version:
        raise SettingsChanged(N_("Somebody else saved the settings meanwhile. Look at them again."))
    if wanted != network.settings:
        _replace(uow, network, wanted)
    return NetworkSettingsRead(settings=network.settings, version=network.version)


def _checked(settings: NetworkSettings) -> NetworkSettings:
    """Return the settings as they are kept: names without spaces around them, the address normalised."""
    given = settings.model_copy(update={name: getattr(settings, name).strip() for name in ONE_LINE})
    _refuse(_unfit(given))
    if given.reply_to:
        address = addresses.checked(given.reply_to, field="reply_to")
        given = given.model_copy(update={"reply_to": address})
    return given


def _unfit(given: NetworkSettings) -> dict[str, str]:
    """Return what cannot be kept. Names stand in the headers of mail, where a line break ends one."""
    wrong = {
        name: N_("This must be one line, without control characters.")
        for name in ONE_LINE
        if not getattr(given, name).isprintable()
    }
    if not given.name:
        wrong["name"] = N_("A network needs a name.")
    if given.time_zone not in available_timezones():
        wrong["time_zone"] = N_("There is no such time zone.")
    return wrong


def _refuse(wrong: dict[str, str]) -> None:
    if wrong:
        raise SettingsNotValid(N_("The settings are not saved."), fields=wrong)


def _replace(uow: UnitOfWork, network: Network, settings: NetworkSettings) -> None:
    before = network.settings
    for name, value in settings:
        setattr(network, name, value)
    network.version += 1
    uow.publish(NetworkSettingsChanged(domain=network.domain, settings=settings, before=before))
