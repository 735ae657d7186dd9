"""The installation's own emblem: an uploaded picture, read by content and kept as a small PNG."""

import datetime as dt
import hashlib
import io
import warnings
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.orm import Session

from minsheng.accounts.staff import StaffMember
from minsheng.errors import InvalidFileError
from minsheng.installation import settings
from minsheng.installation.settings import Emblem

SIDE = 256
"""Pixels of the longer side it is kept with: 40 on the page, and more on dense screens and as an icon."""
LEAST_SIDE = 48
MOST_BYTES = 2_000_000
MOST_PIXELS = 16_000_000
FORMATS = ("PNG", "JPEG", "WEBP")
"""Raster only: a drawing such as SVG may carry script and addresses of others."""


def take(session: Session, stream: BinaryIO, by: StaffMember, at: dt.datetime) -> None:
    """Make an uploaded picture the emblem; raises as :func:`read` and ``settings.change``."""
    picture = read(stream)
    digest = hashlib.sha256(picture).hexdigest()
    settings.change(session, {"emblem": digest}, by, at)
    kept = session.get(Emblem, 1) or Emblem(id=1)
    kept.picture, kept.digest, kept.changed_at = picture, digest, at
    session.add(kept)
    session.flush()


def remove(session: Session, by: StaffMember, at: dt.datetime) -> None:
    """Go back to the emblem of the program; raises as ``settings.change``."""
    settings.change(session, {"emblem": ""}, by, at)
    kept = session.get(Emblem, 1)
    if kept is not None:
        session.delete(kept)
        session.flush()


def read(stream: BinaryIO) -> bytes:
    """Return an uploaded picture as a small PNG without metadata.

    Raises ``InvalidFileError``: ``too_large``, ``not_an_image``, ``too_many_pixels``, ``too_small``.
    """
    data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise InvalidFileError("too_large")
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise InvalidFileError("too_many_pixels")
                if min(opened.size) < LEAST_SIDE:
                    raise InvalidFileError("too_small")
                upright = ImageOps.exif_transpose(opened).convert("RGBA")
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise InvalidFileError("too_many_pixels") from error
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
            raise InvalidFileError("not_an_image") from error
    upright.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    square = Image.new("RGBA", (max(upright.size),) * 2, (0, 0, 0, 0))
    square.paste(upright, ((square.width - upright.width) // 2, (square.height - upright.height) // 2))
    kept = io.BytesIO()
    square.save(kept, "PNG", optimize=True)
    return kept.getvalue()
