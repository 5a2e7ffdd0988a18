"""What a panel is asked with."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from kernel.clients import Bound


@dataclass(frozen=True)
class PanelRequest:
    """``page`` names the page and ``subject`` what it is about.

    ``services`` remembers answers, so that the panels of a page share calls;
    ``arguments`` is the query of the address, e.g. ``{"after": "..."}`` for older events.
    """

    page: str
    subject: UUID
    services: Bound
    arguments: Mapping[str, str]

    @property
    def address(self) -> str:
        """``/customers/0192...``: where the page is."""
        return f"/{self.page}s/{self.subject}"
