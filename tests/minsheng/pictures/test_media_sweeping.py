"""Pictures nobody refers to leave the store after a day, and no other picture ever does."""

import datetime as dt
import io
import os
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from minsheng.pictures.media import WIDTHS, MediaStore, StoredImage
from minsheng.pictures.media_sweeping import GRACE, sweep
from minsheng.pictures.photos import Photo, PhotoPhase
from tests.factories import Make

AT = dt.datetime(2026, 6, 10, 4, 0, tzinfo=dt.UTC)
LONG_AGO = AT - GRACE - dt.timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media", tmp_path / "originals")


def stored(store: MediaStore, colour: str, written: dt.datetime) -> StoredImage:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(buffer, "PNG")
    buffer.seek(0)
    image = store.add_image(buffer, keep_original=True)
    for width in WIDTHS:
        os.utime(store.path(image.key, width), (written.timestamp(), written.timestamp()))
    return image


def files(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def test_only_old_pictures_without_a_record_go(session: Session, store: MediaStore, make: Make, tmp_path: Path) -> None:
    used, unused = stored(store, "red", LONG_AGO), stored(store, "blue", LONG_AGO)
    fresh = stored(store, "green", AT)
    session.add(
        Photo(
            project=make.project(),
            key=used.key,
            phase=PhotoPhase.DURING,
            alt_text="路面",
            width=used.width,
            height=used.height,
        )
    )
    session.flush()
    assert sweep(session, store, AT) == 1
    assert not store.path(unused.key, WIDTHS[0]).exists()
    for kept in (used, fresh):
        assert all(store.path(kept.key, width).exists() for width in WIDTHS)
    assert files(tmp_path / "originals") == 2
    assert sweep(session, store, AT) == 0


def test_the_same_picture_uploaded_again_counts_as_new(session: Session, store: MediaStore) -> None:
    stored(store, "blue", LONG_AGO)
    again = stored(store, "blue", AT)
    assert sweep(session, store, AT) == 0
    assert store.path(again.key, WIDTHS[0]).exists()


def test_an_empty_store_has_nothing_to_sweep(session: Session, store: MediaStore) -> None:
    assert sweep(session, store, AT) == 0
