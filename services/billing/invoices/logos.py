"""Logos: what is uploaded is decoded, and made anew as a small PNG; nothing else of the file is kept."""

from hashlib import sha256
from io import BytesIO
from typing import Any

from PIL import Image, UnidentifiedImageError
from sqlalchemy.dialects.postgresql import insert

from kernel.contracts.billing_settings import LARGEST_LOGO
from kernel.database import UnitOfWork
from kernel.errors import N_, Filled, Invalid
from services.billing.models import Logo

FORMATS = ("PNG", "JPEG")
MOST_PIXELS = 16_000_000  # a file of some bytes can claim to be as large as memory
SHOWN = (800, 400)  # pixels; more than a printer needs for the place it has


class LogoNotValid(Invalid):
    """The file is no picture, none of the two kinds, or too large."""


def keep_logo(uow: UnitOfWork, content: bytes) -> str:
    """Keep a picture, and return its id: the same for the same picture. Raises LogoNotValid."""
    made = drawn_anew(content)
    logo = sha256(made).hexdigest()
    row = insert(Logo).values(network_id=uow.network_id, id=logo, content=made, created_at=uow.now)
    uow.session.execute(row.on_conflict_do_nothing(index_elements=["network_id", "id"]))
    return logo


def drawn_anew(content: bytes) -> bytes:
    """Return the picture as PNG, no larger than it is shown. Raises LogoNotValid."""
    if len(content) > LARGEST_LOGO:
        raise _refusal(N_("The file is larger than %(most)s kB."), most=LARGEST_LOGO // 1024)
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            if image.width * image.height > MOST_PIXELS:
                raise _refusal(N_("The picture has too many pixels."))
            image.thumbnail(SHOWN)
            written = BytesIO()
            image.convert("RGBA").save(written, "PNG")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as wrong:
        raise _refusal(N_("This is no PNG or JPEG picture, or it is damaged.")) from wrong
    return written.getvalue()


def _refusal(sentence: str, **places: Any) -> LogoNotValid:
    return LogoNotValid(sentence, fields={"logo": Filled(sentence, **places)}, **places)
