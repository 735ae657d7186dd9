"""Opening an uploaded table: what kind of file it is, told by its content, and its cells, read in a process of its own."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from minsheng.document_types import DocumentType, checked
from minsheng.errors import InvalidFileError
from minsheng.tables import sheet_reader

MAX_BYTES = 10_000_000
SECONDS = 30
_READER = Path(sheet_reader.__file__)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"mime-version", b"{\\rtf")


def kind_of(data: bytes) -> str:
    """Return ``xlsx``, ``xls`` or ``csv``.

    Raises ``InvalidFileError``: ``empty``, ``too_large``, ``web_page`` for pages under a table's name, ``unknown_type``, and
    as ``document_types.checked`` for office files that burst, run or hide something.
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
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise InvalidFileError("encrypted")
        if "_VBA_PROJECT".encode("utf-16-le") in data:
            raise InvalidFileError("macros")
        if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
            raise InvalidFileError("unknown_type")
        return "xls"
    if data[:400].lstrip(b"\xef\xbb\xbf \r\n\t").lower().startswith(_MARKUP):
        raise InvalidFileError("web_page")
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InvalidFileError("unknown_type")
    if data.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8")):
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
                [sys.executable, "-I", "-X", "utf8", str(_READER), kind],
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
        except (subprocess.SubprocessError, ValueError, RecursionError) as error:
            raise InvalidFileError("unreadable") from error
    match found:
        case {"problem": str(problem)}:
            raise InvalidFileError(problem)
        case {"sheets": list(sheets)}:
            return sheets
    raise InvalidFileError("unreadable")
