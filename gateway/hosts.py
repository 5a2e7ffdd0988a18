"""Which network and site answer on the Host header of a request, and where other hosts are."""

import re
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from uuid import UUID

from flask import Request, current_app, g, request

from kernel.auth import Identity
from kernel.clients import Clients
from kernel.config import Settings
from kernel.contracts.sites import Host
from kernel.errors import Failure, NotFound, Unavailable

UNKNOWN = "unknown"
FRESH = 5  # seconds
STALE = 600  # seconds; how long an answer serves on when the sites service is down
CACHE_SIZE = 4096
NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
ADDRESS = re.compile(r"[0-9.]+")
ENVIRON = "atoll.arrived"


@dataclass(frozen=True)
class Arrived:
    """Where a request arrived: the name asked for, what answers on it, or why we cannot know."""

    name: str
    host: Host | None = None
    failure: Failure | None = None

    @property
    def audience(self) -> str:
        return self.host.kind if self.host else UNKNOWN


@dataclass
class _Known:
    host: Host | None
    until: float
    learnt: float


class Hosts:
    """Asks the sites service what answers on a name, and remembers it for some seconds."""

    def __init__(self, clients: Clients, settings: Settings) -> None:
        self._clients = clients
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._lock = Lock()
        self._settings = settings

    def origin(self, host: str) -> str:
        """Return the origin of one of our hosts, e.g. ``http://admin.localhost:8000``."""
        return self._settings.origin(host)

    def arrive(self, asked: Request) -> Arrived:
        """Return where a request arrived; never raises, so that a page can say what is wrong."""
        found: Arrived | None = asked.environ.get(ENVIRON)
        if found is None:
            found = asked.environ[ENVIRON] = self._look(asked)
        return found

    def _look(self, asked: Request) -> Arrived:
        name = name_of(asked.host)
        if not name:
            return Arrived(asked.host[:100])
        try:
            return Arrived(name, host=self.find(name))
        except Failure as failure:
            return Arrived(name, failure=failure)

    def find(self, name: str) -> Host | None:
        """Return what answers on a host name, None if nothing does. Raises Unavailable."""
        now = monotonic()
        with self._lock:
            known = self._known.get(name)
        if known and known.until > now:
            return known.host
        try:
            host = self._ask(name)
        except Unavailable:
            if known is None or now - known.learnt > STALE:
                raise
            self._remember(name, _Known(known.host, now + FRESH, known.learnt))
            return known.host
        self._remember(name, _Known(host, now + FRESH, now))
        return host

    def forget(self, network_id: UUID) -> None:
        """Ask anew, from the next request on, what answers on the hosts of a network."""
        with self._lock:
            for known in self._known.values():
                if known.host and known.host.network.id == network_id:
                    known.until = 0

    def _ask(self, name: str) -> Host | None:
        try:
            return self._clients.bind(Identity.gateway(None)).sites.host(name)
        except NotFound:
            return None

    def _remember(self, name: str, known: _Known) -> None:
        with self._lock:
            self._known[name] = known
            self._known.move_to_end(name)
            while len(self._known) > CACHE_SIZE:
                self._known.popitem(last=False)


def name_of(host: str) -> str:
    """Return the bare name of a Host header, or nothing when no host of ours could have it."""
    name = host.rpartition(":")[0] if re.search(r":\d+$", host) else host
    name = name.lower().rstrip(".")
    return name if NAME.fullmatch(name) and not ADDRESS.fullmatch(name) else ""


def current_host() -> Host:
    """Return what answers here; only requests to a known host get as far as asking."""
    host: Host = g.host
    return host


def forget_host(host: Host) -> None:
    """Let the next request to a host of this network see it as it is now, in this process."""
    hosts: Hosts = current_app.extensions["hosts"]
    hosts.forget(host.network.id)


def admin_host(host: Host) -> str:
    """Return the name of the network's admin host."""
    return f"admin.{host.network.domain}"


def arrived() -> Arrived:
    """Return where the current request arrived."""
    found: Arrived = request.environ[ENVIRON]
    return found
