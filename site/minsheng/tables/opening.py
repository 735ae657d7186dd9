"""Opening an uploaded table: its kind, told by its content, and its cells, read in a process of its own."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from minsheng.errors import InvalidFileError
from minsheng.records.document_types import DocumentType, checked
from minsheng.tables import sheet_reader
from minsheng.tables.text_file import wide_encoding

MAX_BYTES = 10_000_000
SECONDS = 30
_SITE = Path(sheet_reader.__file__).parents[2]
_START = "import sys; sys.path.insert(0, sys.argv[2]); from minsheng.tables.sheet_reader import main; main()"
"""The reader finds its neighbours by the folder it is told, and nothing else of anyone's."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_XML_WORKBOOK = b"urn:schemas-microsoft-com:office:spreadsheet"
_PAGES = (b"<html", b"<!doctype html", b"<table", b"<meta", b"<head")
_OTHER_MARKUP = (b"<!doctype", b"<?xml", b"mime-version", b"{\\rtf")


def kind_of(data: bytes) -> str:
    """Return ``xlsx``, ``xls``, ``csv``, ``page`` for a web page under a table's name, ``xml`` for a workbook of 2003.

    Raises ``InvalidFileError``: ``empty``, ``too_large``, ``web_page`` for pages that cannot be read, ``unknown_type``,
    and as ``document_types.checked`` for office files that burst, run or hide something.
    """
    if not data.strip():
        raise InvalidFileError("empty")
    if len(data) > MAX_BYTES:
        raise InvalidFileError("too_large")
    if data.startswith(b"PK"):
        kind, _data = checked(data)
        if kind is not DocumentType.XLSX:
            raise InvalidFileError("unknown_type")
        return "xlsx"
    if data.startswith(_OLE):
        _check_old_workbook(data)
        return "xls"
    return _kind_of_text(data)


def _check_old_workbook(data: bytes) -> None:
    """Refuse a compound file that is under a password, carries what may run, or is no workbook."""
    for name, reason in (("EncryptedPackage", "encrypted"), ("_VBA_PROJECT", "macros")):
        if name.encode("utf-16-le") in data:
            raise InvalidFileError(reason)
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        raise InvalidFileError("unknown_type")


def _kind_of_text(data: bytes) -> str:
    start = data[:400].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith(b"<?xml") and _XML_WORKBOOK in data[:4_000]:
        return "xml"
    if start.startswith(_PAGES) and b"<table" in data.lower():
        return "page"
    if start.startswith((*_PAGES, *_OTHER_MARKUP)):
        raise InvalidFileError("web_page")
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff")) or wide_encoding(data) is not None
    has_nulls = b"\0" in data and not is_wide
    if has_nulls or data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8")):
        raise InvalidFileError("unknown_type")
    return "csv"


def read_sheets(data: bytes) -> Sequence[Mapping[str, Any]]:
    """Return the sheets of a table as plain JSON values; see :mod:`minsheng.tables.sheet_reader`.

    Raises ``InvalidFileError`` as :func:`kind_of`, and ``encrypted``, ``broken``, ``too_many_cells`` or ``unreadable``.
    """
    kind = kind_of(data)
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as answer:
        source.write(data)
        source.seek(0)
        try:
            # -I: no variables and no folders of anyone's; -X utf8: the same text whatever the system's locale.
            subprocess.run(
                [sys.executable, "-I", "-X", "utf8", "-c", _START, kind, str(_SITE)],
                stdin=source,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                env={},
                cwd="/",
                check=True,
            )
            answer.seek(0)
            found = json.loads(answer.read(sheet_reader.OUTPUT_BYTES))
        except subprocess.CalledProcessError as error:
            # A signal says that a limit was reached; the reader itself fails on files that are broken.
            raise InvalidFileError("unreadable" if error.returncode < 0 else "broken") from error
        except (subprocess.SubprocessError, ValueError, RecursionError) as error:
            raise InvalidFileError("unreadable") from error
    match found:
        case {"problem": str(problem)}:
            raise InvalidFileError(problem)
        case {"sheets": list(sheets)}:
            return sheets
    raise InvalidFileError("unreadable")
