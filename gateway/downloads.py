"""Files that are passed on while they are made; one that breaks off says so in its last line."""

from collections.abc import Iterator

from flask import Response

from gateway.translation import gettext
from kernel.contracts.mails import MailFile
from kernel.errors import N_, Failure

BROKE_OFF = N_("The file broke off here and is not complete. Fetch it again.")


def csv_file(pieces: Iterator[bytes], name: str = "") -> Response:
    """Return a CSV, as a download when it has a name.

    A web server ends a broken answer as if it were whole, and a spreadsheet program shows no error. So the
    last line says it, and an import refuses that line.
    """
    said = gettext(BROKE_OFF)
    answer = Response(_told(pieces, f'"{said}"\r\n'), content_type="text/csv; charset=utf-8")
    if name:
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _told(pieces: Iterator[bytes], said: str) -> Iterator[bytes]:
    try:
        yield from pieces
    except Failure:
        yield f"\r\n{said}".encode()


def as_download(file: MailFile) -> Response:
    """Return a file that goes with a message as a download, that no browser opens by itself."""
    answer = Response(file.content, content_type=file.media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
