"""Reads the cells of one file, as a program of its own under limits: a hostile file can harm only itself.

Started with the kind of the file (a key of :data:`READERS`) as argument and the file on standard input; writes JSON to
standard output: ``sheets`` (name, rows of cells as in :mod:`minsheng.tables.file_cells`, merged ranges, hidden rows and
columns) or ``problem``. Imports little, so that it starts quickly and holds nothing.
"""

import json
import resource
import sys
from collections.abc import Callable, Mapping

from minsheng.tables.file_cells import TooLargeError

CPU_SECONDS = 20
MEMORY_BYTES = 1_500_000_000
OUTPUT_BYTES = 32_000_000


def main() -> None:
    """Read the file and tell what was found."""
    _limit()
    data = sys.stdin.buffer.read()
    try:
        answer: dict[str, object] = {"sheets": READERS[sys.argv[1]](data)}
    except TooLargeError:
        answer = {"problem": "too_many_cells"}
    except MemoryError:
        answer = {"problem": "unreadable"}
    except Exception as error:
        answer = {"problem": "encrypted" if "password" in str(error).lower() else "broken"}
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()


def _workbook(data: bytes, *, is_zip: bool) -> list[dict[str, object]]:
    from minsheng.tables.workbook_file import read_workbook  # noqa: PLC0415 - a text file needs none of it

    return read_workbook(data, is_zip=is_zip)


def _text(data: bytes) -> list[dict[str, object]]:
    from minsheng.tables.text_file import read_text  # noqa: PLC0415 - a workbook needs none of it

    return read_text(data)


def _page(data: bytes) -> list[dict[str, object]]:
    from minsheng.tables.page_file import read_page  # noqa: PLC0415 - nothing else needs it

    return read_page(data)


def _xml(data: bytes) -> list[dict[str, object]]:
    from minsheng.tables.xml_file import read_xml_workbook  # noqa: PLC0415 - nothing else needs it

    return read_xml_workbook(data)


READERS: Mapping[str, Callable[[bytes], list[dict[str, object]]]] = {
    "xlsx": lambda data: _workbook(data, is_zip=True),
    "xls": lambda data: _workbook(data, is_zip=False),
    "csv": _text,
    "page": _page,
    "xml": _xml,
}


def _limit() -> None:
    """Let this process take only so much time and memory, and write no file of any size."""
    for what, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        _soft, hard = resource.getrlimit(what)
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
