"""Pictures that show what was done about a case: read from the reply's form, public once a reviewer has seen them."""

from typing import BinaryIO, cast

from werkzeug.datastructures import FileStorage

from admin.suggestion_forms import AnswerForm
from minsheng.case_photos import MOST_PHOTOS, CasePhoto, PhotoSource
from minsheng.errors import InvalidFileError
from pages.language import gettext as _
from pages.services import services


def take(form: AnswerForm) -> list[CasePhoto] | None:
    """Return the pictures of a reply, in the store; None where one cannot be used, which the field then says.

    Nobody but the sender and the handlers sees them before a reviewer has hidden faces and plates.
    """
    uploads = [one for one in form.evidence.data or [] if isinstance(one, FileStorage) and one.filename]
    if len(uploads) > MOST_PHOTOS:
        form.evidence.errors = [_("最多 %(count)s 张", count=MOST_PHOTOS)]
        return None
    photos: dict[str, CasePhoto] = {}
    for upload in uploads:
        try:
            stored = services().media.add_image(cast("BinaryIO", upload.stream), keep_original=False)
        except InvalidFileError:
            form.evidence.errors = [
                _("“%(name)s”不是能用的照片；请用 15 兆以内的 JPEG、PNG 或 WebP", name=(upload.filename or "")[:60])
            ]
            return None
        photo = CasePhoto.of_stored(stored, PhotoSource.HANDLER)
        photo.alt_text = (form.evidence_words.data or "").strip()
        photos[stored.key] = photo
    return [*photos.values()]
