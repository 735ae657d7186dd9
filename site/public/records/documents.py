"""Public documents: a page about each with its text, and the file itself."""

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from minsheng.database import db
from minsheng.records.documents import Document
from minsheng.records.programmes import Programme
from pages.attachments import attachment
from pages.limits import limiter

blueprint = Blueprint("documents", __name__, url_prefix="/documents")
SHOWN_PAGES = 60
"""Pages of text on the page about a document; all of them are in the file."""
GONE = 410


@blueprint.get("/<int:document_id>")
def about(document_id: int) -> tuple[str, int]:
    """Say what a document is and show its text; of a withdrawn one, say why it is gone."""
    document = _known(document_id)
    is_programme = isinstance(document.record, Programme)
    endpoint = "public.programmes.show" if is_programme else "public.projects.show"
    page = render_template(
        "public/documents/about.html",
        document=document,
        pages=document.pages[:SHOWN_PAGES] if document.is_open else [],
        record_url=url_for(endpoint, slug=document.record.slug),
        is_programme=is_programme,
        shows_invented=document.division is not None and document.division.is_invented,
    )
    return page, 200 if document.is_open else GONE


@blueprint.get("/<int:document_id>/<name>")
@limiter.limit("60 per minute")
def show(document_id: int, name: str) -> Response:
    """Send the file for saving. Its name in the address is for people: another one leads to the right one."""
    document = _known(document_id)
    if not document.is_open:
        return redirect(url_for(".about", document_id=document_id))
    if name != document.file_name:
        return redirect(document_url(document))
    return attachment(document)


def document_url(document: Document) -> str:
    """Return the address of a document's file."""
    return url_for("public.documents.show", document_id=document.id, name=document.file_name)


def _known(document_id: int) -> Document:
    """Return a document residents know of, or answer 404."""
    document = db.session.scalar(Document.known_to_residents().where(Document.id == document_id))
    if document is None:
        abort(404)
    return document
