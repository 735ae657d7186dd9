"""A case's pictures before anyone else sees them: hiding faces and plates, words for them, public or not."""

import io
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from PIL import Image
from wtforms import RadioField, StringField, TextAreaField

from admin.access import current_staff, needs
from minsheng.accounts.staff import Permission
from minsheng.casework import case_photo_review
from minsheng.casework.case_photos import CasePhoto
from minsheng.casework.cases import Prominence
from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from minsheng.desk import duties
from minsheng.errors import NotAllowedError
from minsheng.pictures import blurring
from minsheng.pictures.blurring import MOST_BOXES, Box, InvalidBoxesError
from minsheng.pictures.media import WIDTHS
from pages.forms import Form, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.pictures import picture
from pages.services import services
from pages.words import word

blueprint = Blueprint("case_photos", __name__, url_prefix="/case-photos")
UNREADABLE = 422
ANY = (Permission.REVIEW_SUGGESTION, Permission.HANDLE_SUGGESTION, Permission.SUPERVISE_SUGGESTION)
REVIEWERS = (Permission.REVIEW_SUGGESTION, Permission.SUPERVISE_SUGGESTION)
PREVIEW_WIDTH = WIDTHS[1]
LONGEST_BOXES = 2000


class PhotoForm(Form):
    """What is hidden, what the picture shows in words, and whether everybody may see it."""

    boxes = TextAreaField(_l("要遮住的地方"), validators=[length(most=LONGEST_BOXES)])
    alt_text = StringField(_l("照片里是什么"), validators=[length(most=200)])
    prominence = RadioField(_l("公开吗"), validators=[required(_l("请选公开还是不公开"))])

    def __init__(self, photo: CasePhoto, **kwargs: Any) -> None:
        decided = photo.prominence is not Prominence.UNREVIEWED
        stored = {
            "boxes": blurring.written(blurring.restored(photo.blur_boxes)),
            "alt_text": photo.alt_text,
            "prominence": photo.prominence.value if decided else None,
        }
        super().__init__(data=stored, **kwargs)
        self.prominence.choices = [(one.value, word(one)) for one in (Prominence.PUBLIC, Prominence.INTERNAL)]
        self.read: tuple[Box, ...] = ()

    def read_boxes(self) -> bool:
        """Read the boxes; say beside the field which line is wrong."""
        try:
            self.read = blurring.read_boxes(self.boxes.data or "")
        except InvalidBoxesError as error:
            self.boxes.errors = [
                _("第 %(line)s 行不对：要四个 0 到 1000 的数，左、上、宽、高，并且不出照片的边", line=error.line)
                if error.line
                else _("最多遮 %(most)s 处", most=MOST_BOXES)
            ]
            return False
        return True

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for words for a picture that becomes public."""
        is_valid = super().validate(extra_validators)
        is_valid = self.read_boxes() and is_valid
        if self.prominence.data == Prominence.PUBLIC and not (self.alt_text.data or "").strip():
            self.alt_text.errors = [_("公开的照片要写上照片里是什么，看不见的人靠它知道")]
            return False
        return is_valid


@blueprint.route("/<int:photo_id>", methods=["GET", "POST"])
@needs(*REVIEWERS)
def edit(photo_id: int) -> ResponseReturnValue:
    """Hide parts of a picture and decide who sees it; a preview changes nothing."""
    photo, case = _photo(photo_id)
    if not duties.may_review(current_staff(), case):
        raise NotAllowedError
    form = PhotoForm(photo)
    if not form.is_submitted():
        form.read_boxes()
        return _page(photo, case, form)
    if "preview" in request.form:
        is_readable = form.read_boxes()
        return _page(photo, case, form, preview=is_readable), 200 if is_readable else UNREADABLE
    if not form.validate():
        return _page(photo, case, form), UNREADABLE
    case_photo_review.review(
        db.session(),
        photo,
        services().media,
        form.read,
        is_public=form.prominence.data == Prominence.PUBLIC,
        alt_text=form.alt_text.data or "",
        by=current_staff().post,
        at=services().clock(),
    )
    db.session.commit()
    flash(_("照片已审核。"), "good")
    return redirect(url_for("admin.suggestions.show", case_id=case.id, _anchor="photos"))


@blueprint.get("/<int:photo_id>/<int:width>.webp")
@needs(*ANY)
def show(photo_id: int, width: int) -> ResponseReturnValue:
    """Send one size of a picture as it came in."""
    photo, _case = _photo(photo_id)
    return _private(picture(photo, width))


@blueprint.get("/<int:photo_id>/hidden.webp")
@needs(*REVIEWERS)
def preview(photo_id: int) -> ResponseReturnValue:
    """Send a picture as it would be with the boxes of the address hidden; nothing is kept."""
    photo, _case = _photo(photo_id)
    path = services().media.path(photo.key, PREVIEW_WIDTH)
    try:
        boxes = blurring.read_boxes(request.args.get("boxes", "")[:LONGEST_BOXES])
    except InvalidBoxesError:
        abort(404)
    if not path.is_file():
        abort(404)
    held = io.BytesIO()
    with Image.open(path) as picture:
        blurring.blur(picture, boxes).save(held, "WEBP", quality=80)
    held.seek(0)
    return _private(send_file(held, mimetype="image/webp", max_age=0))


def _photo(photo_id: int) -> tuple[CasePhoto, Suggestion]:
    """Return a picture and its case, or answer 404; raise ``NotAllowedError`` for another's."""
    photo = db.session.get(CasePhoto, photo_id)
    if photo is None or photo.suggestion is None:
        abort(404)
    member, case = current_staff(), photo.suggestion
    if not (duties.may_review(member, case) or duties.may_handle(member, case)):
        raise NotAllowedError
    return photo, case


def _private(response: Response) -> Response:
    """Keep a picture that nobody else may see out of every cache."""
    response.headers["Cache-Control"] = "no-store"
    return response


def _page(photo: CasePhoto, case: Suggestion, form: PhotoForm, *, preview: bool = False) -> str:
    return render_template(
        "admin/case_photos/edit.html",
        photo=photo,
        case=case,
        form=form,
        preview=preview,
        boxes=form.read,
        largest=WIDTHS[-1],
    )
