"""The payment gateways of a network as its owner sets them up. A secret goes in and never comes out."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from kernel.contracts.common import Contract

Value = Annotated[str, Field(max_length=2000)] | bool | int
Secret = Annotated[str, Field(max_length=2000, json_schema_extra={"writeOnly": True})]
FieldKind = Literal["text", "number", "yes_no", "choice", "secret"]


class GatewayField(Contract):
    """A field of the form that is drawn from the ``Config`` of a plugin."""

    name: str
    title: str
    description: str
    kind: FieldKind
    choices: tuple[str, ...] = ()
    is_required: bool
    max_length: int | None = None


class GatewayRead(Contract):
    """A gateway that is installed, and how the network uses it.

    ``secrets`` says when each was given; those that are missing were not. ``test_result`` is empty when the
    gateway answered, else what kept it from doing so; ``tested_at`` None: nobody has asked since the
    settings changed. ``is_being_tested``: the worker is at it.
    """

    name: str
    title: str
    is_manual: bool
    is_set_up: bool
    is_enabled: bool
    is_default: bool
    version: int
    fields: list[GatewayField]
    values: dict[str, Value]
    secrets: dict[str, datetime]
    tested_at: datetime | None
    test_result: str
    is_being_tested: bool


class GatewayUnderWay(Contract):
    """A gateway that takes no new money, at which so many charges and refunds are not settled yet.

    ``is_there``: it can still be asked, and is only switched off.
    """

    name: str
    is_there: bool
    charges: int
    refunds: int


class GatewayList(Contract):
    """Every gateway that is installed; ``under_way``: what is not settled at those that are off or gone."""

    items: list[GatewayRead]
    under_way: list[GatewayUnderWay]


class GatewayNames(Contract):
    """``GET /v1/gateway-names``: what is installed, for whoever sees payments."""

    items: list[str]


class GatewayEdit(Contract):
    """The settings, whole: ``values`` without secrets; of ``secrets`` those that change, empty ones stay.

    ``is_default`` chooses the gateway for new memberships, and lets go of the one that was chosen before.
    """

    version: int
    is_enabled: bool
    is_default: bool
    values: Annotated[dict[str, Value], Field(max_length=50)]
    secrets: dict[str, Secret] = Field(default_factory=dict, max_length=50, repr=False)


class GatewayTestAsked(Contract):
    """The worker will ask the gateway."""

    name: str


class Delivery(Contract):
    """A webhook as it came in: its headers, and its body in base64."""

    headers: Annotated[dict[str, Annotated[str, Field(max_length=8000)]], Field(max_length=100)]
    body: str
