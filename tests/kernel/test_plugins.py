"""The doors: what is let in, and the sentence for what is not."""

from importlib.metadata import EntryPoint

import pytest

from kernel import plugins
from kernel.contracts.plugins import Panel, PaymentGateway
from kernel.events import Listener
from kernel.plugins import PluginRefused

GROUP = "atoll.tests"
HERE = "tests.kernel.test_plugins"

listener = Listener("one", home="customers")
not_a_listener = "one"


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, f"{HERE}:{value}", GROUP)


def test_plugins_are_found_by_name_in_order():
    found = [entry("zebra", "listener"), entry("ape", "listener")]

    assert list(plugins.check(GROUP, Listener, found)) == ["ape", "zebra"]


def test_a_name_taken_twice_stops_the_process():
    found = [entry("one", "listener"), entry("one", "not_a_listener")]

    with pytest.raises(PluginRefused, match=r"Two plugins call themselves 'one'.*rename its entry point"):
        plugins.check(GROUP, Listener, found)


@pytest.mark.parametrize(
    ("kind", "said"),
    [(Listener, "it is a str"), (Panel, "it is a str"), (PaymentGateway, "it has no Config")],
)
def test_the_wrong_kind_stops_the_process(kind, said):
    with pytest.raises(PluginRefused, match=said):
        plugins.check(GROUP, kind, [entry("one", "not_a_listener")])


def test_a_plugin_that_cannot_be_imported_stops_the_process():
    with pytest.raises(PluginRefused, match=r"cannot be loaded.*uninstall the package"):
        plugins.check(GROUP, Listener, [entry("one", "absent")])


def test_our_own_plugins_come_in_by_the_same_doors():
    assert {"customer_facts", "networks", "timeline"} <= set(plugins.load(plugins.LISTENERS, Listener))
    assert "manual" in plugins.load_classes(plugins.GATEWAYS, PaymentGateway)
    assert {panel.page for panel in plugins.load(plugins.PANELS, Panel).values()} >= {"customer"}


def test_a_payment_gateway_that_is_no_class_stops_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "load", lambda _group, _kind: {"mine": object()})

    with pytest.raises(PluginRefused, match=r"'mine'.*Name the class"):
        plugins.load_classes(plugins.GATEWAYS, PaymentGateway)
