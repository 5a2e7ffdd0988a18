"""What a network's owner decides about billing, and what holds until he has."""

from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Base64Bytes, Field

from kernel.contracts.common import Contract

Days = Annotated[int, Field(ge=0, le=365)]
Line = Annotated[str, Field(max_length=200)]


def _ascending(days: tuple[int, ...]) -> tuple[int, ...]:
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise ValueError("Each day must come after the one before it.")
    return days


DunningTable = Annotated[tuple[Days, ...], Field(min_length=1, max_length=10), AfterValidator(_ascending)]


class Company(Contract):
    """Who sends the invoices."""

    name: Line = ""
    address: Annotated[str, Field(max_length=1000)] = ""
    country: Annotated[str, Field(max_length=2)] = ""
    vat_number: Annotated[str, Field(max_length=40)] = ""
    registration_number: Annotated[str, Field(max_length=40)] = ""
    email: Annotated[str, Field(max_length=320)] = ""
    phone: Annotated[str, Field(max_length=40)] = ""
    bank: Annotated[str, Field(max_length=300)] = ""


class BillingRules(Contract):
    """Days, and names of numbers.

    ``renews_before``: days before a period ends that the next one is asked for. ``grace``: days on hold
    before a membership expires. ``dunning``: days after a payment was due at which the saved method is
    charged: at once, and again as long as that fails; after the last the membership is on hold.
    ``pay_within``: days a customer has to pay what is not charged to a saved method. ``abandoned_after``:
    days after which a first payment that nobody makes is asked for no more.
    """

    company: Company = Company()
    renews_before: Days = 3
    grace: Days = 3
    dunning: DunningTable = (0, 3, 5, 7)
    pay_within: Days = 14
    abandoned_after: Annotated[int, Field(ge=1, le=365)] = 30
    invoice_prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9/-]{0,20}$")] = ""
    credit_note_prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9/-]{0,20}$")] = "CN-"
    invoice_footer: Annotated[str, Field(max_length=1000)] = ""


class BillingSettingsRead(Contract):
    """``GET /v1/billing/settings``; what is not decided is as in ``defaults``. ``logo`` is a picture."""

    rules: BillingRules
    defaults: BillingRules = BillingRules()
    logo: str
    version: int


class BillingSettingsEdit(Contract):
    """``PUT /v1/billing/settings``: all of it, and the version that was read."""

    rules: BillingRules
    version: int


LARGEST_LOGO = 512 * 1024
"""Bytes of the file that is uploaded."""


class LogoEdit(Contract):
    """``PUT /v1/billing/logo``: a PNG or JPEG, base64; None takes the logo away."""

    content: Base64Bytes | None
    version: int
