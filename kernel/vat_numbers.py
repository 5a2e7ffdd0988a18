"""VAT numbers, checked by their form and check digit alone: nobody is asked whether they are in use."""

import re
from functools import cache
from typing import Any

from stdnum import get_cc_module
from stdnum.eu import vat as of_the_union
from stdnum.exceptions import ValidationError

from kernel.errors import N_, Invalid

LONGEST = 50
PUNCTUATION = re.compile(r"[\s./-]+")


class VatNumberNotValid(Invalid):
    """What was given is no VAT number of the country."""


def checked(number: str, country: str) -> str:
    """Return the number as it is kept, in the Union with its country: ``SE556036079301``.

    A number of another member state is as good as one of the own country. Where nobody has told us the
    form, anything short is accepted. Raises VatNumberNotValid.
    """
    if of_the_union.is_valid(number):
        return str(of_the_union.compact(number))
    if not country:
        raise VatNumberNotValid(N_("Choose the country, or begin with its code, like SE556036079301."))
    form = _form_of(country)
    if form is None:
        return _short(number)
    try:
        kept = str(form.validate(number))
    except ValidationError as reason:
        raise VatNumberNotValid(N_("%(country)s has no such VAT number."), country=country) from reason
    return kept if not _is_in_the_union(country) else _with_country(kept, country)


@cache
def _form_of(country: str) -> Any:
    return get_cc_module(country.lower(), "vat")


def _is_in_the_union(country: str) -> bool:
    return country.lower() in of_the_union.MEMBER_STATES


def _with_country(number: str, country: str) -> str:
    prefix = "EL" if country == "GR" else country
    return number if number.startswith(prefix) else f"{prefix}{number}"


def _short(number: str) -> str:
    kept = PUNCTUATION.sub("", number).upper()
    if len(kept) > LONGEST or not kept.isalnum():
        raise VatNumberNotValid(N_("A VAT number has letters and digits, at most 50 of them."))
    return kept
