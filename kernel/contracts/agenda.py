"""What comes next for a membership, if nothing else happens."""

from datetime import datetime
from typing import Literal

from kernel.contracts.common import Contract

ComingAct = Literal[
    "cancel", "change", "end_trial", "go_on", "bill", "charge", "remind", "hold", "expire", "abandon"
]
"""``bill``: the next payment is asked for. ``go_on``: time that costs nothing follows. ``abandon``: what
nobody has paid is asked for no more."""


class ComingStep(Contract):
    """What is done at ``at``, or at once when that is past. ``if_unpaid``: unless it is paid before.

    ``number``: which try to charge it is, of ``tries``.
    """

    act: ComingAct
    at: datetime
    if_unpaid: bool
    number: int = 0
    tries: int = 0


class WhatComes(Contract):
    """``GET /v1/memberships/<id>/coming``: in its order; empty when nothing is due ever.

    ``is_charged``: a saved method is charged by itself, ``has_method``: there is one that can be. ``waits``:
    it begins once the customer's address is verified. ``asks_again``: the payment of the time that comes
    next was cancelled, so that nothing is asked for until somebody wants it again. ``trouble``: why the
    worker gave up.
    """

    steps: list[ComingStep]
    is_charged: bool
    has_method: bool
    waits: bool
    asks_again: bool
    trouble: str
