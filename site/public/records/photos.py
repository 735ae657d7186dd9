"""Photos of projects: their addresses, and the pictures themselves for those whom they may be shown."""

from flask import Blueprint, abort, request, send_file, url_for
from werkzeug.wrappers import Response

from minsheng.casework.case_photos import CasePhoto
from minsheng.database import db
from minsheng.pictures.media import WIDTHS
from minsheng.pictures.photos import Photo
from pages.services import services

blueprint = Blueprint("photos", __name__, url_prefix="/photos")
A_YEAR = 365 * 24 * 3600


@blueprint.get("/<key>-<int:width>.webp")
def show(key: str, width: int) -> Response:
    """Send one size of a picture that residents may see. The name is its content's hash, so it never changes.

    A browser that says it reads AVIF gets the smaller file, where the picture is kept as one.
    Only the reader's own browser keeps it: a picture that is withdrawn must not live on in a cache between.
    """
    try:
        path = services().media.path(key, width)
    except ValueError:
        abort(404)
    if not _is_visible(key) or not path.is_file():
        abort(404)
    smaller = services().media.path(key, width, "avif")
    kind, path = ("avif", smaller) if _reads_avif() and smaller.is_file() else ("webp", path)
    response = send_file(path, mimetype=f"image/{kind}", conditional=True, etag=f"{key}-{width}-{kind}")
    response.vary.add("Accept")
    response.headers["Cache-Control"] = f"private, max-age={A_YEAR}, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _is_visible(key: str) -> bool:
    """Whether residents may see the picture: as one of a project, or of a case."""
    queries = (
        Photo.visible_to_residents().where(Photo.key == key).with_only_columns(Photo.id).limit(1),
        CasePhoto.visible_to_residents().where(CasePhoto.is_shown_as(key)).with_only_columns(CasePhoto.id).limit(1),
    )
    return any(db.session.scalar(query) is not None for query in queries)


def _reads_avif() -> bool:
    """Whether the browser names AVIF itself; ``image/*`` says nothing about it."""
    return any(kind == "image/avif" and quality > 0 for kind, quality in request.accept_mimetypes)


def photo_url(photo: Photo | CasePhoto, width: int = WIDTHS[1]) -> str:
    """Return the address of a picture in one of the stored widths."""
    key = photo.public_key if isinstance(photo, CasePhoto) else photo.key
    return url_for("public.photos.show", key=key, width=width)


def photo_srcset(photo: Photo | CasePhoto) -> str:
    """Return the sizes a browser may choose from; sizes beyond the picture's own are not offered twice."""
    offered = [width for width in WIDTHS if width < photo.width]
    largest = next((width for width in WIDTHS if width >= photo.width), WIDTHS[-1])
    sizes = [(width, width) for width in offered] + [(largest, photo.width)]
    return ", ".join(f"{photo_url(photo, stored)} {shown}w" for stored, shown in sizes)
