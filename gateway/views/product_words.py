"""What is said of products: a price in words, and what somebody else has saved meanwhile."""

from collections.abc import Callable

from gateway import labels
from gateway.formats import formats
from gateway.translation import gettext as _
from kernel.contracts.products import LIMITS, ProductPrice, ProductTerms

PLAIN = ("name", "slug", "description", "group", "position", "trial_days", "cycles", "contact_url")

Words = Callable[[ProductTerms], str]


def price_in_words(price: ProductPrice) -> str:
    """``199,00 kr per month``, with what setting up costs."""
    words = f"{formats().money(price.money)} {labels.period(price.period)}"
    if price.setup_fee:
        words += " " + _("(setting up: %(fee)s)", fee=formats().money(price.setup))
    return words


def meanwhile(typed: ProductTerms, found: ProductTerms) -> dict[str, str]:
    """Return what somebody else has saved that is another than what was typed."""
    said = {
        name: words(found) for name, words in SAYING.items() if getattr(typed, name) != getattr(found, name)
    }
    limits = {
        f"limits.{name}": _said(getattr(found.limits, name))
        for name in LIMITS
        if getattr(typed.limits, name) != getattr(found.limits, name)
    }
    return said | limits


def _said(value: object) -> str:
    return str(value) if value not in (None, "") else _("Not given")


def _plain(name: str) -> Words:
    return lambda terms: _said(getattr(terms, name))


SAYING: dict[str, Words] = {
    **{
        name: _plain(name)
        for name in (
            "name",
            "slug",
            "description",
            "group",
            "position",
            "trial_days",
            "cycles",
            "contact_url",
        )
    },
    "kind": lambda terms: labels.product_kind(terms.kind),
    "pricing": lambda terms: labels.pricing(terms.pricing),
    "is_active": lambda terms: _("Yes") if terms.is_active else _("No"),
    "prices": lambda terms: ", ".join(map(price_in_words, terms.prices)) or _("Not given"),
}
