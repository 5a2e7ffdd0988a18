"""Files that are larger than a form: who may send them, and how they are passed on."""

from collections.abc import Callable, Iterator
from typing import IO, ParamSpec, TypeVar

from flask import Flask, redirect, request, session
from werkzeug.wrappers import Response

from kernel.contracts.imports import LARGEST_FILE, PIECE
from kernel.errors import N_, TooLarge

AROUND = 64 * 1024  # bytes of a form around its file
UPLOAD = 300.0  # seconds; a slow line takes that long for a large file

P = ParamSpec("P")
T = TypeVar("T")


def takes_upload(view: Callable[P, T]) -> Callable[P, T]:
    """Mark a view that takes a file, so that its body may be that large."""
    view.takes_upload = True  # type: ignore[attr-defined]
    return view


def install_uploads(app: Flask) -> None:
    """Allow large bodies on marked views alone, and to nobody who is not signed in or shows no key.

    It has to be said before anything reads the form, and the check of its token does.
    """

    @app.before_request
    def allow() -> Response | None:
        view = app.view_functions.get(request.endpoint or "")
        if not getattr(view, "takes_upload", False):
            return None
        # Only the API looks at a key, and does so before it reads the body.
        shows_key = request.blueprint == "api" and "Authorization" in request.headers
        if "standing" not in session and not shows_key:
            return None
        request.max_content_length = LARGEST_FILE + AROUND
        if (request.content_length or 0) <= request.max_content_length:
            return None
        if "standing" in session:
            # The form would have to be read to answer with it; its page says what is wrong.
            return redirect(f"{request.path}?failed=too-large", 303)
        raise TooLarge(N_("The file is larger than %(most)s MB. Divide it."), most=LARGEST_FILE // PIECE)


def pieces_of(stream: IO[bytes]) -> Iterator[bytes]:
    """Give the file in pieces of the size in which it is kept."""
    while piece := stream.read(PIECE):
        while len(piece) < PIECE and (more := stream.read(PIECE - len(piece))):
            piece += more
        yield piece
