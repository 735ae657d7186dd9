"""Deciding on a case's picture: what is hidden in it, and who may see it."""

import datetime as dt
import io
from collections.abc import Sequence

from PIL import Image
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.casework.case_photos import CasePhoto
from minsheng.casework.cases import Prominence
from minsheng.errors import ReasonRequiredError
from minsheng.journal import Act
from minsheng.pictures import blurring
from minsheng.pictures.blurring import Box
from minsheng.pictures.media import WIDTHS, MediaStore


def review(
    session: Session,
    photo: CasePhoto,
    store: MediaStore,
    boxes: Sequence[Box],
    *,
    is_public: bool,
    alt_text: str,
    by: str,
    at: dt.datetime,
) -> None:
    """Hide the boxes in a copy that residents see, keep the picture as it came for handlers, and journal the decision.

    Without boxes there is no copy. Raises ``ReasonRequiredError`` for a public picture without words.
    """
    if is_public and not alt_text.strip():
        raise ReasonRequiredError
    photo.blurred_key = _hidden(photo, store, boxes) if boxes else None
    photo.blur_boxes = blurring.stored(boxes)
    photo.prominence = Prominence.PUBLIC if is_public else Prominence.INTERNAL
    photo.alt_text = alt_text.strip()
    session.flush()
    if photo.suggestion is not None:
        extra = {"photo": photo.id, "prominence": photo.prominence.value, "hidden": len(boxes)}
        act = Act("case_photo_reviewed", photo.suggestion.subject, by, is_public=False, extra=extra)
        journal.record(session, act, at)


def _hidden(photo: CasePhoto, store: MediaStore, boxes: Sequence[Box]) -> str:
    """Store the picture with its boxes hidden and return its key."""
    held = io.BytesIO()
    with Image.open(store.path(photo.key, WIDTHS[-1])) as picture:
        # Lossless in between, so that hiding a face does not spoil the rest.
        blurring.blur(picture, boxes).save(held, "PNG")
    held.seek(0)
    return store.add_image(held, keep_original=False, is_awaited=True).key
