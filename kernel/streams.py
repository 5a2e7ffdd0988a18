"""Answers that are sent while they are made, with an end that can be told from a broken line.

Web servers close a chunked answer in good order even when what makes it failed half-way (granian does), so
what was cut off would pass for whole. Between two of our processes the last bytes say that it is.
"""

from collections.abc import Iterable, Iterator

END = b"\x00end\x00"


class BrokenOff(Exception):
    """The answer ended without its end."""


def with_end(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Give the pieces, and then the end."""
    yield from pieces
    yield END


def until_end(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Give the pieces without the end. Raises BrokenOff when it is missing."""
    held = b""
    for piece in pieces:
        held += piece
        if len(held) > len(END):
            yield held[: -len(END)]
            held = held[-len(END) :]
    if held != END:
        raise BrokenOff
