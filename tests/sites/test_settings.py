"""What a network's owner decides: saved whole, told to the others, never over somebody else's change."""

import pytest

from kernel.contracts.events import NetworkSettingsChanged
from services.sites.settings import SettingsChanged, SettingsNotValid, change_settings, show_settings


def test_new_settings_are_kept_and_told_whole(opened, founded):
    wanted = founded.settings.model_copy(update={"name": "Nordljus", "verification": "always"})

    with opened() as uow:
        before = show_settings(uow)
        saved = change_settings(uow, wanted, version=1)

    assert saved.version == 2
    assert uow.published == [
        NetworkSettingsChanged(domain=founded.domain, settings=wanted, before=before.settings)
    ]
    with opened() as uow:
        assert show_settings(uow) == saved


def test_saving_what_is_there_already_changes_nothing(opened, founded):
    with opened() as uow:
        assert change_settings(uow, founded.settings, version=1).version == 1

    assert uow.published == []


def test_settings_that_somebody_else_saved_meanwhile_are_not_overwritten(opened, founded):
    first = founded.settings.model_copy(update={"name": "First"})
    second = founded.settings.model_copy(update={"name": "Second"})
    with opened() as uow:
        change_settings(uow, first, version=1)

    with pytest.raises(SettingsChanged), opened() as uow:
        change_settings(uow, second, version=1)

    with opened() as uow:
        assert show_settings(uow).settings.name == "First"


def test_a_time_zone_that_there_is_not_is_refused_beside_its_field(opened, founded):
    wanted = founded.settings.model_copy(update={"time_zone": "Europe/Atlantis"})

    with pytest.raises(SettingsNotValid) as refused, opened() as uow:
        change_settings(uow, wanted, version=1)

    assert list(refused.value.fields) == ["time_zone"]
