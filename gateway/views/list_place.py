"""The place in the list of customers that somebody came from, and goes back to.

Only the query of the list's address travels along, as ``?place=tab%3Dvip``, so that whatever is in it
leads to the list and nowhere else.
"""

from urllib.parse import parse_qsl, quote, urlencode

from flask import Flask, request

LIST = "/customers"
LONGEST = 2000  # characters


def install_places(app: Flask) -> None:
    """Give templates ``placed`` and ``list_address``."""
    app.jinja_env.globals.update(placed=placed, list_address=list_address)


def place() -> str:
    """Return the place that came along: ``tab=vip&q=asa``, or nothing for the list's beginning."""
    return urlencode(parse_qsl(request.args.get("place", "")[:LONGEST]))


def placed(path: str) -> str:
    """Return the path with the place along."""
    return f"{path}{query_of(place())}"


def query_of(where: str) -> str:
    """Return the query that carries a place along; none for the list's beginning."""
    return f"?place={quote(where, safe='')}" if where else ""


def list_address() -> str:
    """Return the list at the place that somebody came from."""
    where = place()
    return f"{LIST}?{where}" if where else LIST
