"""Where the index lives: versions side by side, a pointer to the live one, and a lock for the one writer.

The folder belongs to this program alone: reading an index runs what is pickled in it.
"""

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from search.storage import sync_folder

_POINTER = "current"
_LOCK = "lock"


class IndexFolder:
    """A folder with any number of built indexes, one of them live, made by the index ``version``."""

    def __init__(self, path: Path, version: str) -> None:
        self.path = path
        self._version = version
        path.mkdir(parents=True, exist_ok=True)

    def live(self) -> Path | None:
        """Return the folder of the live index, or None if there is none of this version."""
        try:
            name = (self.path / _POINTER).read_text(encoding="ascii")
        except FileNotFoundError:
            return None
        return self.path / name if name.startswith(f"{self._version}-") else None

    def new(self) -> Path:
        """Make and return an empty folder for an index to be built in. The caller holds the lock."""
        numbers = [int(path.name.rpartition("-")[2]) for path in self._built()]
        fresh = self.path / f"{self._version}-{max(numbers, default=0) + 1:06d}"
        fresh.mkdir()
        return fresh

    def switch_to(self, built: Path) -> None:
        """Make ``built`` the live index in one step, and remove the others. The caller holds the lock.

        Readers keep what they have mapped; removed files go once the last of them lets go.
        """
        sync_folder(built)
        pointer = self.path / f"{_POINTER}.new"
        with pointer.open("w", encoding="ascii") as file:
            file.write(built.name)
            file.flush()
            os.fsync(file.fileno())
        pointer.replace(self.path / _POINTER)
        sync_folder(self.path)
        for other in self._built():
            if other != built:
                shutil.rmtree(other, ignore_errors=True)

    def _built(self) -> list[Path]:
        return [path for path in self.path.iterdir() if path.is_dir() and path.name.rpartition("-")[2].isdigit()]

    @contextlib.contextmanager
    def lock(self, *, wait: bool = False) -> Iterator[bool]:
        """Hold the writer's lock; yields whether it was got. The system releases it when a process dies."""
        with (self.path / _LOCK).open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            yield True
