"""Hiding faces in a case's picture: preview, the copy that residents see, and the picture that they never see."""

import io

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.casework.case_photos import CasePhoto
from minsheng.casework.cases import Prominence
from minsheng.casework.suggestions import Suggestion
from minsheng.journal import JournalEntry
from minsheng.pictures.media import MediaStore
from pages.services import EXTENSION
from tests.admin.casework.test_suggestions import SignIn, agency, case, handler, project, reviewer
from tests.factories import Make

__all__ = ["agency", "case", "handler", "project", "reviewer"]
BOX = "250, 250, 500, 500"


@pytest.fixture
def store(app: Flask) -> MediaStore:
    found: MediaStore = app.extensions[EXTENSION].media
    return found


@pytest.fixture
def photo(session: Session, store: MediaStore, case: Suggestion) -> CasePhoto:
    """A picture of black and white columns: any detail that is left shows."""
    picture = Image.new("L", (800, 600), 255)
    for column in range(0, 800, 8):
        picture.paste(0, (column, 0, column + 4, 600))
    held = io.BytesIO()
    picture.save(held, "PNG")
    held.seek(0)
    case.photos.append(CasePhoto.of_stored(store.add_image(held, keep_original=False)))
    session.commit()
    return case.photos[0]


def contrast(data: bytes) -> int:
    """How much detail is left in the middle of a picture."""
    with Image.open(io.BytesIO(data)) as opened:
        grey = opened.convert("L")
        width, height = grey.size
        shades = grey.crop((width * 3 // 8, height * 3 // 8, width * 5 // 8, height * 5 // 8)).tobytes()
    return max(shades) - min(shades)


def save(typed: dict[str, str]) -> dict[str, str]:
    return {"boxes": BOX, "alt_text": "村口的路灯", "prominence": "public", **typed}


def test_residents_get_the_hidden_copy_and_never_the_other(
    session: Session, store: MediaStore, case: Suggestion, photo: CasePhoto, reviewer: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reviewer)
    page = f"/admin/case-photos/{photo.id}"
    case.review(is_public=True, title="路灯坏了", words="路灯坏了三个月。", by="某县信访局", at=case.received_at)

    assert browser.post(page, save({})).status_code == 302

    session.expire_all()
    assert photo.blurred_key is not None
    assert photo.is_public
    shown = browser.get(f"/photos/{photo.public_key}-960.webp")
    assert shown.status_code == 200
    assert contrast(shown.data) < 40
    assert contrast(browser.get(f"{page}/960.webp").data) > 150
    assert browser.get(f"/photos/{photo.key}-960.webp").status_code == 404
    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "case_photo_reviewed")).one()
    assert not entry.is_public


def test_a_preview_changes_nothing(
    session: Session, photo: CasePhoto, reviewer: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reviewer)
    page = f"/admin/case-photos/{photo.id}"

    answer = browser.post(page, {"boxes": BOX, "alt_text": "灯", "preview": "1"})

    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert 'value="灯"' in text
    hidden = browser.get(f"{page}/hidden.webp?boxes={BOX}")
    assert contrast(hidden.data) < 40
    assert hidden.headers["Cache-Control"] == "no-store"
    session.expire_all()
    assert (photo.blurred_key, photo.prominence) == (None, Prominence.UNREVIEWED)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"boxes": "1,2,3"}, "第 1 行不对"),
        ({"boxes": "0,0,1001,1"}, "第 1 行不对"),
        ({"alt_text": " "}, "公开的照片要写上照片里是什么"),
        ({"prominence": ""}, "请选公开还是不公开"),
        ({"prominence": "unreviewed"}, "请从列出的选项中选"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_saved(
    session: Session,
    photo: CasePhoto,
    reviewer: StaffMember,
    browser_of: SignIn,
    typed: dict[str, str],
    message: str,
) -> None:
    answer = browser_of(reviewer).post(f"/admin/case-photos/{photo.id}", save(typed))
    assert answer.status_code == 422
    assert message in answer.get_data(as_text=True)
    session.expire_all()
    assert photo.prominence is Prominence.UNREVIEWED


def test_taking_the_boxes_away_takes_the_copy_away(
    session: Session, photo: CasePhoto, reviewer: StaffMember, browser_of: SignIn
) -> None:
    browser = browser_of(reviewer)
    page = f"/admin/case-photos/{photo.id}"
    browser.post(page, save({"prominence": "internal"}))
    assert browser.fields(page)["boxes"] == BOX
    browser.post(page, save({"boxes": "", "prominence": "internal"}))
    session.expire_all()
    assert (photo.blurred_key, photo.blur_boxes, photo.public_key) == (None, "", photo.key)


def test_a_stranger_sees_no_picture(make: Make, photo: CasePhoto, handler: StaffMember, browser_of: SignIn) -> None:
    elsewhere = make.division()
    strangers = (
        make.staff(Role.CASE_REVIEWER, division=elsewhere),
        make.staff(Role.CASE_HANDLER, agency=make.agency(division=elsewhere)),
        make.staff(Role.PUBLISHER),
    )
    for stranger in strangers:
        browser = browser_of(stranger)
        assert browser.get(f"/admin/case-photos/{photo.id}/960.webp").status_code == 403
        assert browser.get(f"/admin/case-photos/{photo.id}").status_code == 403
    assert browser_of(handler).get(f"/admin/case-photos/{photo.id}").status_code == 403
