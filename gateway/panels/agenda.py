"""The box about what comes next for a membership."""

from collections.abc import Mapping
from typing import Any

from gateway import agenda_words
from gateway.panels.request import PanelRequest
from kernel.contracts.plugins import Panel
from kernel.errors import N_
from kernel.ids import new_id


def load_coming(asked: PanelRequest) -> Mapping[str, Any]:
    """Return the steps that the worker will take."""
    coming = asked.services.billing.what_comes(asked.subject)
    return {"coming": coming, "membership_id": asked.subject, "step": agenda_words.step, "key": new_id()}


membership_coming = Panel(
    "membership_coming",
    "membership",
    N_("What comes next"),
    20,
    "memberships/coming.html",
    load_coming,
    "billing.view",
)
