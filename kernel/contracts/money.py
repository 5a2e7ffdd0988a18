"""Money: integer minor units and an ISO 4217 code, never a float."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints

from kernel.contracts.common import Contract

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]


class Money(Contract):
    """``Money(amount=12050, currency="SEK")`` is 120.50 kronor; ``amount=500, "JPY"`` is 500 yen.

    ``amount`` is in the currency's own minor unit (ISO 4217: two decimals for most, none for
    JPY, three for KWD). Adding two currencies raises ValueError.
    """

    amount: Annotated[int, Field(ge=-(2**62), le=2**62)]
    currency: Currency

    def __add__(self, other: Self) -> "Money":
        return Money(amount=self.amount + self._same(other).amount, currency=self.currency)

    def __sub__(self, other: Self) -> "Money":
        return Money(amount=self.amount - self._same(other).amount, currency=self.currency)

    def _same(self, other: Self) -> Self:
        if other.currency != self.currency:
            raise ValueError(f"{other.currency} cannot be added to {self.currency}.")
        return other
