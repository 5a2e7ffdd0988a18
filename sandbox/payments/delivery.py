"""What happens by itself: pending things are decided, pages grow old, messages are signed and delivered."""

import json
import time
from hashlib import sha256
from hmac import new as hmac
from threading import Event, Thread
from urllib.parse import urlsplit, urlunsplit

import urllib3

from sandbox.payments.charges import book_fee, decide_later
from sandbox.payments.disputes import open_dispute
from sandbox.payments.forms import Form
from sandbox.payments.problems import Refused
from sandbox.payments.refunds import decide_refund
from sandbox.payments.sessions import decided, expire_session
from sandbox.payments.store import Book, Store

WEBHOOK_SECRET = "whsec_sandbox"  # noqa: S105 - signs nothing but what the pretend provider says
PAUSE = 0.1  # seconds between two looks
AGAIN = (1, 5, 30, 300, 3600, 3600, 3600, 3600)  # seconds until each further try
TIMEOUT = 10.0  # seconds that a receiver may take


class Clerk:
    """Does in a thread what nobody asked for."""

    def __init__(self, store: Store) -> None:
        self._store, self._over = store, Event()
        self._http = urllib3.PoolManager(timeout=TIMEOUT, retries=False)
        self._thread = Thread(target=self._work, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._over.wait(PAUSE):
            with self._store.open(base="") as book:
                decide_what_is_due(book)
            for position, event, url in self._due():
                self._deliver(position, event, url)

    def _due(self) -> list[tuple[int, str, str]]:
        with self._store.open() as book:
            found = book.sql.execute(
                "SELECT position, event, url FROM deliveries WHERE done = 0 AND due <= ? ORDER BY due",
                (book.now,),
            )
            return found.fetchall()

    def _deliver(self, position: int, event: str, url: str) -> None:
        with self._store.open() as book:
            body = json.dumps(book.find(event)).encode()
        is_taken = self._post(url, body)
        with self._store.open() as book:
            (attempts,) = book.sql.execute(
                "UPDATE deliveries SET attempts = attempts + 1, done = ? WHERE position = ?"
                " RETURNING attempts",
                (int(is_taken), position),
            ).fetchone()
            wait = AGAIN[attempts - 1] if attempts <= len(AGAIN) else None
            book.sql.execute(
                "UPDATE deliveries SET due = ?, done = max(done, ?) WHERE position = ?",
                (book.now + (wait or 0), int(wait is None), position),
            )

    def _post(self, url: str, body: bytes) -> bool:
        headers = {"Content-Type": "application/json", "Stripe-Signature": signature(body, int(time.time()))}
        address, host = reachable(url)
        try:
            answer = self._http.request(
                "POST", address, body=body, headers=headers | {"Host": host}, redirect=False
            )
        except urllib3.exceptions.HTTPError:
            return False
        return 200 <= answer.status < 300


def reachable(url: str) -> tuple[str, str]:
    """Return where to call, and as whom: names under ``.localhost`` are this machine (RFC 6761, 6.3)."""
    parts = urlsplit(url)
    if not (parts.hostname or "").endswith(".localhost"):
        return url, parts.netloc
    return urlunsplit(parts._replace(netloc=f"127.0.0.1:{parts.port or 80}")), parts.netloc


def signature(body: bytes, at: int, secret: str = WEBHOOK_SECRET) -> str:
    """Return the header that a message is signed with, e.g. ``t=1700000000,v1=5257a8...``."""
    return f"t={at},v1={hmac(secret.encode(), str(at).encode() + b'.' + body, sha256).hexdigest()}"


def decide_what_is_due(book: Book) -> None:
    """Decide what was pending until now, and close the pages that are too old."""
    for position, name, outcome in book.sql.execute(
        "SELECT position, id, outcome FROM later WHERE due <= ? ORDER BY position", (book.now,)
    ).fetchall():
        book.sql.execute("DELETE FROM later WHERE position = ?", (position,))
        decide(book, name, outcome)
    for (name,) in book.sql.execute(
        "SELECT id FROM things WHERE kind = 'checkout.session' AND json_extract(body, '$.status') = 'open'"
        " AND json_extract(body, '$.expires_at') <= ?",
        (book.now,),
    ).fetchall():
        expire_session(book, Form({}), name)


def decide(book: Book, name: str, outcome: str) -> None:
    """Let an object succeed, fail, or be disputed."""
    thing = book.find(name)
    if thing is None:
        return
    if thing["object"] == "payment_intent":
        decide_later(book, thing, outcome)
        decided(book, thing)
    elif thing["object"] == "refund":
        decide_refund(book, thing, outcome)
    elif outcome == "booked":
        book_fee(book, thing)
    elif outcome == "disputed":
        dispute(book, thing["id"])


def dispute(book: Book, charge: str, reason: str = "fraudulent") -> None:
    """Dispute a charge, if there is something left of it."""
    try:
        open_dispute(book, book.find(charge) or {}, reason)
    except Refused:
        return
