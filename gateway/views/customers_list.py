"""The customers list as it was asked for and as it is shown; templates only fill it in."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request
from pydantic import ValidationError

from gateway.translation import gettext as _
from gateway.views.bulk import actions
from gateway.views.customer_rows import drawn
from gateway.views.list_address import Tab
from gateway.views.preferences import prefer, preference
from kernel.contracts.customers import CustomersList, CustomersQuery
from kernel.errors import BadRequest, Failure
from kernel.ids import new_id

SIZES = (20, 50, 100)
SIZE, LAYOUT = "customers.limit", "customers.layout"
USUAL = CustomersQuery()


@dataclass(frozen=True)
class Listing:
    """One asking of the list."""

    query: CustomersQuery

    @classmethod
    def asked_for(cls) -> "Listing":
        """Read the address; a page size that is not in it is the one the admin chose last."""
        wanted = {name: value for name, value in request.args.items() if name in CustomersQuery.model_fields}
        wanted.setdefault("limit", preference(SIZE, str(SIZES[0])))
        try:
            return cls(CustomersQuery.model_validate({k: v for k, v in wanted.items() if v}))
        except ValidationError:
            raise BadRequest() from None

    def remember_size(self) -> None:
        """Keep a page size that was newly chosen; that it cannot be kept is no reason to fail."""
        chosen = str(self.query.limit)
        if "limit" not in request.args or preference(SIZE, str(SIZES[0])) == chosen:
            return
        try:
            prefer({SIZE: chosen})
        except Failure:
            return

    def address(self, **changed: object) -> str:
        """``/customers?tab=vip&q=asa``: this asking with something else; usual values are left out."""
        wanted = self.query.model_dump() | {"after": None, "before": None} | changed
        said = {k: v for k, v in wanted.items() if v is not None and v != getattr(USUAL, k)}
        if str(wanted["limit"]) != preference(SIZE, str(SIZES[0])):
            said["limit"] = wanted["limit"]
        return f"/customers?{urlencode(said)}" if said else "/customers"

    def shown(self, found: CustomersList | None) -> dict[str, Any]:
        """Return what the templates show."""
        layout = preference(LAYOUT, "cards")
        here = self.address(after=self.query.after, before=self.query.before)
        return {
            "query": self.query,
            "here": here,
            "filtered": getattr(found.counts, self.query.tab) if found and not self.query.q else None,
            "bulk_actions": actions(),
            "key": new_id(),
            "layout": layout,
            "tabs": self._tabs(found),
            "rows": drawn(found.items, layout, here.partition("?")[2], found.fields) if found else [],
            "fields": found.fields if found else [],
            "newer": self.address(before=found.before) if found and found.before else None,
            "older": self.address(after=found.after) if found and found.after else None,
            "sorts": sorts(),
            "sizes": sorted({*SIZES, self.query.limit}),
        }

    def _tabs(self, found: CustomersList | None) -> list[Tab]:
        names = {"all": _("All"), "vip": _("VIP"), "online": _("Online"), "unverified": _("Unverified")}
        return [
            Tab(
                name,
                self.address(tab=tab),
                getattr(found.counts, tab) if found else None,
                tab == self.query.tab,
            )
            for tab, name in names.items()
        ]


def sorts() -> list[tuple[str, str]]:
    """Return what the list can be sorted by, with its names."""
    return [
        ("newest", _("Newest")),
        ("name", _("Name")),
        ("last_sign_in", _("Last sign-in")),
        ("spent", _("Spent")),
    ]
