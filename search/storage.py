"""Files of the index: read through memory maps without copying, written so that a power cut tears nothing.

Whoosh's own mapped file copies the whole segment into memory each time one is opened, and it never forces data
to the disk: after a power cut the table of contents may name files that are empty. Here reads share the page
cache, every file is on the disk before it is named, and renaming is followed by a sync of the folder.
"""

import contextlib
import io
import mmap
import os
from pathlib import Path
from typing import Any

from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import BufferFile, StructFile


class MappedStream(io.RawIOBase):
    """A read-only stream over a buffer that never copies more than is read."""

    def __init__(self, view: memoryview) -> None:
        super().__init__()
        self._view = view
        self._at = 0

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def seekable(self) -> bool:
        """Whether it can be moved in: always."""
        return True

    def tell(self) -> int:
        """Return the position in bytes."""
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a position; as ``io`` has it."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: len(self._view)}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        """Return up to ``size`` bytes, or all that is left."""
        end = len(self._view) if size is None or size < 0 else self._at + size
        data = bytes(self._view[self._at : end])
        self._at += len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` and return the number of bytes read."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def readline(self, size: int | None = -1) -> bytes:
        """Return the bytes up to and including the next newline."""
        data = bytes(self._view[self._at : self._at + 4096])
        newline = data.find(b"\n")
        if newline < 0:
            return super().readline(size)
        return self.read(newline + 1 if size is None or size < 0 else min(newline + 1, size))


class MappedFile(BufferFile):  # type: ignore[misc]  # Whoosh ships no types
    """A file of the index, mapped. The map is given back when the last reader lets go of it."""

    def __init__(self, view: memoryview, name: str | None = None) -> None:
        # Not calling the base: it would copy the whole buffer.
        self._buf = view
        self._name = name
        self.file = MappedStream(view)
        self.onclose = None
        self.is_real = False
        self.is_closed = False

    def subset(self, position: int, length: int, name: str | None = None) -> "MappedFile":
        """Return a part of the file as a file."""
        return MappedFile(self._buf[position : position + length], name or self._name)


class MappedStorage(FileStorage):  # type: ignore[misc]  # Whoosh ships no types
    """A folder of index files, read through maps and written durably."""

    def open_file(self, name: str, **_options: Any) -> BufferFile:
        """Open a file for reading. Raises ``FileNotFoundError``."""
        with Path(self._fpath(name)).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if size else b""
        return MappedFile(memoryview(mapped), name)

    def create_file(self, name: str, excl: bool = False, mode: str = "wb", **_options: Any) -> StructFile:
        """Open a file for writing that is on the disk once closed."""
        return super().create_file(name, excl=excl, mode=mode, onclose=_force_to_disk)

    def rename_file(self, oldname: str, newname: str, safe: bool = False) -> None:  # noqa: ARG002 - Whoosh's signature
        """Rename over whatever stands there, at once and durably."""
        sync_folder(Path(self.folder))
        Path(self._fpath(oldname)).replace(self._fpath(newname))
        sync_folder(Path(self.folder))

    def close(self) -> None:
        """Do nothing: readers of several segments share the storage."""


def _force_to_disk(file: StructFile) -> None:
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Force the names in ``folder`` to the disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
