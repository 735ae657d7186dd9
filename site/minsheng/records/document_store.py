"""The store of public documents: files by the hash of their content, checked and read when they come in."""

import hashlib
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from minsheng.errors import InvalidFileError
from minsheng.pictures.media import write_whole
from minsheng.records import text_reader
from minsheng.records.document_types import MAX_BYTES, DocumentType, checked

READER = Path(text_reader.__file__)
SECONDS = 30
_WITH_TEXT = frozenset({DocumentType.PDF, DocumentType.DOCX, DocumentType.XLSX})


@dataclass(frozen=True)
class StoredDocument:
    """A file in the store, and what could be read of it. ``pages`` is None where the bounds were not enough."""

    key: str
    type: DocumentType
    size: int
    pages: tuple[str, ...] | None
    page_count: int | None = None
    is_cut: bool = False


@dataclass(frozen=True)
class _Read:
    pages: tuple[str, ...] | None
    page_count: int | None = None
    is_cut: bool = False


class DocumentStore:
    """Documents under one folder, which is made when first needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, stream: BinaryIO) -> StoredDocument:
        """Check, read and store an upload.

        Raises ``InvalidFileError`` as ``checked`` does, and for what will not open.
        """
        kind, data = checked(stream.read(MAX_BYTES + 1))
        read = _text_of(data, kind) if kind in _WITH_TEXT else _Read(())
        key = hashlib.sha256(data).hexdigest()
        write_whole(self.path(key), data)
        return StoredDocument(key, kind, len(data), read.pages, read.page_count, read.is_cut)

    def path(self, key: str) -> Path:
        """Return where a file lies. Raises ``ValueError`` for a key of another form."""
        if len(key) != 64 or not set(key) <= set("0123456789abcdef"):
            raise ValueError("not a document of this store")
        return self._folder / key[:2] / key


def _text_of(data: bytes, kind: DocumentType) -> _Read:
    """Return the text of a file, read by a process that may take only so much time, memory and space.

    It gets nothing of our environment, where secrets are. Raises ``InvalidFileError`` for what cannot be opened.
    """
    with tempfile.TemporaryFile() as source, tempfile.TemporaryFile() as answer:
        source.write(data)
        source.seek(0)
        try:
            # -I: no variables and no folders of anyone's; -X utf8: the same text whatever the system's locale.
            subprocess.run(
                [sys.executable, "-I", "-X", "utf8", str(READER), kind.extension],
                stdin=source,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                env={},
                cwd="/",
                check=True,
            )
            answer.seek(0)
            found = json.loads(answer.read(text_reader.OUTPUT_BYTES))
        except (subprocess.SubprocessError, ValueError, RecursionError):
            return _Read(None)
    match found:
        case {"problem": "encrypted" | "broken" as problem}:
            raise InvalidFileError(problem)
        case {"pages": list(pages), "page_count": int() | None as count, "is_cut": bool(is_cut)}:
            return _Read(tuple(map(str, pages)), count, is_cut)
    return _Read(None)
