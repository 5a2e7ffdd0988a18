"""What is to go wrong, as a test asks for it."""

import random
from threading import Lock
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal[
    "drop", "delay", "500_before", "500_after", "429", "nonsense", "pending", "duplicated", "shuffled",
    "omitted", "other_amount", "fee_later",
]  # fmt: skip
MOST = 60 * 86_400  # seconds; banks take weeks
WEBHOOKS = {"duplicated", "shuffled", "omitted"}


class Fault(BaseModel):
    """What goes wrong, at most ``times`` times, with ``probability`` each time.

    ``endpoint`` is e.g. ``refunds`` or ``*``; of webhooks ``event`` says which, a type or ``*``. ``drop``:
    done, and the connection closed without a word. ``delay``: the work waits ``seconds``, its key at work
    meanwhile. ``500_after``: done, but answered with an error, to the key's retries too. ``pending``:
    decided only after ``seconds``, as ``then`` says. ``nonsense``: what answers is no Stripe.
    ``other_amount``: of a refund, ``amount`` goes back.
    ``fee_later``: what is kept of a charge is booked only after ``seconds``.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    endpoint: str = "*"
    event: str = "*"
    method: Literal["POST", "GET", "*"] = "POST"
    probability: Annotated[float, Field(ge=0, le=1)] = 1.0
    times: int | None = None
    seconds: Annotated[float, Field(ge=0, le=MOST)] = 1.0
    amount: Annotated[int, Field(ge=1)] = 1
    then: Literal["succeeded", "failed"] = "succeeded"

    @property
    def about(self) -> str:
        """The endpoint; what only webhooks can meet is about them."""
        return "webhooks" if self.kind in WEBHOOKS else self.endpoint


class Faults:
    """The faults that are asked for at present; they are forgotten when the process ends."""

    def __init__(self) -> None:
        self._asked: list[Fault] = []
        self._turn = Lock()

    def ask(self, fault: Fault) -> None:
        with self._turn:
            self._asked.append(fault)

    def clear(self) -> None:
        with self._turn:
            self._asked.clear()

    def take(
        self, endpoint: str, event: str = "*", *, kinds: frozenset[str] = frozenset(), method: str = "POST"
    ) -> Fault | None:
        """Return what is to go wrong this time, and count it."""
        with self._turn:
            for fault in self._asked:
                if _fits(fault, endpoint, event, kinds, method) and random.random() < fault.probability:  # noqa: S311
                    self._count(fault)
                    return fault
        return None

    def _count(self, fault: Fault) -> None:
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self._asked.remove(fault)


def _fits(fault: Fault, endpoint: str, event: str, kinds: frozenset[str], method: str) -> bool:
    is_about = fault.about == endpoint or (fault.about == "*" and endpoint != "webhooks")
    is_kind = not kinds or fault.kind in kinds
    return is_about and is_kind and fault.event in {event, "*"} and fault.method in {method, "*"}
