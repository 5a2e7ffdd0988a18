"""Cells that a spreadsheet program must not run as formulas, and the way back.

A cell that begins with one of ``= + - @``, a tab or a line break is a formula to a spreadsheet program,
whoever wrote it. An apostrophe in front makes it text (OWASP, "CSV Injection"). A cell that has
apostrophes before such a character already gets one more, so that the way back is exact.
"""

import re

FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def defused(cell: str) -> str:
    """Return the cell as text that no spreadsheet program runs."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def as_typed(cell: str) -> str:
    """Return what the cell was before it was defused."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell
