"""Reads objects: one, or a page of a list; named parts are expanded on demand."""

import json
from typing import Any

from sandbox.payments.events import shown
from sandbox.payments.problems import Refused, missing
from sandbox.payments.store import Book, Thing

KINDS = {
    "customers": "customer",
    "payment_methods": "payment_method",
    "payment_intents": "payment_intent",
    "setup_intents": "setup_intent",
    "charges": "charge",
    "refunds": "refund",
    "disputes": "dispute",
    "checkout/sessions": "checkout.session",
    "balance_transactions": "balance_transaction",
    "events": "event",
}
FILTERS = {"customer", "payment_intent", "charge", "payment_method", "status", "type"}
BOUNDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def one(book: Book, resource: str, name: str) -> Thing:
    """Return an object by its name. Raises Refused."""
    thing = book.find(name)
    if thing is None or thing["object"] != KINDS[resource]:
        raise missing(KINDS[resource], name)
    return thing


def page(book: Book, resource: str, asked: dict[str, Any]) -> Thing:
    """Return a page of a list, newest first."""
    limit = int(asked.get("limit", 10))
    if not 1 <= limit <= 100:
        raise Refused("This value must be between 1 and 100.", param="limit")
    conditions, values = _conditions(book, KINDS[resource], asked)
    query = f"SELECT body FROM things WHERE {conditions} ORDER BY position DESC LIMIT ?"  # noqa: S608 - our own words
    found = [json.loads(row[0]) for row in book.sql.execute(query, (*values, limit + 1))]
    return {"object": "list", "url": f"/v1/{resource}", "data": found[:limit], "has_more": len(found) > limit}


def _conditions(book: Book, kind: str, asked: dict[str, Any]) -> tuple[str, list[Any]]:
    conditions = ["kind = ?"]
    values: list[Any] = [kind]
    created = asked.get("created") or {}
    for word, sign in BOUNDS.items():
        if word in created:
            conditions.append(f"created {sign} ?")
            values.append(int(created[word]))
    for name in sorted(FILTERS & asked.keys()):
        conditions.append(f"json_extract(body, '$.{name}') = ?")
        values.append(asked[name])
    if "starting_after" in asked:
        conditions.append("position < (SELECT position FROM things WHERE id = ?)")
        values.append(asked["starting_after"])
    _refuse_unknown(asked)
    return " AND ".join(conditions), values


def _refuse_unknown(asked: dict[str, Any]) -> None:
    unknown = sorted(asked.keys() - FILTERS - {"created", "limit", "starting_after", "expand"})
    if unknown:
        raise Refused(f"Received unknown parameter: {unknown[0]}", code="parameter_unknown", param=unknown[0])


def answer(book: Book, thing: Thing, expand: list[str]) -> Thing:
    """Return an object as it is shown, with the parts that were asked for in full."""
    whole = _shown(thing)
    for path in expand:
        _expand(book, whole, path.split("."))
    return whole


def _shown(thing: Thing) -> Thing:
    whole = shown(thing)
    if whole["object"] == "list":
        whole["data"] = [shown(each) for each in whole["data"]]
    return whole


def _expand(book: Book, thing: Any, path: list[str]) -> None:
    if isinstance(thing, list):
        for each in thing:
            _expand(book, each, path)
    elif isinstance(thing, dict) and path:
        part = thing.get(path[0])
        if isinstance(part, str):
            part = thing[path[0]] = shown(book.find(part) or {}) or part
        _expand(book, part, path[1:])
