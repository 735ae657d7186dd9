"""Pictures that are not public yet, for those who write and review the report they belong to."""

from flask import Blueprint, abort, send_file
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from minsheng.database import db
from minsheng.errors import NotAllowedError
from minsheng.media import WIDTHS
from minsheng.photos import Photo
from minsheng.staff import Permission
from pages.services import services

blueprint = Blueprint("photos", __name__, url_prefix="/photos")
PERMISSIONS = (Permission.WRITE_REPORT, Permission.PUBLISH_REPORT)


@blueprint.get("/<int:photo_id>/<int:width>.webp")
@needs(*PERMISSIONS)
def show(photo_id: int, width: int) -> ResponseReturnValue:
    """Send one size of a picture to those who may read its report."""
    photo = db.session.get(Photo, photo_id)
    if photo is None or width not in WIDTHS:
        abort(404)
    project = photo.project
    if not any(current_staff().may_on(one, project.division, project.agency) for one in PERMISSIONS):
        raise NotAllowedError
    path = services().media.path(photo.key, width)
    if not path.is_file():
        abort(404)
    return send_file(path, mimetype="image/webp", max_age=0)
