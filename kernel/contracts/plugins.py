"""The three doors for plugins: a payment gateway, a listener, a panel.

A listener is made with ``kernel.events.Listener``, since its functions take a unit of work.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from pydantic import BaseModel

from kernel.contracts.money import Money


@dataclass(frozen=True)
class Order:
    """Money to move. ``key`` is ours, made before the call, and the same at every attempt.

    ``reference`` is the gateway's own name for the charge that a refund gives back, or for the
    saved method that a charge uses.
    """

    key: str
    reference: str
    money: Money


@dataclass(frozen=True)
class Outcome:
    """What the gateway did. ``unknown``: it may or may not have; ask again with ``find``."""

    state: Literal["succeeded", "pending", "failed", "unknown"]
    reference: str = ""
    reason: str = ""


class PaymentGateway(Protocol):
    """The door ``atoll.payment_gateways``: moves money, and can say whether it did.

    ``Config`` is the model from which the settings form is drawn; mark secrets as ``SecretStr``.
    ``find`` answers None when the gateway is certain that it never saw the key.
    """

    Config: type[BaseModel]

    def charge(self, order: Order) -> Outcome: ...
    def refund(self, order: Order) -> Outcome: ...
    def find(self, key: str) -> Outcome | None: ...
    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Outcome]: ...


@dataclass(frozen=True)
class Panel:
    """The door ``atoll.panels``: a box on an admin page.

    ``page`` names the page (``customer``); ``column`` where it stands there; ``load`` gets the
    page's ``PanelRequest`` and gives what ``template`` shows; it may raise ``kernel.errors``.
    ``permission`` hides the box from those without it.
    """

    name: str
    page: str
    title: str
    order: int
    template: str
    load: Callable[[Any], Mapping[str, Any]]
    permission: str = ""
    column: Literal["main", "side"] = "main"
