"""The pages for people: the one to pay on, and the list of what really happened."""

from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlsplit

from flask import Blueprint, abort, redirect, render_template, request
from werkzeug.wrappers import Response

from sandbox.payments.api import SECRET_KEY, store
from sandbox.payments.cards import CARDS
from sandbox.payments.delivery import WEBHOOK_SECRET
from sandbox.payments.problems import Refused
from sandbox.payments.sessions import pay
from sandbox.payments.store import Book, Thing

SHOWN = 200
NONE = {
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "JPY",
    "KMF",
    "KRW",
    "MGA",
    "PYG",
    "RWF",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
}
THREE = {"BHD", "JOD", "KWD", "OMR", "TND"}

pages = Blueprint("pages", __name__)


@pages.get("/")
def home() -> str:
    """Show what really happened, newest first, and how to connect."""
    with store().open() as book:
        movements = book.movements()[::-1][:SHOWN]
    return render_template("home.html", movements=movements, secret=SECRET_KEY, webhook_secret=WEBHOOK_SECRET)


@pages.get("/pay/<name>")
def ask(name: str) -> str:
    with store().open() as book:
        return _page(_session(book, name))


@pages.post("/pay/<name>")
def answer(name: str) -> Response | tuple[str, int]:
    """Pay with what was typed; what the bank refuses is said beside the form."""
    with store().open() as book:
        session = _session(book, name)
    refusal = _pay(name)
    if refusal is None:
        return redirect(session["success_url"].replace("{CHECKOUT_SESSION_ID}", name), 303)
    asks = refusal.body["error"].get("code") == "authentication_required"
    return _page(session, error=str(refusal), asks_the_bank=asks), 402


def _pay(name: str) -> Refused | None:
    """Pay; return why that was refused. A try that the bank refused is written down."""
    number = request.form.get("number", "").replace(" ", "")
    try:
        month, year = _expiry(request.form.get("expiry", ""))
        with store().open() as book:
            try:
                pay(book, _session(book, name), number, month, year, is_confirmed="confirmed" in request.form)
            except Refused as refusal:
                if not refusal.is_kept:
                    raise
                return refusal
    except Refused as refusal:
        return refusal
    return None


def _session(book: Book, name: str) -> Thing:
    found = book.find(name)
    if found is None or found["object"] != "checkout.session":
        abort(404)
    return found


def _expiry(written: str) -> tuple[int, int]:
    month, _, year = written.replace(" ", "").partition("/")
    if not (month.isdigit() and year.isdigit() and 1 <= int(month) <= 12):
        raise Refused("Write when the card ends, as in 12/40.")
    return int(month), int(year) + (2000 if int(year) < 100 else 0)


def _page(session: Thing, **more: object) -> str:
    # Only web addresses become links: the page must not run what somebody put there.
    back = session["cancel_url"] if urlsplit(session["cancel_url"]).scheme in {"http", "https"} else ""
    return render_template("pay.html", session=session, back=back, cards=CARDS, form=request.form, **more)


def money(line: Thing) -> str:
    """Return an amount for a person, e.g. ``"199.00 SEK"``."""
    currency = line["currency"].upper()
    decimals = 0 if currency in NONE else 3 if currency in THREE else 2
    return f"{Decimal(line['amount']).scaleb(-decimals):.{decimals}f} {currency}"


def moment(at: float) -> str:
    """Return a time for a person."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S} UTC"


def card_number(number: str) -> str:
    """Return a card's number in groups of four."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
