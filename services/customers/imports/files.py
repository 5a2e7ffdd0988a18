"""CSV as people have it: with and without BOM, ``;`` or ``,``, UTF-8 or Windows-1252, quotes left open."""

import codecs
import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from kernel.errors import N_, Filled, Invalid

CHUNK = 1 << 20  # bytes
LONGEST_CELL = 100_000  # characters
DELIMITERS = ",;\t"


NOTHING = Filled("")
LEFT_OPEN = N_("The row cannot be read; a quotation mark is probably left open.")
MISCOUNTED = N_("The row has %(cells)s cells, but the header has %(columns)s.")


class FileNotReadable(Invalid):
    """The file as a whole is no CSV with a header."""


@dataclass(frozen=True)
class Line:
    """A row of the file and the number of the line it begins on; ``problem`` when it cannot be read."""

    number: int
    cells: list[str]
    problem: Filled = NOTHING


class CsvFile:
    """An open CSV file: its header, and its rows one by one."""

    def __init__(self, stream: TextIOWrapper, name: str) -> None:
        self._lines = _Lines(stream)
        header = next(self._lines, "")
        while header and not header.strip():
            header = next(self._lines, "")
        if not header:
            raise FileNotReadable(N_("%(name)s is empty."), name=name)
        self._delimiter = max(DELIMITERS, key=header.count)
        cells = next(csv.reader([header], delimiter=self._delimiter))
        self.header = [cell.strip().lower() for cell in cells]

    def rows(self) -> Iterator[Line]:
        """Give every row that is not empty. One that cannot be read costs its own line only."""
        csv.field_size_limit(LONGEST_CELL)
        reader = csv.reader(self._lines, delimiter=self._delimiter)
        while True:
            begins = self._lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                self._lines.keep_first()
                yield Line(begins, [], Filled(LEFT_OPEN))
                continue
            if not any(cells):
                continue
            if len(cells) == len(self.header):
                yield Line(begins, cells)
                continue
            self._lines.keep_first()
            yield Line(begins, [], self._miscounted(len(cells)))

    def _miscounted(self, cells: int) -> Filled:
        return Filled(MISCOUNTED, cells=cells, columns=len(self.header))


class _Lines:
    """The physical lines of a file; those of a row that went wrong can be read again, all but its first.

    A quotation mark left open would otherwise swallow the rows behind it.
    """

    def __init__(self, stream: Iterable[str]) -> None:
        self._stream = iter(stream)
        self._again: deque[str] = deque()
        self._row: list[str] = []
        self._number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._stream)
        self._row.append(line)
        self._number += 1
        return line

    def begin(self) -> int:
        """Begin a row; return the number of its first line."""
        self._row = []
        return self._number + 1

    def keep_first(self) -> None:
        """Put the lines of this row back, except its first."""
        rest = self._row[1:]
        self._again.extendleft(reversed(rest))
        self._number -= len(rest)
        self._row = []


def opened(path: Path) -> TextIOWrapper:
    """Open the file in the encoding that it is in. Raises FileNotReadable."""
    try:
        return path.open(encoding=_encoding(path), errors="replace", newline="")
    except OSError as reason:
        raise FileNotReadable(
            N_("%(name)s cannot be opened: %(reason)s."), name=path.name, reason=reason.strerror
        ) from reason


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        return encoding_of(iter(lambda: file.read(CHUNK), b""))


def encoding_of(pieces: Iterable[bytes]) -> str:
    """Return UTF-8 when all of the pieces are, else Windows-1252, which any bytes can be."""
    decode: Callable[[bytes, bool], str] = codecs.getincrementaldecoder("utf-8")().decode
    try:
        for place, piece in enumerate(pieces):
            if not place and piece[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
                return "utf-16"
            decode(piece, False)
        decode(b"", True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
