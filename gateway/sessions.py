"""Browser sessions on the server: the cookie is a random secret, everything else is in Redis.

Redis holds a session under the hash of host name and secret, so neither a copy of Redis nor a cookie
carried to another host lets anybody in; that hash, the *handle*, is how a session is named elsewhere.
"""

import json
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from flask import Flask, Request, Response, current_app, g, session
from flask.sessions import SessionInterface, SessionMixin
from redis import Redis
from redis.exceptions import RedisError
from werkzeug.datastructures import CallbackDict

from gateway.cookies import cookie_name, is_secure
from gateway.hosts import arrived
from gateway.lately import Lately
from kernel import clock
from kernel.errors import N_, Unavailable

IDLE = timedelta(hours=2)
STRANGER_IDLE = timedelta(minutes=30)  # a sign-in page that was opened and left
LIFETIME = timedelta(hours=12)
VISIT_IDLE = timedelta(minutes=15)
VISIT_LIFETIME = timedelta(minutes=60)
PROLONGED_EVERY = 20  # seconds; by so much a session may end too early
WITHOUT_SESSION = ("/static/", "/api/", "/healthz", "/readyz", "/metrics")

SESSIONS_AWAY = N_("Signing in is not possible right now. Please try again in a moment.")


class Session(CallbackDict[str, Any], SessionMixin):
    """What is remembered of one browser on one host; ``is_kept`` False: for this request only."""

    def __init__(self, kept: dict[str, Any], *, host: str, secret: str = "", is_kept: bool = True) -> None:
        super().__init__(kept, on_update=lambda own: setattr(own, "modified", True))
        self.modified = False
        self.accessed = False
        self.host = host
        self.is_kept = is_kept
        self.is_stored = bool(secret)
        self.secret = secret or token_urlsafe(32)

    @property
    def handle(self) -> str:
        return handle_of(self.host, self.secret)

    @property
    def idle(self) -> timedelta:
        if "standing" not in self:
            return STRANGER_IDLE
        return VISIT_IDLE if "visit" in self else IDLE


def handle_of(host: str, secret: str) -> str:
    """Return the name a session has in Redis and in the rows of visits."""
    return sha256(f"{host}|{secret}".encode()).hexdigest()


def key_of(handle: str) -> str:
    return f"session:{handle}"


def list_key(account_id: object) -> str:
    """Return where the handles of an account's sessions stand."""
    return f"sessions-of:{account_id}"


class Sessions(SessionInterface):
    """Opens, keeps, renews and ends sessions; the cookie has another name for each audience."""

    def __init__(self, redis: "Redis[bytes]") -> None:
        self._redis = redis
        self._prolonged = Lately(PROLONGED_EVERY)

    def open_session(self, app: Flask, request: Request) -> Session:
        here = arrived()
        if here.host is None or request.path.startswith(WITHOUT_SESSION):
            return Session({}, host=here.name, is_kept=False)
        secret = request.cookies.get(cookie_name(here.audience), "")
        try:
            kept = self.read(handle_of(here.name, secret)) if secret else None
        except RedisError:
            g.failure = Unavailable(SESSIONS_AWAY, retry_after=5)
            return Session({}, host=here.name, is_kept=False)
        return Session(kept or {}, host=here.name, secret=secret if kept else "")

    def read(self, handle: str) -> dict[str, Any] | None:
        """Return what a session holds, or None once it has ended or outlived its time."""
        stored = self._redis.get(key_of(handle))
        if stored is None:
            return None
        kept: dict[str, Any] = json.loads(stored)
        return kept if kept.get("until", 0) > clock.now().timestamp() else None

    def end(self, handle: str) -> None:
        """Forget a session; whoever holds its cookie is nobody from now on."""
        self._redis.delete(key_of(handle))

    def renew(self, opened: Session) -> None:
        """Empty a session and give it a new secret, so that nobody who knew the old one is let in."""
        self.end(opened.handle)
        opened.clear()
        opened.secret = token_urlsafe(32)
        opened.is_stored = False

    def shorten(self, opened: Session, lifetime: timedelta) -> None:
        """Let a session end after ``lifetime``, whatever happens in it."""
        opened["until"] = (clock.now() + lifetime).timestamp()

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, Session)  # noqa: S101 - open_session makes no other
        if not session.is_kept:
            return
        if session.accessed:
            response.vary.add("Cookie")
        if session.modified:
            self._write(session, response)
        elif session.is_stored and self._prolonged.is_due(session.handle):
            self._redis.expire(key_of(session.handle), session.idle)

    def _write(self, opened: Session, response: Response) -> None:
        opened.setdefault("until", (clock.now() + LIFETIME).timestamp())
        # A session that was signed out by another request meanwhile must not come back: XX.
        self._redis.set(
            key_of(opened.handle), json.dumps(opened, default=str), ex=opened.idle, xx=opened.is_stored
        )
        if not opened.is_stored:
            self._list(opened)
            name = cookie_name(arrived().audience)
            response.set_cookie(name, opened.secret, httponly=True, secure=is_secure(), samesite="Lax")
            response.vary.add("Cookie")

    def _list(self, opened: Session) -> None:
        """Put the session on the lists of those whose it is: a visit is its owner's and the admin's."""
        if "standing" not in opened:
            return
        whose = {opened["standing"]["account_id"]}
        if "visit" in opened:
            whose.add(opened["visit"]["row"]["admin_id"])
        pipe = self._redis.pipeline(transaction=False)
        for account_id in whose:
            pipe.sadd(list_key(account_id), opened.handle)
            pipe.expire(list_key(account_id), LIFETIME)
        pipe.execute()


def sessions() -> Sessions:
    """Return the store of this application."""
    store = current_app.session_interface
    assert isinstance(store, Sessions)  # noqa: S101 - create_app sets it
    return store


def own_session() -> Session:
    """Return the session of this request itself, not the proxy for it."""
    opened: Session = session._get_current_object()  # type: ignore[attr-defined]
    return opened
