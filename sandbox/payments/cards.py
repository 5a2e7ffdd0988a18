"""Stripe's test cards: the number says what the bank will do.

Source: docs.stripe.com/testing.
"""

from dataclasses import dataclass

from sandbox.payments.problems import Refused


@dataclass(frozen=True)
class Card:
    """``decline`` is what every charge meets; ``later`` what becomes of a charge or of its refunds."""

    about: str
    decline: str = ""
    is_saved: bool = True
    asks_the_bank: bool = False
    refunds: str = ""
    is_disputed: bool = False


CARDS = {
    "4242424242424242": Card("pays"),
    "5555555555554444": Card("pays"),
    "4000000000000002": Card("is declined", decline="generic_decline", is_saved=False),
    "4000000000000341": Card("is saved, but declined when it is charged", decline="generic_decline"),
    "4000000000009995": Card("has no money on it", decline="insufficient_funds"),
    "4000000000009987": Card("was lost", decline="lost_card"),
    "4000000000009979": Card("was stolen", decline="stolen_card"),
    "4000000000000069": Card("is too old", decline="expired_card"),
    "4000000000000127": Card("has another security code", decline="incorrect_cvc", is_saved=False),
    "4000000000000119": Card("cannot be processed", decline="processing_error"),
    "4000002760003184": Card("asks its owner each time", asks_the_bank=True),
    "4000000000000259": Card("pays, and is disputed later", is_disputed=True),
    "4000000000007726": Card("pays; refunds succeed later", refunds="succeeded"),
    "4000000000005126": Card("pays; refunds fail later", refunds="failed"),
}
OWN_CODES = {"expired_card", "incorrect_cvc", "processing_error"}
MESSAGES = {
    "generic_decline": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}


def card_of(number: str) -> Card:
    """Return what a number stands for. Raises Refused for one that is no test card."""
    if not _is_possible(number):
        raise Refused("Your card number is incorrect.", status=402, code="incorrect_number")
    if number not in CARDS:
        raise Refused("This is no test card; 4242 4242 4242 4242 pays.", status=402, code="card_declined")
    return CARDS[number]


def error_of(decline: str) -> dict[str, str]:
    """Return the error of a decline, as it stands in an answer and on the intent."""
    message = MESSAGES.get(decline, MESSAGES["generic_decline"])
    code = decline if decline in OWN_CODES else "card_declined"
    if decline == "authentication_required":
        code = decline
    return {"type": "card_error", "code": code, "decline_code": decline, "message": message}


def _is_possible(number: str) -> bool:
    """Check the last digit (ISO/IEC 7812-1, annex B)."""
    if not number.isdigit() or not 12 <= len(number) <= 19:
        return False
    doubled = [int(digit) * (2 if at % 2 else 1) for at, digit in enumerate(reversed(number))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
