"""Folded text: how names and what somebody types to find them become comparable."""

import re
import unicodedata

LETTERS = str.maketrans(
    {
        "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ŧ": "t",
        "ı": "i", "ŋ": "n", "ĸ": "k", "ƒ": "f", "ə": "e", "ɨ": "i", "ʼ": "'", "’": "'",
    }
)  # fmt: skip
"""Letters that Unicode does not take apart into a letter and an accent."""

WORD = re.compile(r"[^\W_]+|[\u2600-\u27bf\U0001f000-\U0001faff]")
WORD_LENGTH = 64
WORDS_KEPT = 40
WORDS_ASKED = 8
LAST_CHARACTER = "\U0010ffff"


def fold(text: str) -> str:
    """Return the text without case and accents: ``Åsa Łoś`` and ``ASA LOS`` become ``asa los``."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter)).translate(LETTERS)


def words_of(*texts: str) -> list[str]:
    """Return the folded words of the texts, each once, in their order; what something is found by."""
    found = (word[:WORD_LENGTH] for word in WORD.findall(fold(" ".join(texts))))
    return list(dict.fromkeys(found))[:WORDS_KEPT]


def asked_words(query: str) -> list[str]:
    """Return the words somebody searches for, the longest first, since it is likely the rarest."""
    return sorted(words_of(query), key=len, reverse=True)[:WORDS_ASKED]


def prefix_range(word: str) -> tuple[str, str]:
    """Return the bounds between which every word beginning with ``word`` lies, in the order of bytes."""
    return word, word + LAST_CHARACTER
