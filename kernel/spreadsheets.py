"""Files for spreadsheet programs, and cells that these must not run as formulas, and the way back.

A cell that begins with one of ``= + - @``, a tab or a line break is a formula to a spreadsheet program,
whoever wrote it. An apostrophe in front makes it text (OWASP, "CSV Injection"). A cell that has
apostrophes before such a character already gets one more, so that the way back is exact.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from io import StringIO
from typing import TypeVar

BOM = "\ufeff"
"""Spreadsheet programs take the file for UTF-8 only if it says so; without, å ä ö are broken."""

R = TypeVar("R")

FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def defused(cell: str) -> str:
    """Return the cell as text that no spreadsheet program runs."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def as_typed(cell: str) -> str:
    """Return what the cell was before it was defused."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def time_cell(at: datetime | None) -> str:
    """Return a time to the second as a cell, e.g. ``2026-05-01 12:00:00+00:00``; empty for none."""
    return at.isoformat(sep=" ", timespec="seconds") if at else ""


def written(rows: Iterator[Sequence[str]] | Sequence[Sequence[str]], delimiter: str) -> str:
    """Return the rows as CSV (RFC 4180)."""
    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def pieces_of(
    cells: Mapping[str, Callable[[R], str]], batches: Iterable[Iterable[R]], delimiter: str = ","
) -> Iterator[bytes]:
    """Give a file piece by piece: the names of ``cells``, then what they say of each row, defused."""
    yield (BOM + written([list(cells)], delimiter)).encode()
    for batch in batches:
        yield written(([defused(cell(row)) for cell in cells.values()] for row in batch), delimiter).encode()
