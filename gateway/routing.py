"""One Flask application with three audiences, told apart by what answers on the Host header.

Every route belongs to the admin host, to the hosts of sites, or to neither (a name nobody knows, as
health checks use). The audience takes the place that host names have in Werkzeug's host matching.
"""

from typing import Any, NoReturn
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import MapAdapter

from gateway.hosts import UNKNOWN, Arrived
from gateway.templating import PageEnvironment

ADMIN, SITE = "admin", "site"


class SiteBlueprint(Blueprint):
    """A blueprint whose routes answer on the hosts of sites only."""

    def add_url_rule(self, rule: str, *positional: Any, **options: Any) -> None:
        super().add_url_rule(rule, *positional, host=SITE, **options)


class GatewayApp(Flask):
    """Flask with the audience as host; a route that names none is the admin host's."""

    jinja_environment = PageEnvironment

    def __init__(self, name: str) -> None:
        super().__init__(name, host_matching=True, static_host=ADMIN)
        # A redirect to a tidier path would name the audience as if it were a host.
        self.url_map.strict_slashes = False
        self.url_map.merge_slashes = False
        for audience in (SITE, UNKNOWN):
            self.add_url_rule(
                f"{self.static_url_path}/<path:filename>",
                endpoint="static",
                host=audience,
                view_func=self.view_functions["static"],
            )

    def add_url_rule(self, rule: str, *positional: Any, **options: Any) -> None:
        options.setdefault("host", ADMIN)
        super().add_url_rule(rule, *positional, **options)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Find out who is asked, then match among the routes of that audience alone."""
        if request is None:
            return None
        arrived: Arrived = self.extensions["hosts"].arrive(request)
        return self.url_map.bind(
            arrived.audience,
            script_name=request.root_path or None,
            url_scheme=request.scheme,
            default_method=request.method,
            path_info=request.path,
            query_args=request.query_string.decode("latin1"),
        )


def close_to_get(app: Flask) -> None:
    """Answer 405 where a site's address takes forms only; its public pages, at any path, would say 404."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.host == SITE]
    readable = {rule.rule for rule in rules if "GET" in (rule.methods or ())}
    for rule in rules:
        if rule.rule not in readable:
            app.add_url_rule(rule.rule, f"{rule.endpoint}.get", refuse_get, methods=["GET"], host=SITE)


def refuse_get(**_: object) -> NoReturn:
    """Refuse; open to all, so that nobody is sent to sign in for it first."""
    raise MethodNotAllowed(["POST"])


refuse_get.is_open, refuse_get.visit = True, "read"  # type: ignore[attr-defined]


def is_local_path(target: str) -> bool:
    r"""Whether ``target`` leads to a page of the same host and nowhere else.

    Browsers read ``//host``, ``/\host`` and a path with a tab or line break in it as an address
    elsewhere (WHATWG URL), so only a plain path passes.
    """
    if not target.startswith("/") or target.startswith(("//", "/\\")) or len(target) > 300:
        return False
    if any(ord(character) < 33 or character == "\\" for character in target):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc
