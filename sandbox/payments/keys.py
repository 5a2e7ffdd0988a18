"""Idempotency keys, as Stripe's first interface has them.

The first answer is kept, errors of the bank and of the server included, and given again to the same request.
Another request under the key is refused; one that comes while the first is at work is told so; old keys go.
Source: docs.stripe.com/api/idempotent_requests.
"""

import json

from sandbox.payments.problems import Refused
from sandbox.payments.store import Book, Thing

LIFETIME = 24 * 3600.0  # seconds


def begin(book: Book, request: str, lifetime: float) -> tuple[int, Thing] | None:
    """Take the key of the request; return the first answer if there was one. Raises Refused."""
    book.sql.execute("DELETE FROM keys WHERE created < ? AND status IS NOT NULL", (book.now - lifetime,))
    seen = book.sql.execute("SELECT request, status, answer FROM keys WHERE key = ?", (book.key,)).fetchone()
    if seen is None:
        book.sql.execute(
            "INSERT INTO keys (key, request, created) VALUES (?, ?, ?)", (book.key, request, book.now)
        )
        return None
    first, status, answer = seen
    if first != request:
        refusal = Refused("Keys for idempotent requests can only be used with the same parameters.")
        refusal.body["error"]["type"] = "idempotency_error"
        raise refusal
    if status is None:
        raise Refused("Another request with this key is at work.", status=409, code="idempotency_key_in_use")
    return status, json.loads(answer)


def keep(book: Book, status: int, answer: Thing) -> None:
    """Keep the answer for whoever sends the key again."""
    book.sql.execute(
        "UPDATE keys SET status = ?, answer = ? WHERE key = ?", (status, json.dumps(answer), book.key)
    )


def let_go(book: Book) -> None:
    """Forget the key: the request was refused before anything was done."""
    book.sql.execute("DELETE FROM keys WHERE key = ? AND status IS NULL", (book.key,))


def expire(book: Book) -> None:
    """Forget all keys at once, as a day would."""
    book.sql.execute("DELETE FROM keys WHERE status IS NOT NULL")
