"""Pictures on their way out to those who may see them already: staff at their desk, the sender of a letter."""

from flask import Response, abort, send_file

from minsheng.casework.case_photos import CasePhoto
from minsheng.pictures.media import WIDTHS
from minsheng.pictures.photos import Photo
from pages.services import services


def picture(photo: Photo | CasePhoto | None, width: int) -> Response:
    """Return one stored size of a picture, to be asked for anew each time.

    Answers 404 for no picture, for a width that none is kept in, and where the store lost it.
    """
    if photo is None or width not in WIDTHS:
        abort(404)
    path = services().media.path(photo.key, width)
    if not path.is_file():
        abort(404)
    return send_file(path, mimetype="image/webp", max_age=0)
