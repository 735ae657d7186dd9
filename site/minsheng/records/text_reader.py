"""Reads the text of one document, as a program of its own under limits: a hostile file can harm nothing but itself.

Run with the media type as argument and the file on standard input; writes JSON to standard output: ``pages`` (texts),
``page_count``, ``is_cut``, or ``problem``. Imports nothing of the rest, so that it starts quickly and holds nothing.
"""

import io
import json
import re
import resource
import sys
from collections.abc import Iterable, Iterator

MOST_PAGES = 400
MOST_CHARACTERS = 200_000
CPU_SECONDS = 20
MEMORY_BYTES = 1_500_000_000
OUTPUT_BYTES = 4_000_000

_UNPRINTABLE = re.compile(
    r"[^\S\n ]|[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u200b\u202a-\u202e\u2060\ufeff\ufffe\uffff]"
)

_HAN_END = re.compile(r"[\u3400-\u9fff，、（《]$")
_HAN_START = re.compile(r"[\u3400-\u9fff，、。；）》]")


def main() -> None:
    """Read the file and tell what was found."""
    _limit()
    # What the libraries print about broken files goes nowhere; the answer alone goes to the real output.
    data = sys.stdin.buffer.read()
    readers = {"pdf": _pdf_pages, "docx": _docx_pages, "xlsx": _xlsx_pages}
    try:
        count, pages = readers[sys.argv[1]](data)
        texts, is_cut = _bounded(pages)
        answer: dict[str, object] = {"pages": texts, "page_count": count, "is_cut": is_cut or (count or 0) > MOST_PAGES}
    except MemoryError:
        answer = {"problem": "unreadable"}
    except Exception as error:
        answer = {"problem": "encrypted" if "password" in str(error).lower() else "broken"}
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()


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


def _pdf_pages(data: bytes) -> tuple[int, Iterator[str]]:
    import pypdfium2  # noqa: PLC0415 - each kind of file needs only its own library

    document = pypdfium2.PdfDocument(data)

    def texts() -> Iterator[str]:
        for number in range(min(len(document), MOST_PAGES)):
            yield _unbroken(document[number].get_textpage().get_text_bounded())

    return len(document), texts()


def _unbroken(page: str) -> str:
    """Return a page with the words put together that only the end of a line parts.

    A line that ends well before the others ends a paragraph.
    """
    lines = [line.strip() for line in page.splitlines()]
    full = 0.75 * max(map(len, lines), default=0)
    joined = ""
    for line in lines:
        goes_on = _HAN_END.search(joined) and _HAN_START.match(line)
        last = len(joined) - joined.rfind("\n") - 1
        joined += line if goes_on and last >= full else f"\n{line}"
    return joined.strip("\n")


def _docx_pages(data: bytes) -> tuple[None, Iterator[str]]:
    """Return the text of paragraphs and tables in their order; Word files have no pages of their own."""
    import docx  # noqa: PLC0415
    from docx.table import Table  # noqa: PLC0415

    document = docx.Document(io.BytesIO(data))

    def lines(blocks: Iterable[object]) -> Iterator[str]:
        for block in blocks:
            if isinstance(block, Table):
                for row in block.rows:
                    yield "\t".join(dict.fromkeys(cell.text for cell in row.cells))
            else:
                yield getattr(block, "text", "")

    def text() -> Iterator[str]:
        length, kept = 0, []
        for line in lines(document.iter_inner_content()):
            kept.append(line)
            length += len(line) + 1
            if length > MOST_CHARACTERS:
                break
        yield "\n".join(kept)

    return None, text()


def _xlsx_pages(data: bytes) -> tuple[int, Iterator[str]]:
    from python_calamine import CalamineWorkbook  # noqa: PLC0415

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))

    def sheets() -> Iterator[str]:
        for name in book.sheet_names[:MOST_PAGES]:
            rows, length = [name], 0
            for row in book.get_sheet_by_name(name).iter_rows():
                rows.append("\t".join(text for text in map(_cell, row) if text))
                length += len(rows[-1]) + 1
                if length > MOST_CHARACTERS:
                    break
            yield "\n".join(row for row in rows if row)

    return len(book.sheet_names), sheets()


def _cell(value: object) -> str:
    """Return a cell as one reads it: whole numbers without a decimal point."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _bounded(pages: Iterable[str]) -> tuple[list[str], bool]:
    """Return the texts without control characters, up to the most characters in all, and whether more was there."""
    found: list[str] = []
    left = MOST_CHARACTERS
    for page in pages:
        clean = re.sub(r"\n{3,}", "\n\n", _UNPRINTABLE.sub(" ", page.replace("\r\n", "\n").replace("\r", "\n"))).strip()
        found.append(clean[:left])
        left -= len(found[-1])
        if len(clean) > len(found[-1]):
            return found, True
    return found, False


if __name__ == "__main__":
    main()
