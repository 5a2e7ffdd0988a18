"""Many customers at a time: which of them, and the export of them."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from kernel.contracts.common import Contract
from kernel.contracts.customers import CustomersTab

ON_A_PAGE = 100
"""The most rows of a list that can be selected one by one; it is the largest page."""

Delimiter = Literal["comma", "semicolon"]

EXPORT_COLUMNS = (
    "number", "email", "username", "first_name", "last_name", "phone", "locale", "vip", "verification",
    "company", "billing_email", "line1", "line2", "postcode", "city", "state", "country", "vat_number",
    "customer_since", "last_sign_in",
)  # fmt: skip
"""What an export holds unless columns are chosen, in this order; an import reads the same."""

FIGURES = ("memberships", "sites", "spent")
"""What an export can hold besides; an import passes over it."""


class Selection(Contract):
    """Which customers: those with these ids, or without any, all of a tab that match the words."""

    ids: Annotated[tuple[UUID, ...], Field(max_length=ON_A_PAGE)] = ()
    tab: CustomersTab = "all"
    q: Annotated[str, Field(max_length=200)] = ""


class SelectionCount(Contract):
    """``POST /v1/customers/selections``: how many customers that is right now."""

    count: int


class ExportOrder(Contract):
    """``POST /v1/customers/exports``: the customers, the columns in their order, and what divides cells."""

    selection: Selection = Selection()
    columns: Annotated[tuple[str, ...], Field(max_length=200)] = ()
    delimiter: Delimiter = "comma"


class ExportQuery(Contract):
    """``GET /api/v1/customers/export``: ``columns`` divided by commas; without: all that an import reads."""

    tab: CustomersTab = "all"
    q: Annotated[str, Field(max_length=200)] = ""
    columns: Annotated[str, Field(max_length=5000)] = ""
    delimiter: Delimiter = "comma"
