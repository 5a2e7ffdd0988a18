"""Where a file is read from: a path, or the pieces that are kept in the database."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from io import BufferedReader, RawIOBase, TextIOWrapper
from pathlib import Path
from typing import Any

from services.customers.imports.files import opened

Fetch = Callable[[int], bytes | None]


class Source(ABC):
    """A file that can be read from its beginning. ``position`` is how many bytes have been read of it."""

    name: str
    position: int = 0

    @abstractmethod
    def open(self) -> TextIOWrapper:
        """Return the file as text. Raises FileNotReadable."""


class PathSource(Source):
    """A file on this machine."""

    def __init__(self, path: Path) -> None:
        self._path, self.name = path, path.name
        self._stream: TextIOWrapper | None = None

    def open(self) -> TextIOWrapper:
        self._stream = opened(self._path)
        return self._stream

    @property
    def position(self) -> int:  # type: ignore[override]
        # Not tell() of the text: that counts characters, and refuses while rows are read.
        return os.lseek(self._stream.fileno(), 0, os.SEEK_CUR) if self._stream else 0


class PiecesSource(Source):
    """A file in pieces, one of them in memory at a time; ``fetch`` returns the one at a place, or None."""

    def __init__(self, name: str, encoding: str, fetch: Fetch) -> None:
        self.name, self._encoding, self._fetch = name, encoding, fetch

    def open(self) -> TextIOWrapper:
        raw = _Pieces(self._fetch, self._advance)
        return TextIOWrapper(BufferedReader(raw), encoding=self._encoding, errors="replace", newline="")

    def _advance(self, read: int) -> None:
        self.position += read


class _Pieces(RawIOBase):
    """The pieces as one stream of bytes."""

    def __init__(self, fetch: Fetch, advance: Callable[[int], None]) -> None:
        self._fetch, self._advance = fetch, advance
        self._place, self._rest = 0, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        if not self._rest:
            piece = self._fetch(self._place)
            if piece is None:
                return 0
            self._place, self._rest = self._place + 1, memoryview(piece)
        given = self._rest[: len(into)]
        into[: len(given)] = given
        self._rest = self._rest[len(given) :]
        self._advance(len(given))
        return len(given)
