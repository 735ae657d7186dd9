"""Published files on their way out: always as downloads, so that nothing in them runs on our pages."""

import io

from flask import Response as FlaskResponse
from flask import abort, send_file
from werkzeug.wrappers import Response

from minsheng.records.document_types import DocumentType
from minsheng.records.documents import Document
from pages.language import gettext as _
from pages.language import ngettext
from pages.services import services

FILE_POLICY = "default-src 'none'; sandbox"
"""A file that a browser opens all the same has no origin, no script and no connections."""


def attachment(document: Document) -> Response:
    """Return the file of a document for saving, or answer 404 where the store lost it."""
    path = services().documents.path(document.key)
    if not path.is_file():
        abort(404)
    response = send_file(
        path,
        mimetype=document.media_type,
        as_attachment=True,
        download_name=document.file_name,
        conditional=True,
        etag=document.key,
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    # A document that is withdrawn must not live on in a cache between.
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def workbook(content: bytes, name: str) -> FlaskResponse:
    """Return a workbook that was made for this request, for saving under a name."""
    return send_file(io.BytesIO(content), DocumentType.XLSX.media_type, as_attachment=True, download_name=name)


def file_size(octets: int) -> str:
    """Return the size of a file as people read it: ``860 KB``, ``1.2 MB``."""
    if octets < 1_000_000:
        return f"{max(round(octets / 1000), 1)} KB"
    return f"{octets / 1_000_000:.1f} MB"


def file_type(document: Document) -> str:
    """Return what kind of file a document is, with the number of its pages where there are any."""
    names = {
        DocumentType.PDF: "PDF",
        DocumentType.DOCX: _("Word 文档"),
        DocumentType.XLSX: _("Excel 表格"),
        DocumentType.JPEG: _("图片（JPEG）"),
        DocumentType.PNG: _("图片（PNG）"),
    }
    name = names[document.type]
    count = document.page_count
    if count is None:
        return name
    if document.type is DocumentType.XLSX:
        return name + _("，") + ngettext("%(num)s 张表", "%(num)s 张表", count)
    return name + _("，") + ngettext("%(num)s 页", "%(num)s 页", count)
