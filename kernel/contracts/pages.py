"""What the owner of a site does with its pages."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from kernel.contracts.common import Contract

MISSING = "404"
"""The path of the page that is shown where there is none."""

RESERVED_PATHS = frozenset(
    {"api", "appearance", "brand", "dashboard", "favicon.ico", "healthz", "invitations", "password", "pay",
     "readyz", "robots.txt", "sign-in", "sign-out", "sitemap.xml", "static", "switch", "verify"}
)  # fmt: skip
"""First parts of paths that the host itself answers on."""

Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Markdown = Annotated[str, Field(max_length=100_000, pattern=r"^[^\x00]*$")]
Path = Annotated[str, Field(max_length=200, pattern=r"^[^\x00]*$")]


class PageDraft(Contract):
    """``POST /v1/own/sites/<id>/pages``: a new page; without a path it gets one out of its title."""

    title: Title
    path: Path = ""
    markdown: Markdown = ""
    in_menu: bool = True


class PageEdit(Contract):
    """``PUT /v1/own/sites/<id>/pages/<id>``; ``version`` is the one that was read.

    What is None stays: the path, and whether it stands in the menu.
    """

    title: Title
    markdown: Markdown
    version: int
    path: Path | None = None
    in_menu: bool | None = None


class PageDeletion(Contract):
    """``POST /v1/own/sites/<id>/pages/<id>/deletion``; ``version`` is the one that was read."""

    version: int


class MenuOrder(Contract):
    """``PUT /v1/own/sites/<id>/menu``: every page of the site, in the order of the menu."""

    pages: Annotated[list[UUID], Field(max_length=1000)]
