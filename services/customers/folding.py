"""What customers are sorted, found and signed in by, beside the folding that every service shares."""

import unicodedata

from kernel.folding import fold

NAME_LENGTH = 200


def login_key(text: str) -> str:
    """Return what two spellings of the same e-mail address or username share; accents do count."""
    # NUL is in no login that was ever kept, and PostgreSQL would not even look for it.
    return unicodedata.normalize("NFKC", text.strip()).casefold().replace("\x00", "\ufffd")


def sort_name(name: str) -> str:
    """Return what a name is sorted by."""
    return " ".join(fold(name).split())[:NAME_LENGTH]
