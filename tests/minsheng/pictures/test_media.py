"""Pictures: judged by content, stripped of everything but the day, never larger than needed."""

import datetime as dt
import io
import struct
import zipfile
import zlib
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageCms, ImageFilter

from minsheng.errors import InvalidFileError
from minsheng.pictures.media import KINDS, MAX_BYTES, WIDTHS, MediaStore


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
    for width, kind in product(WIDTHS, KINDS):
        data = store.path(stored.key, width, kind).read_bytes()
        assert b"SECRET-CAMERA" not in data
        assert b"exif" not in data.lower()
        with Image.open(io.BytesIO(data)) as image:
            assert image.width <= width
            assert not image.getexif()


def test_a_photograph_is_kept_as_avif_too_and_smaller(store: MediaStore) -> None:
    grain = Image.effect_noise((600, 450), 60).convert("RGB").filter(ImageFilter.GaussianBlur(1))
    stored = store.add_image(saved(grain, "JPEG", quality=95), keep_original=False)
    for width in WIDTHS:
        webp, avif = (store.path(stored.key, width, kind) for kind in KINDS)
        assert avif.stat().st_size < webp.stat().st_size
        with Image.open(avif) as image:
            assert (image.format, image.width) == ("AVIF", min(width, 600))


def test_drawings_are_kept_as_webp_alone_and_all_files_go_together(store: MediaStore, tmp_path: Path) -> None:
    drawing = store.add_image(picture(), keep_original=False, is_drawing=True)
    assert not store.path(drawing.key, WIDTHS[0], "avif").exists()
    photograph = store.add_image(picture(), keep_original=True)
    assert photograph.key == drawing.key
    assert store.path(drawing.key, WIDTHS[0], "avif").exists()
    store.remove(drawing.key)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


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


def shown(store: MediaStore, data: io.BytesIO) -> Image.Image:
    """Return the largest size that the store made of an upload."""
    stored = store.add_image(data, keep_original=False)
    with Image.open(store.path(stored.key, WIDTHS[-1])) as image:
        return image.convert("RGB")


def saved(image: Image.Image, kind: str, **options: Any) -> io.BytesIO:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    buffer.seek(0)
    return buffer


def test_sixteen_bits_of_grey_keep_their_shades(store: MediaStore) -> None:
    grey = Image.frombytes("I;16", (64, 64), struct.pack("<H", 128 * 257) * 64 * 64)
    assert shown(store, saved(grey, "PNG")).getpixel((32, 32)) == pytest.approx((128, 128, 128), abs=2)


def test_colours_of_print_are_shown_as_those_of_a_screen(store: MediaStore) -> None:
    blue = Image.new("CMYK", (64, 64), (255, 0, 0, 0))
    assert shown(store, saved(blue, "JPEG")).getpixel((32, 32)) == pytest.approx((0, 255, 255), abs=4)


def test_a_colour_profile_is_applied_before_it_is_dropped(store: MediaStore) -> None:
    # The profile of sRGB with red and green changed places: a red pixel in it is a green one on the screen.
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = profile.index(b"rXYZ"), profile.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    picture_in_it = saved(Image.new("RGB", (64, 64), (255, 0, 0)), "PNG", icc_profile=bytes(profile))
    assert shown(store, picture_in_it).getpixel((32, 32)) == pytest.approx((0, 255, 0), abs=4)


def test_a_broken_profile_or_broken_metadata_spoils_no_picture(store: MediaStore) -> None:
    red = Image.new("RGB", (64, 64), (255, 0, 0))
    assert shown(store, saved(red, "PNG", icc_profile=b"\0" * 200)).getpixel((32, 32)) == pytest.approx(
        (255, 0, 0), abs=4
    )


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_a_moving_picture_the_first_frame_is_kept(store: MediaStore, kind: str) -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime")]
    moving = saved(frames[0], kind, save_all=True, append_images=frames[1:])
    stored = store.add_image(moving, keep_original=False)
    with Image.open(store.path(stored.key, WIDTHS[0])) as image:
        assert getattr(image, "n_frames", 1) == 1
        assert image.convert("RGB").getpixel((32, 32)) == pytest.approx((255, 0, 0), abs=4)


def test_a_torn_picture_is_refused(store: MediaStore) -> None:
    data = picture("PNG", (400, 400)).getvalue()
    with pytest.raises(InvalidFileError):
        store.add_image(io.BytesIO(data[: len(data) // 2]), keep_original=True)


def test_a_script_behind_a_picture_does_not_survive(store: MediaStore) -> None:
    polyglot = io.BytesIO(picture().getvalue() + b"<script>alert(1)</script>")
    stored = store.add_image(polyglot, keep_original=False)
    assert all(b"<script>" not in store.path(stored.key, *each).read_bytes() for each in product(WIDTHS, KINDS))


@pytest.mark.parametrize("side", [30_000, 7_100])
def test_a_picture_that_unpacks_to_gigabytes_is_refused(store: MediaStore, side: int) -> None:
    """The smaller one is below what Pillow itself takes for an attack."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    header = side.to_bytes(4, "big") * 2 + b"\x08\x00\x00\x00\x00"
    bomb = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )
    with pytest.raises(InvalidFileError) as refused:
        store.add_image(io.BytesIO(bomb), keep_original=True)
    assert refused.value.reason == "too_many_pixels"


def test_a_picture_that_is_an_archive_too_is_refused(store: MediaStore) -> None:
    """Staff's originals are kept as they came: what other programs unpack must not lie among them."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as parts:
        parts.writestr("run.js", "alert(1)")
    with pytest.raises(InvalidFileError) as refused:
        store.add_image(io.BytesIO(picture().getvalue() + archive.getvalue()), keep_original=True)
    assert refused.value.reason == "not_an_image"


def test_too_many_bytes_are_refused_without_reading_on(store: MediaStore) -> None:
    with pytest.raises(InvalidFileError) as refused:
        store.add_image(io.BytesIO(b"0" * (MAX_BYTES + 1)), keep_original=True)
    assert refused.value.reason == "too_large"


@pytest.mark.parametrize(("key", "width"), [("../" * 21 + "x", 480), ("a" * 64, 481), ("A" * 64, 480), ("", 480)])
def test_only_keys_of_the_store_have_a_path(store: MediaStore, key: str, width: int) -> None:
    with pytest.raises(ValueError, match="not a picture"):
        store.path(key, width)
