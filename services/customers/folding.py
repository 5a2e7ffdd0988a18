"""What customers are sorted, found and signed in by, beside the folding that every service shares."""

import unicodedata

import idna

from kernel.folding import fold

NAME_LENGTH = 200


def login_key(text: str) -> str:
    """Return what two spellings of the same e-mail address or username share; accents do count.

    Who has ``straße.example`` does not have ``strasse.example``: the name after the @ is compared as DNS does
    (UTS #46, nontransitional), and before it nothing but case and composition is set aside, as our
    check of addresses does.
    """
    # NUL is in no login that was ever kept, and PostgreSQL would not even look for it.
    local, at, domain = text.strip().replace("\x00", "\ufffd").rpartition("@")
    if not at:
        return unicodedata.normalize("NFKC", domain).casefold()
    return f"{unicodedata.normalize('NFC', local).lower()}@{_domain_key(domain)}"


def _domain_key(domain: str) -> str:
    lower = domain.lower()
    if lower.isascii() and "xn--" not in lower:
        return lower
    try:
        return idna.decode(idna.uts46_remap(domain, std3_rules=False, transitional=False))
    except idna.IDNAError:
        return unicodedata.normalize("NFC", lower)


def sort_name(name: str) -> str:
    """Return what a name is sorted by."""
    return " ".join(fold(name).split())[:NAME_LENGTH]
