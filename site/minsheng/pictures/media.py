"""The media store: pictures are read by content, turned upright, stripped of metadata and kept in three sizes."""

import datetime as dt
import hashlib
import io
import os
import tempfile
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import ExifTags, Image, ImageCms, ImageOps, UnidentifiedImageError

from minsheng.errors import InvalidFileError

WIDTHS = (480, 960, 1600)
FORMATS = ("JPEG", "PNG", "WEBP")
KINDS = ("webp", "avif")
"""What pictures are kept as: every picture as WebP, photographs also as AVIF, which is smaller and slow to make."""
MAX_PIXELS = 50_000_000
MAX_BYTES = 15_000_000
_OTHER_KINDS = (b"%pdf-", b"<script", b"<html", b"<!doctype", b"<svg", b"<?php")


@dataclass(frozen=True)
class StoredImage:
    """A picture in the store. ``width`` and ``height`` are those of its largest size, in pixels."""

    key: str
    width: int
    height: int
    taken_on: dt.date | None


class MediaStore:
    """Pictures under one folder; originals, where they are kept, under another that is never served."""

    def __init__(self, folder: Path, originals: Path) -> None:
        """Take the two folders, which are made when first needed."""
        self._folder = folder
        self._originals = originals

    def add_image(
        self, stream: BinaryIO, *, keep_original: bool, is_drawing: bool = False, is_awaited: bool = False
    ) -> StoredImage:
        """Store an uploaded picture. Raises ``InvalidFileError``: ``too_large``, ``not_an_image``, ``too_many_pixels``.

        Citizens' originals are not kept, staff's are. Of the metadata only the day it was taken is read. AVIF takes
        seven times as long as WebP, so it is not made of drawings, which have few colours, nor while somebody on a
        phone waits (``is_awaited``).
        """
        data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InvalidFileError("too_large")
        if _is_something_else_too(data):
            raise InvalidFileError("not_an_image")
        picture, taken_on = _read(data)
        largest = picture.copy()
        largest.thumbnail((WIDTHS[-1], WIDTHS[-1] * 4), Image.Resampling.LANCZOS)
        encoded = _webp(largest)
        key = hashlib.sha256(encoded).hexdigest()
        write_whole(self.path(key, WIDTHS[-1]), encoded)
        for width in WIDTHS:
            sized = largest.copy()
            sized.thumbnail((width, width * 4), Image.Resampling.LANCZOS)
            if width != WIDTHS[-1]:
                write_whole(self.path(key, width), _webp(sized))
            if not (is_drawing or is_awaited):
                write_whole(self.path(key, width, "avif"), _avif(sized))
        if keep_original:
            write_whole(self._originals / key[:2] / key, data)
        return StoredImage(key, largest.width, largest.height, taken_on)

    def path(self, key: str, width: int, kind: str = "webp") -> Path:
        """Return where one size of a picture lies. Raises ``ValueError`` for a key, width or kind of another form."""
        if len(key) != 64 or not set(key) <= set("0123456789abcdef") or width not in WIDTHS or kind not in KINDS:
            raise ValueError("not a picture of this store")
        return self._folder / key[:2] / f"{key}-{width}.{kind}"

    def keys_before(self, moment: dt.datetime) -> set[str]:
        """Return the keys of pictures whose files were all written before a moment."""
        newest: dict[str, float] = {}
        for path in self._folder.glob("[0-9a-f][0-9a-f]/*-*.webp"):
            key = path.name.partition("-")[0]
            newest[key] = max(newest.get(key, 0.0), path.stat().st_mtime)
        return {key for key, written in newest.items() if written < moment.timestamp()}

    def remove(self, key: str) -> None:
        """Remove all sizes of a picture and its original, where they are."""
        for width in WIDTHS:
            for kind in KINDS:
                self.path(key, width, kind).unlink(missing_ok=True)
        (self._originals / key[:2] / key).unlink(missing_ok=True)


def _is_something_else_too(data: bytes) -> bool:
    """Whether other programs would read the file as a page, a document or an archive.

    It is looked for where those programs look. What a phone appends, such as a moving picture, is none of these, and
    is dropped when the picture is encoded anew.
    """
    beginning = data[:1024].lower()
    return any(mark in beginning for mark in _OTHER_KINDS) or zipfile.is_zipfile(io.BytesIO(data))


def _read(data: bytes) -> tuple[Image.Image, dt.date | None]:
    """Return the upright picture on white ground, and the day it was taken."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise InvalidFileError("too_many_pixels")
                taken_on = _taken_on(opened)
                upright = _in_screen_colours(ImageOps.exif_transpose(opened)).convert("RGBA")
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise InvalidFileError("too_many_pixels") from error
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
            raise InvalidFileError("not_an_image") from error
    ground = Image.new("RGBA", upright.size, "white")
    return Image.alpha_composite(ground, upright).convert("RGB"), taken_on


def _in_screen_colours(picture: Image.Image) -> Image.Image:
    """Return the picture in the colours and the depth of a screen: sRGB, or grey, of 8 bits a channel.

    The metadata that says otherwise is not kept, so pictures are converted: many phones write Display P3, and Pillow
    would cut 16 bits of grey off at 255, to white. A profile that cannot be read counts as none.
    """
    if picture.mode.startswith("I"):
        # 65535 / 257 = 255
        return picture.point(lambda value: value / 257).convert("L")
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "CMYK"}:
        return picture
    try:
        converted = ImageCms.profileToProfile(
            picture, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError):
        return picture
    return converted or picture


def _taken_on(picture: Image.Image) -> dt.date | None:
    """Return the day in the picture's Exif data, or None."""
    exif = picture.getexif()
    stated = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime)
    try:
        return dt.date.fromisoformat(str(stated)[:10].replace(":", "-"))
    except ValueError:
        return None


def _webp(picture: Image.Image) -> bytes:
    """Return the picture as WebP, without any metadata."""
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", quality=80, method=4)
    return buffer.getvalue()


def _avif(picture: Image.Image) -> bytes:
    """Return the picture as AVIF, about half as large as WebP of the same look, without any metadata."""
    buffer = io.BytesIO()
    picture.save(buffer, "AVIF", quality=60, speed=6)
    return buffer.getvalue()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; the same content twice is the same file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
    Path(temporary).replace(path)
