"""Senders' pictures on their way: read, kept until the letter is sent, and shown to their sender."""

import datetime as dt
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, cast

from itsdangerous import BadData, URLSafeSerializer
from werkzeug.datastructures import FileStorage

from minsheng.casework.case_photos import MOST_PHOTOS
from minsheng.errors import InvalidFileError
from minsheng.pictures.media import WIDTHS, StoredImage
from pages.language import gettext as _
from pages.services import services

SALT = "suggestion-photos"
PATIENCE_SECONDS = 20.0
_reading = threading.BoundedSemaphore(2)
"""A picture of fifty megapixels takes 200 MB while it is read: so many at once and no more."""


@dataclass
class Taken:
    """Pictures of one form: what is in the store, and what was wrong with the others."""

    stored: list[StoredImage] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def signed(self) -> str:
        """The pictures as the form carries them on."""
        listed = [
            [one.key, one.width, one.height, one.taken_on.isoformat() if one.taken_on else ""] for one in self.stored
        ]
        return str(_signer().dumps(listed)) if listed else ""


def take(uploads: Iterable[object], signed: str = "", unwanted: Iterable[str] = (), most: int = MOST_PHOTOS) -> Taken:
    """Put uploaded pictures into the store, after those that were taken before and are still wanted.

    Reads no database: pictures take seconds, and a transaction would keep everybody else waiting.
    """
    dropped = frozenset(unwanted)
    taken = Taken([one for one in _kept(signed) if one.key not in dropped])
    for upload in uploads:
        if not isinstance(upload, FileStorage) or not upload.filename:
            continue
        if len(taken.stored) >= most:
            taken.errors.append(_("最多 %(count)s 张，多出的没有收", count=most))
            break
        try:
            stored = _add(upload)
        except InvalidFileError as error:
            taken.errors.append(_("%(name)s：%(problem)s", name=upload.filename[:60], problem=problem(error.reason)))
            continue
        if stored.key not in {one.key for one in taken.stored}:
            taken.stored.append(stored)
    return taken


def problem(reason: str) -> str:
    """Return what is wrong with a file, and what to do."""
    messages = {
        "too_large": _("照片超过 15 兆，请换小一些的"),
        "too_many_pixels": _("照片尺寸太大，请先缩小"),
        "busy": _("现在处理的照片太多，请过一会儿再传"),
        "not_an_image": _("这不是能打开的照片；请用 JPEG、PNG 或 WebP"),
    }
    return messages.get(reason, messages["not_an_image"])


def _add(upload: FileStorage) -> StoredImage:
    """Store one picture. Raises ``InvalidFileError``."""
    if not _reading.acquire(timeout=PATIENCE_SECONDS):
        raise InvalidFileError("busy")
    try:
        return services().media.add_image(cast("BinaryIO", upload.stream), keep_original=False, is_awaited=True)
    finally:
        _reading.release()


def _kept(signed: str) -> Sequence[StoredImage]:
    """Return the pictures a form carries that are still in the store."""
    if not signed:
        return ()
    try:
        listed = _signer().loads(signed)
    except BadData:
        return ()
    pictures = [
        StoredImage(key, width, height, dt.date.fromisoformat(taken_on) if taken_on else None)
        for key, width, height, taken_on in listed
    ]
    return [one for one in pictures if services().media.path(one.key, WIDTHS[0]).is_file()]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(services().secret, salt=SALT)
