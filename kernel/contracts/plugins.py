"""The three doors for plugins: a payment gateway, a listener, a panel.

A listener is made with ``kernel.events.Listener``, since its functions take a unit of work.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, runtime_checkable

from pydantic import BaseModel

from kernel.contracts.money import Money


@dataclass(frozen=True)
class Order:
    """Money to move. ``key`` is ours, made before the call, and the same at every attempt.

    ``reference`` is the gateway's own name for the charge that a refund gives back, or for the saved
    method that a charge uses; without one the customer pays on a page of the gateway's, and comes back
    to ``return_to``. An order of nothing (``money.amount == 0``) saves a method there and charges nothing.
    ``customer`` is the gateway's name for the customer, if it has one. ``labels`` are kept beside the
    movement and come back with it, e.g. ``{"installation": "...", "network": "...", "payment": "42"}``.
    """

    key: str
    reference: str
    money: Money
    customer: str = ""
    email: str = ""
    description: str = ""
    return_to: str = ""
    language: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Method:
    """A way to pay that the gateway keeps for a customer, e.g. a card that ends in ``4242``.

    ``expires`` is ``"2029-08"``, or empty when it never does.
    """

    reference: str
    customer: str
    brand: str = ""
    last4: str = ""
    expires: str = ""


@dataclass(frozen=True)
class Outcome:
    """What the gateway did.

    ``waiting``: the customer has a ``page`` to pay on. ``pending``: the bank has not decided.
    ``unknown``: it may or may not have moved; ask again with ``find``. ``failed`` is certain, and
    ``is_final`` says that the same method will never do (a hard decline); ``code`` is the gateway's word.
    ``reversed``: a refund that had succeeded came back. ``money`` and ``fee`` are what really moved, where
    the gateway says so; ``is_fee_pending``: it has yet to say its fee. ``method`` is what was saved on the
    way. ``charge`` is the gateway's name for the charge that a refund belongs to, also one that was made at
    the gateway itself.
    """

    state: Literal["succeeded", "pending", "waiting", "failed", "unknown", "reversed"]
    reference: str = ""
    reason: str = ""
    code: str = ""
    is_final: bool = False
    page: str = ""
    key: str = ""
    charge: str = ""
    money: Money | None = None
    fee: Money | None = None
    is_fee_pending: bool = False
    method: Method | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Dispute:
    """A customer's bank took the money of ``charge`` back, or wants to know why it should not.

    ``inquiry``: it only asks, and has taken nothing yet. ``moved`` is what it has taken (above zero) and
    given again (below) so far, in the order in which it did, in minor units of ``money``'s currency; None:
    the gateway does not tell, so that it follows from the state. ``fee`` is what all of it cost so far.
    """

    reference: str
    charge: str
    money: Money
    state: Literal["inquiry", "needs_response", "under_review", "won", "lost", "prevented"]
    reason: str = ""
    fee: Money | None = None
    moved: tuple[int, ...] | None = None


Kind = Literal["charge", "refund", "method", "dispute"]


@dataclass(frozen=True)
class Sought:
    """What to look for: by our ``key``, or by the gateway's ``reference``.

    ``charge`` is the gateway's name for the charge that a refund belongs to: some list only by it.
    """

    kind: Kind
    key: str = ""
    reference: str = ""
    charge: str = ""


@dataclass(frozen=True)
class Notice:
    """A webhook that was read: ``id`` is the gateway's, once for each message; look up what it is about.

    A message tells that something changed, never what is true now: messages come twice and out of order.
    """

    id: str
    about: Sought


@dataclass(frozen=True)
class Movement:
    """A line of the gateway's own list: money that it says has moved, or will."""

    kind: Literal["charge", "refund", "dispute"]
    reference: str
    charge: str
    money: Money
    state: str
    at: datetime
    key: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


class GatewayAway(Exception):
    """The gateway did not answer, or could not: try again later. Nothing is known of the outcome."""


class WebhookNotValid(Exception):
    """The message is not the gateway's, or too old, or was changed on the way."""


class PaymentGateway(Protocol):
    """The door ``atoll.payment_gateways``: moves money, and can say whether it did.

    The entry point is the class; one is made for each network, with its settings: ``Gateway(config)``.
    ``Config`` is the model from which the settings form is drawn; mark secrets as ``SecretStr``.
    ``TITLE`` is its name for people. ``KEY_LIFETIME`` is how long a key is certain to be known (None:
    always); after it nothing is posted again. ``IS_MANUAL``: a person moves the money and says so here.

    ``charge`` and ``refund`` never raise what the gateway said: that is their outcome. ``find`` answers
    None when the gateway is certain that it never saw it, and raises GatewayAway when it cannot say.
    ``read_webhook`` raises WebhookNotValid; it may not call anybody.
    """

    Config: type[BaseModel]
    TITLE: str
    KEY_LIFETIME: timedelta | None
    IS_MANUAL: bool

    def __init__(self, config: BaseModel) -> None: ...
    def charge(self, order: Order) -> Outcome: ...
    def refund(self, order: Order) -> Outcome: ...
    def find(self, sought: Sought) -> Outcome | Dispute | None: ...
    def read_webhook(self, headers: Mapping[str, str], body: bytes) -> list[Notice]: ...


@runtime_checkable
class KeepsList(Protocol):
    """What a payment gateway may also be: one whose own list of movements can be compared with ours."""

    def movements(self, since: datetime, until: datetime) -> Iterator[Movement]: ...


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
