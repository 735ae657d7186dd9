"""The cells of web pages that bear a workbook's name, as many systems of offices hand them out."""

import re
from html.parser import HTMLParser

from minsheng.tables.file_cells import MOST_COLUMNS, MOST_ROWS, Cell, Sheet, TooLargeError, clean
from minsheng.tables.text_file import decoded

_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_-]{3,20})", re.IGNORECASE)
_ENCODINGS = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "utf-8": "utf-8-sig", "big5": "big5hkscs"}
_SILENT = {"script", "style", "head", "title"}
_BREAKS = {"br", "p", "div", "li"}


def read_page(data: bytes) -> list[dict[str, object]]:
    """Return each table of a page that stands in no other as a sheet; none where it has none.

    Raises ``TooLargeError``, and ``ValueError`` where no encoding fits.
    """
    parser = _Tables()
    parser.feed(text_of(data))
    parser.close()
    parser.end_table()
    return [table.finished() for table in parser.tables]


def text_of(data: bytes) -> str:
    """Return the text of a page by the encoding that it names, else by what fits. Raises ``ValueError``."""
    named = _CHARSET.search(data[:2_000])
    encoding = _ENCODINGS.get(named[1].decode("ascii").lower()) if named else None
    try:
        return data.decode(encoding) if encoding else decoded(data)
    except UnicodeDecodeError:
        return decoded(data)


class _Table:
    """One table as it is read: a cell over several rows or columns stands in the first of them."""

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = []
        self.merged: list[list[int]] = []
        self.taken: set[tuple[int, int]] = set()

    def add(self, text: str, down: int, across: int) -> None:
        """Add a cell to the last row, at the first place that no cell above reaches down to."""
        top = len(self.rows) - 1
        row = self.rows[top]
        left = 0
        while (top, left) in self.taken:
            left += 1
        if left + across > MOST_COLUMNS or top + down > MOST_ROWS + MOST_COLUMNS:
            raise TooLargeError
        row += [None] * (left + 1 - len(row))
        row[left] = clean(text) or None
        self.taken |= {(top + lower, left + right) for lower in range(down) for right in range(across)}
        if down > 1 or across > 1:
            self.merged.append([top, left, top + down - 1, left + across - 1])

    def finished(self) -> dict[str, object]:
        """Return the table as a sheet."""
        sheet = Sheet()
        for row in self.rows:
            sheet.add(row)
        return {**sheet.finished(), "merged": self.merged}


class _Tables(HTMLParser):
    """Reads the tables of a page; what stands in a table inside a cell is text of that cell."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[_Table] = []
        self._depth = 0
        self._silent = 0
        self._cell: list[str] | None = None
        self._spans = (1, 1)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell."""
        if tag in _SILENT:
            self._silent += 1
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self.tables.append(_Table())
        elif self._depth == 1 and tag == "tr":
            self._end_cell()
            self.tables[-1].rows.append([])
        elif self._depth == 1 and tag in {"td", "th"}:
            self._end_cell()
            self._begin_cell(dict(attrs))
        elif tag in _BREAKS and self._cell:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End a table, a row or a cell."""
        if tag in _SILENT:
            self._silent = max(self._silent - 1, 0)
        elif tag == "table" and self._depth:
            if self._depth == 1:
                self.end_table()
            self._depth -= 1
        elif self._depth == 1 and tag in {"td", "th", "tr"}:
            self._end_cell()

    def handle_data(self, data: str) -> None:
        """Add text to the cell; line breaks of the page's source are none of the text."""
        if self._cell is not None and not self._silent:
            self._cell.append(re.sub(r"[ \t\r\n]+", " ", data))

    def end_table(self) -> None:
        """End what is open, also where the page forgets to."""
        self._end_cell()

    def _begin_cell(self, attributes: dict[str, str | None]) -> None:
        if not self.tables[-1].rows:
            self.tables[-1].rows.append([])
        self._cell = []
        self._spans = (_span(attributes.get("rowspan")), _span(attributes.get("colspan")))

    def _end_cell(self) -> None:
        if self._cell is not None:
            self.tables[-1].add("".join(self._cell), *self._spans)
        self._cell = None


def _span(text: str | None) -> int:
    """Return how many rows or columns a cell covers; one for anything that is no such number."""
    return min(max(int(text), 1), MOST_COLUMNS) if text and re.fullmatch(r"\s*[0-9]{1,5}\s*", text) else 1
