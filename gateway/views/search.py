"""The global search: customers, sites, memberships and payments at once."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, request
from flask_login import current_user

from gateway.auth import services
from gateway.translation import gettext as _
from gateway.views.pages import fragment, page, wants_fragment
from kernel.contracts.customers import Found, FoundList
from kernel.errors import Failure, Unauthenticated

views = Blueprint("search", __name__)

THREADS = ThreadPoolExecutor(8, thread_name_prefix="search")
LONGEST = 200
KINDS = {"customer": "customers", "site": "sites", "membership": "memberships", "payment": "payments"}
ICONS = {"customer": "user", "site": "world", "membership": "id-badge", "payment": "receipt"}


@dataclass(frozen=True)
class Group:
    """The hits of one kind."""

    kind: str
    title: str
    icon: str
    hits: list[Found]


@views.get("/search")
def search() -> Response:
    """Ask three services side by side; one that is away leaves its hits out and says so."""
    words = request.args.get("q", "").strip()[:LONGEST]
    found, failures = everywhere(words) if words else ([], [])
    shown: dict[str, Any] = {"q": words, "groups": grouped(found), "failures": failures, "folders": KINDS}
    if wants_fragment():
        return fragment("search/hits.html", **shown)
    return page("search/search.html", menu="search", **shown)


def everywhere(words: str) -> tuple[list[Found], list[Failure]]:
    """Return the hits of every service the admin may look into, and who could not answer."""
    asked = [_ask(service, words) for service in _permitted()]
    found: list[Found] = []
    failures: list[Failure] = []
    for answer in asked:
        try:
            found += answer.result().items
        except Unauthenticated:
            raise
        except Failure as failure:
            failures.append(failure)
    return found, failures


def grouped(found: list[Found]) -> list[Group]:
    """Return the hits by kind, in the order of the kinds; a kind without hits is left out."""
    titles = {
        "customer": _("Customers"),
        "site": _("Sites"),
        "membership": _("Memberships"),
        "payment": _("Payments"),
    }
    groups = [
        Group(kind, titles[kind], ICONS[kind], [hit for hit in found if hit.kind == kind]) for kind in KINDS
    ]
    return [group for group in groups if group.hits]


def _permitted() -> list[str]:
    return [name for name in ("customers", "sites", "billing") if f"{name}.view" in current_user.permissions]


def _ask(service: str, words: str) -> Future[FoundList]:
    return THREADS.submit(copy_context().run, getattr(services(), service).search, words)
