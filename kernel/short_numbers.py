"""The short numbers of memberships and payments, as people type them into a search."""

MOST = 2**62
"""Above it no row can have a number, and the database takes none."""


def number_in(words: str) -> int | None:
    """Return the number that is typed as ``42`` or ``#42``; None when the words are none."""
    digits = words.strip().removeprefix("#")
    # The length first: Python refuses to read thousands of digits.
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 20):
        return None
    return number if (number := int(digits)) <= MOST else None
