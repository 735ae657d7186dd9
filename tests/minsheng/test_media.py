"""Pictures: judged by content, stripped of everything but the day, never larger than needed."""

import datetime as dt
import io
import zlib
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from minsheng.errors import InvalidFileError
from minsheng.media import MAX_BYTES, WIDTHS, MediaStore


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media", tmp_path / "originals")


def picture(kind: str = "JPEG", size: tuple[int, int] = (2000, 1000), *, exif: bool = False) -> io.BytesIO:
    buffer = io.BytesIO()
    image = Image.new("RGB", size, "#0d478c")
    if exif:
        data = Image.Exif()
        data[ExifTags.Base.Orientation] = 6
        data[ExifTags.Base.Make] = "SECRET-CAMERA"
        data.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = "2026:05:08 09:10:11"
        data.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (30.0, 0.0, 0.0)
        image.save(buffer, kind, exif=data)
    else:
        image.save(buffer, kind)
    buffer.seek(0)
    return buffer


def test_metadata_is_stripped_the_day_kept_and_the_picture_turned(store: MediaStore) -> None:
    stored = store.add_image(picture(exif=True), keep_original=False)
    assert stored.taken_on == dt.date(2026, 5, 8)
    assert stored.height > stored.width
    for width in WIDTHS:
        data = store.path(stored.key, width).read_bytes()
        assert b"SECRET-CAMERA" not in data
        assert b"EXIF" not in data
        with Image.open(io.BytesIO(data)) as image:
            assert image.width <= width
            assert not image.getexif()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_three_formats_are_read(store: MediaStore, kind: str) -> None:
    stored = store.add_image(picture(kind), keep_original=False)
    assert (stored.width, stored.height) == (1600, 800)


def test_the_original_is_kept_only_for_staff(store: MediaStore, tmp_path: Path) -> None:
    store.add_image(picture(), keep_original=False)
    assert not (tmp_path / "originals").exists()
    store.add_image(picture(), keep_original=True)
    assert len([path for path in (tmp_path / "originals").rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize(
    "data", [b"", b"not a picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"GIF89a" + b"0" * 50]
)
def test_what_is_no_picture_is_refused(store: MediaStore, data: bytes) -> None:
    with pytest.raises(InvalidFileError) as refused:
        store.add_image(io.BytesIO(data), keep_original=True)
    assert refused.value.reason == "not_an_image"


def test_a_torn_picture_is_refused(store: MediaStore) -> None:
    data = picture("PNG", (400, 400)).getvalue()
    with pytest.raises(InvalidFileError):
        store.add_image(io.BytesIO(data[: len(data) // 2]), keep_original=True)


def test_a_script_behind_a_picture_does_not_survive(store: MediaStore) -> None:
    polyglot = io.BytesIO(picture().getvalue() + b"<script>alert(1)</script>")
    stored = store.add_image(polyglot, keep_original=False)
    assert all(b"<script>" not in store.path(stored.key, width).read_bytes() for width in WIDTHS)


def test_a_picture_that_unpacks_to_gigabytes_is_refused(store: MediaStore) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    header = (30_000).to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )
    with pytest.raises(InvalidFileError) as refused:
        store.add_image(io.BytesIO(bomb), keep_original=True)
    assert refused.value.reason == "too_many_pixels"


def test_too_many_bytes_are_refused_without_reading_on(store: MediaStore) -> None:
    with pytest.raises(InvalidFileError) as refused:
        store.add_image(io.BytesIO(b"0" * (MAX_BYTES + 1)), keep_original=True)
    assert refused.value.reason == "too_large"


@pytest.mark.parametrize(("key", "width"), [("../" * 21 + "x", 480), ("a" * 64, 481), ("A" * 64, 480), ("", 480)])
def test_only_keys_of_the_store_have_a_path(store: MediaStore, key: str, width: int) -> None:
    with pytest.raises(ValueError, match="not a picture"):
        store.path(key, width)
