"""Pictures that show what was done about a case: read from the reply's form, public once a reviewer has seen them."""

from dataclasses import dataclass, field
from typing import BinaryIO, cast

from flask import request
from werkzeug.datastructures import FileStorage

from admin.casework.suggestion_forms import AnswerForm
from minsheng.casework.case_photos import MOST_PHOTOS, CasePhoto, PhotoSource
from minsheng.database import db
from minsheng.errors import InvalidFileError
from minsheng.pictures.media import StoredImage
from pages.language import gettext as _
from pages.services import services


@dataclass(frozen=True)
class Evidence:
    """The pictures of a reply: those in the store, and what the form says of one that cannot be used."""

    stored: list[StoredImage] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def photos(self, form: AnswerForm) -> list[CasePhoto]:
        """Return the records of the pictures, with the form's words for those who cannot see them.

        Nobody but the sender and the handlers sees them before a reviewer has hidden faces and plates.
        """
        photos = {one.key: CasePhoto.of_stored(one, PhotoSource.HANDLER) for one in self.stored}
        for photo in photos.values():
            photo.alt_text = (form.evidence_words.data or "").strip()
        return [*photos.values()]


def take() -> Evidence:
    """Put the pictures of this request into the store.

    Looking up who is signed in has begun a transaction that others wait for: it ends here, before pictures are read,
    which takes seconds.
    """
    db.session.commit()
    uploads = [one for one in request.files.getlist("evidence") if isinstance(one, FileStorage) and one.filename]
    if len(uploads) > MOST_PHOTOS:
        return Evidence(errors=[_("最多 %(count)s 张", count=MOST_PHOTOS)])
    taken = Evidence()
    for upload in uploads:
        try:
            taken.stored.append(services().media.add_image(cast("BinaryIO", upload.stream), keep_original=False))
        except InvalidFileError:
            name = (upload.filename or "")[:60]
            taken.errors.append(_("“%(name)s”不是能用的照片；请用 15 兆以内的 JPEG、PNG 或 WebP", name=name))
    return taken
