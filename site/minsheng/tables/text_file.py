"""The cells of text files: CSV and its kin, in the encodings and with the separators that offices use."""

import csv
import io
import re
from collections.abc import Iterator

from minsheng.tables.file_cells import MOST_CHARACTERS, MOST_COLUMNS, Cell, Sheet, TooLargeError, clean

_SEPARATORS = ",\t;，|"
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_text(data: bytes) -> list[dict[str, object]]:
    """Return the one sheet of a text file. Raises ``TooLargeError``, ``ValueError`` where no encoding fits."""
    sheet = Sheet()
    for values in _records(decoded(data)):
        if sum(map(bool, values)) > MOST_COLUMNS:
            raise TooLargeError
        sheet.add([_cell(value) if value else None for value in values])
    return [sheet.finished()]


def _cell(value: str) -> Cell:
    text = clean(value)
    if guarded := re.fullmatch(r'="([^"]*)"', text):
        text = guarded[1]
    # The sign that keeps spreadsheets from running a cell as a formula is no part of what it says.
    return re.sub(r"^'(?=[=+\-@])", "", text) or None


def _records(text: str) -> Iterator[list[str]]:
    """Return the rows; a quotation mark that is never closed does not swallow the rest of the file."""
    named = re.match(r"sep=(.)\r?\n", text)
    if named:
        text = text[named.end() :]
    first = text[:20_000]
    delimiter = named[1] if named else max(_SEPARATORS, key=lambda sign: _steadiness(first, sign))
    csv.field_size_limit(MOST_CHARACTERS * 50)
    rows = []
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
        if any(value.count("\n") > 30 for row in rows for value in row):
            rows = []
    except csv.Error:
        rows = []
    if not rows:
        rows = [line.split(delimiter) for line in text.splitlines()]
    return iter(rows)


def _steadiness(text: str, delimiter: str) -> int:
    """Return how many lines have as many of this sign as most lines with any."""
    counts = [count for line in text.splitlines() if (count := line.count(delimiter))]
    return max((counts.count(count) for count in set(counts)), default=0) * (2 if len(counts) > 1 else 1)


def decoded(data: bytes) -> str:
    """Return the text of a file: by its mark, as UTF-8, or in the older encoding of whose usual signs it has more."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding)
    if wide := wide_encoding(data):
        return data.decode(wide)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    found = [
        (share, text)
        for encoding in ("gb18030", "big5hkscs")
        if (share := _usual_share(data, encoding)) is not None and (text := data.decode(encoding))
    ]
    if not found:
        raise ValueError("no encoding fits")
    return max(found, key=lambda pair: pair[0])[1]


def wide_encoding(data: bytes) -> str | None:
    """Return the kind of UTF-16 that text without a mark is in, told by the noughts of its ASCII signs; else None."""
    start = data[:2_000]
    if len(data) % 2 or b"\0" not in start:
        return None
    noughts = {"utf-16-be": start[::2].count(0), "utf-16-le": start[1::2].count(0)}
    encoding, count = max(noughts.items(), key=lambda pair: pair[1])
    is_text = count * 20 >= len(start) and min(noughts.values()) * 10 <= count
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return encoding if is_text else None


def _usual_share(data: bytes, encoding: str) -> float | None:
    """Return the share of signs outside ASCII that are of the encoding's everyday ones; None where it does not fit."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    signs = [sign for sign in text if ord(sign) > 127]
    everyday = sum(_is_everyday(sign, encoding) for sign in signs)
    return everyday / max(len(signs), 1)


def _is_everyday(sign: str, encoding: str) -> bool:
    """Whether a sign stands in the part of the encoding that its makers filled with the most used ones."""
    code = sign.encode(encoding)
    if len(code) != 2:
        return False
    lead, trail = code
    if encoding == "gb18030":
        return trail >= 0xA1 and (0xB0 <= lead <= 0xD7 or lead in {0xA1, 0xA3})
    return 0xA4 <= lead <= 0xC6 or lead in {0xA1, 0xA2}
