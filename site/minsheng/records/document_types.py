"""Which files may be published, told by their content and never by their name.

What a browser or an office program might run, what hides one format inside another, what unpacks to far more than it
weighs, and what nobody can open is refused with the code of its reason.
"""

import enum
import io
import lzma
import re
import zipfile
import zlib

from PIL import Image, ImageOps, UnidentifiedImageError

from minsheng.errors import InvalidFileError
from minsheng.pictures.media import MAX_PIXELS

MAX_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_PARTS = 5_000
MOST_TIMES_SMALLER = 200
"""A part that was packed to less than one in so many of its bytes is made to burst, where it is of any size."""
_SMALL_PART = 5_000_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_MACROS = re.compile(r"vbaproject|/activex/|\.bin$|/embeddings/|customui|xlm", re.IGNORECASE)
DAMAGED_ARCHIVE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError)
"""What Python raises for archives that are damaged, encrypted or packed in a way it does not know."""
_MACRO_TYPES = (b"macroEnabled", b"vbaProject", b"ms-excel.intlmacrosheet", b"ms-excel.macrosheet")


class DocumentType(enum.Enum):
    """A kind of file that may be published."""

    PDF = ("pdf", "application/pdf")
    DOCX = ("docx", f"{_OFFICE}wordprocessingml.document")
    XLSX = ("xlsx", f"{_OFFICE}spreadsheetml.sheet")
    JPEG = ("jpg", "image/jpeg")
    PNG = ("png", "image/png")

    def __init__(self, extension: str, media_type: str) -> None:
        self.extension = extension
        self.media_type = media_type

    @classmethod
    def of_media_type(cls, media_type: str) -> "DocumentType":
        """Return the type with this media type. Raises ``KeyError`` for none of ours."""
        return {one.media_type: one for one in cls}[media_type]

    @property
    def has_pages(self) -> bool:
        """Whether its text comes page by page."""
        return self is DocumentType.PDF


def checked(data: bytes) -> tuple[DocumentType, bytes]:
    """Return the type of an upload and the bytes to keep; scans lose their metadata.

    Raises ``InvalidFileError``: ``too_large``, ``unknown_type``, ``encrypted``, ``macros``, ``disguised``, ``bomb``,
    ``broken``, ``too_many_pixels``. A PDF is opened later, in a process of its own.
    """
    if len(data) > MAX_BYTES:
        raise InvalidFileError("too_large")
    if data.startswith(b"%PDF-"):
        _check_pdf(data)
        return DocumentType.PDF, data
    if data.startswith(b"PK\x03\x04"):
        return _office_type(data), data
    if data.startswith(_OLE):
        # Old Word and Excel files, and new ones under a password.
        raise InvalidFileError("old_or_encrypted")
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return _scan(data)
    raise InvalidFileError("unknown_type")


def _check_pdf(data: bytes) -> None:
    """Refuse a PDF that ends in something else: another reader would see another file."""
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise InvalidFileError("broken")
    if b"PK\x05\x06" in data[-66_000:] or data[end + 5 :].strip(b"\r\n\t \0"):
        raise InvalidFileError("disguised")
    if re.search(rb"/Encrypt\s+\d+\s+\d+\s+R", data):
        raise InvalidFileError("encrypted")


def _office_type(data: bytes) -> DocumentType:
    """Return which office file a zip archive is, by its table of content types."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_archive(archive, data)
            types = archive.read("[Content_Types].xml")
    except InvalidFileError:
        raise
    except KeyError as error:
        raise InvalidFileError("unknown_type") from error
    except (*DAMAGED_ARCHIVE, OSError, ValueError) as error:
        raise InvalidFileError("broken") from error
    if any(mark in types for mark in _MACRO_TYPES):
        raise InvalidFileError("macros")
    for kind in (DocumentType.DOCX, DocumentType.XLSX):
        if f"{kind.media_type}.main+xml".encode() in types:
            return kind
    raise InvalidFileError("unknown_type")


def _check_archive(archive: zipfile.ZipFile, data: bytes) -> None:
    """Refuse archives that burst, hide something before, behind or beside their parts, or carry what may run."""
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise InvalidFileError("bomb")
    if any(
        part.file_size > _SMALL_PART and part.file_size > MOST_TIMES_SMALLER * max(part.compress_size, 1)
        for part in parts
    ):
        raise InvalidFileError("bomb")
    if any(part.flag_bits & 1 for part in parts):
        raise InvalidFileError("encrypted")
    names = [part.filename for part in parts]
    if not parts or len(set(names)) < len(names) or min(part.header_offset for part in parts) != 0:
        raise InvalidFileError("disguised")
    if archive.comment or not data[-22:].startswith(b"PK\x05\x06"):
        raise InvalidFileError("disguised")
    if any(_MACROS.search(name) and "printerSettings" not in name for name in names):
        raise InvalidFileError("macros")


def _scan(data: bytes) -> tuple[DocumentType, bytes]:
    """Return a picture written anew: upright, without metadata and without anything behind its end."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise InvalidFileError("too_many_pixels")
            kind = DocumentType.JPEG if opened.format == "JPEG" else DocumentType.PNG
            upright = ImageOps.exif_transpose(opened)
            plain = upright.convert("L" if upright.mode in {"1", "L"} else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise InvalidFileError("too_many_pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise InvalidFileError("broken") from error
    buffer = io.BytesIO()
    plain.save(buffer, kind.name, quality=90, optimize=True)
    return kind, buffer.getvalue()
