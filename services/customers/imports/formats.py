"""The three formats, told apart by their header. Passwords and tokens in a file are never even read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from kernel.contracts.bulk import EXPORT_COLUMNS
from kernel.errors import N_, Invalid
from kernel.spreadsheets import as_typed
from services.customers.imports import records
from services.customers.imports.records import Record

Cells = Mapping[str, str]
Read = Callable[[Cells], Record]


class FormatNotKnown(Invalid):
    """The header is none of the three."""


@dataclass(frozen=True)
class Format:
    """``columns`` tell it apart; ``read`` makes a record of a row. Raises RowNotValid."""

    name: str
    columns: frozenset[str]
    read: Read


OWN_COLUMNS = EXPORT_COLUMNS

BILLING_TEXTS = ("company", "line1", "line2", "postcode", "city", "state", "vat_number")
MULTISITE_BILLING = {
    "company": "company_name",
    "line1": "billing_address_line_1",
    "line2": "billing_address_line_2",
    "postcode": "billing_zip_code",
    "city": "billing_city",
    "state": "billing_state",
}


def read_own(exported: Cells) -> Record:
    """Read a row of Atoll's own export."""
    cells = {name: as_typed(cell) for name, cell in exported.items()}
    email, email_key = records.email(cells["email"])
    return Record(
        email=email,
        email_key=email_key,
        username=records.name(cells.get("username", ""), "username"),
        first_name=records.name(cells.get("first_name", ""), "first name"),
        last_name=records.name(cells.get("last_name", ""), "last name"),
        phone=records.text(cells.get("phone", ""), "phone number"),
        locale=records.text(cells.get("locale", ""), "locale"),
        is_vip=records.flag(cells["vip"], "VIP mark") if "vip" in cells else None,
        verification=records.verification(cells.get("verification", "")),
        created_at=records.time(cells.get("customer_since", ""), "time of registration"),
        last_sign_in_at=records.time(cells.get("last_sign_in", ""), "last sign-in"),
        billing=_billing(cells, {name: name for name in BILLING_TEXTS}),
    )


def read_multisite(cells: Cells) -> Record:
    """Read a row of Ultimate Multisite's customers export, which knows no names but the company's."""
    email, email_key = records.email(cells["user_email"])
    return Record(
        email=email,
        email_key=email_key,
        is_vip=records.flag(cells["vip"], "VIP mark") if "vip" in cells else None,
        verification=records.verification(cells.get("email_verification", "")),
        created_at=records.time(cells.get("date_registered", ""), "time of registration"),
        last_sign_in_at=records.time(cells.get("last_login", ""), "last sign-in"),
        last_ip=records.text(cells.get("customer_last_ip", ""), "IP address"),
        billing=_billing(cells, MULTISITE_BILLING, country="billing_country"),
    )


def read_commerce(cells: Cells) -> Record:
    """Read a row of Adobe Commerce's "Customers Main File".

    A ``confirmation`` key that is still there has not been used yet.
    """
    email, email_key = records.email(cells["email"])
    names = (cells.get("prefix", ""), cells.get("firstname", ""), cells.get("middlename", ""))
    suffix = cells.get("suffix", "")
    return Record(
        email=email,
        email_key=email_key,
        first_name=records.name(" ".join(names), "first name"),
        last_name=records.name(f"{cells.get('lastname', '')} {suffix}", "last name"),
        verification="pending" if cells.get("confirmation", "").strip() else "none",
        created_at=records.time(cells.get("created_at", ""), "time of registration"),
        billing=_billing(cells, {"vat_number": "taxvat"}),
    )


def _billing(cells: Cells, columns: Mapping[str, str], country: str = "country") -> dict[str, str]:
    """Return the billing fields that the row fills in."""
    told = {name: records.text(cells.get(column, ""), name) for name, column in columns.items()}
    told["country"] = records.country(cells.get(country, ""))
    billing_email = cells.get("billing_email", "").strip()
    told["email"] = records.email(billing_email)[0] if billing_email else ""
    return {name: value for name, value in told.items() if value}


OWN = Format("Atoll", frozenset({"email", "number", "username", "customer_since"}), read_own)
FORMATS = (
    Format(
        "Ultimate Multisite", frozenset({"user_email", "customer_hash", "date_registered"}), read_multisite
    ),
    Format("Adobe Commerce", frozenset({"email", "_website", "firstname", "lastname"}), read_commerce),
    OWN,
)


def format_of(header: Sequence[str]) -> Format:
    """Return the format with this header. Raises FormatNotKnown."""
    for known in FORMATS:
        if known.columns.issubset(header):
            return known
    raise FormatNotKnown(
        N_(
            "The header is not known. Atoll reads the customers export of Ultimate Multisite, the"
            ' "Customers Main File" of Adobe Commerce, and its own export; this file begins with %(header)s.'
        ),
        header=", ".join(header)[:200],
    )
