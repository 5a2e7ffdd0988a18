"""A customer's profile: what a person writes about him, field by field.

Every field is a text; an empty one is not given. The fields of the billing address are named
``billing_city`` between our processes and ``billing.city`` in the API.
"""

from typing import Literal, get_args

from pydantic import Field

from kernel.contracts.common import Contract
from kernel.contracts.customers import BillingInfo

ProfileField = Literal[
    "email", "username", "first_name", "last_name", "phone", "locale", "time_zone",
    "billing_company", "billing_email", "billing_line1", "billing_line2", "billing_postcode",
    "billing_city", "billing_state", "billing_country", "billing_vat_number",
]  # fmt: skip
FIELDS: tuple[ProfileField, ...] = get_args(ProfileField)
CREDENTIALS: frozenset[ProfileField] = frozenset({"email", "username"})
"""What somebody signs in with; to change it takes ``customers.credentials``."""

BILLING = "billing_"


class ProfileChange(Contract):
    """``PATCH /v1/customers/<id>``: the fields to change and nothing else.

    ``seen``: the versions of the customer that the caller knows, one of which must be the present one;
    None when he does not care.
    """

    seen: list[int] | None
    changes: dict[ProfileField, str]


class NewProfile(Contract):
    """``POST /v1/customers``: a customer registered by hand; ``how`` says on which door.

    ``invites``: he is sent a link to choose a password with. ``attaches``: if the address is that of an
    account which is nobody's customer, that account becomes his, with the names and languages it has.
    """

    how: Literal["console", "api"]
    profile: dict[ProfileField, str]
    invites: bool
    attaches: bool = False


class CustomerEdit(Contract):
    """``PATCH /api/v1/customers/<id>``: what is not named stays; an empty text takes away.

    ``phone``: with ``+`` and the country code, or as written in the billing country; kept as E.164.
    ``time_zone``: a name of the IANA database, ``Europe/Stockholm``. ``billing``: postcode and state as its
    country has them.
    """

    email: str = ""
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    locale: Literal["", "en", "sv"] = ""
    time_zone: str = ""
    billing: BillingInfo = Field(default_factory=BillingInfo)


class NewCustomer(CustomerEdit):
    """``POST /api/v1/customers``: a customer registered by hand.

    ``invites``: he is sent a link to choose a password with; without one he cannot sign in yet.
    ``attaches``: the address may be that of an account which is nobody's customer, as an admin's: it becomes
    his, and keeps its own names, username, language, time zone and password. Takes `network.settings`.
    """

    email: str
    invites: bool = False
    attaches: bool = False


def named(edit: CustomerEdit) -> dict[ProfileField, str]:
    """Return the fields that were named, flat: ``{"first_name": "Åsa", "billing_city": "Umeå"}``."""
    said = edit.model_dump(exclude_unset=True)
    billing = {f"{BILLING}{name}": value for name, value in said.pop("billing", {}).items()}
    given = said | billing
    return {field: given[field] for field in FIELDS if field in given}
