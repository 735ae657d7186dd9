"""Pictures that are not public yet, for those who write and review the report they belong to."""

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import NotAllowedError
from minsheng.pictures.photos import Photo
from pages.pictures import picture

blueprint = Blueprint("photos", __name__, url_prefix="/photos")
PERMISSIONS = (Permission.WRITE_REPORT, Permission.PUBLISH_REPORT)


@blueprint.get("/<int:photo_id>/<int:width>.webp")
@needs(*PERMISSIONS)
def show(photo_id: int, width: int) -> ResponseReturnValue:
    """Send one size of a picture to those who may read its report."""
    photo = db.session.get(Photo, photo_id)
    if photo is None:
        abort(404)
    project = photo.project
    if not any(current_staff().may_on(one, project.division, project.agency) for one in PERMISSIONS):
        raise NotAllowedError
    return picture(photo, width)
