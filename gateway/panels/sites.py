"""The box that the sites service fills."""

from collections.abc import Mapping
from typing import Any

from gateway.panels.request import PanelRequest
from kernel.contracts.plugins import Panel
from kernel.errors import N_


def load_sites(asked: PanelRequest) -> Mapping[str, Any]:
    return {"owned": asked.services.sites.customer_sites(asked.subject)}


sites = Panel("sites", "customer", N_("Sites"), 60, "panels/sites.html", load_sites, "sites.view")
