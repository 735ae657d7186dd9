"""A workbook of the kind before 2007 (BIFF8 in a compound file), written by its published layout."""

import struct
from collections.abc import Sequence

SECTOR = 512
END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def old_workbook(rows: Sequence[Sequence[str]], merged: Sequence[tuple[int, int, int, int]] = ()) -> bytes:
    """Return an XLS file with one sheet; text that is a plain number becomes a number cell."""
    return _compound(_workbook_stream(rows, merged))


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _workbook_stream(rows: Sequence[Sequence[str]], merged: Sequence[tuple[int, int, int, int]]) -> bytes:
    name = "进度"
    begin = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 1996, 0, 6))
    code_page = _record(0x0042, struct.pack("<H", 1200))

    def bound_sheet(position: int) -> bytes:
        text = name.encode("utf-16-le")
        return _record(0x0085, struct.pack("<IBBBB", position, 0, 0, len(name), 1) + text)

    end = _record(0x000A, b"")
    position = len(begin + code_page + bound_sheet(0) + end)
    return begin + code_page + bound_sheet(position) + end + _sheet_stream(rows, merged)


def _sheet_stream(rows: Sequence[Sequence[str]], merged: Sequence[tuple[int, int, int, int]]) -> bytes:
    parts = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 1996, 0, 6))]
    width = max(map(len, rows))
    parts.append(_record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0)))
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            place = struct.pack("<HHH", row, column, 0)
            if text.replace(".", "", 1).isdigit():
                parts.append(_record(0x0203, place + struct.pack("<d", float(text))))
            elif text:
                parts.append(_record(0x0204, place + struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")))
    ranges = b"".join(struct.pack("<HHHH", top, bottom, left, right) for top, left, bottom, right in merged)
    parts.append(_record(0x00E5, struct.pack("<H", len(merged)) + ranges))
    parts.append(_record(0x000A, b""))
    return b"".join(parts)


def _compound(stream: bytes) -> bytes:
    """Return a compound file that holds one stream, large enough for ordinary sectors."""
    stream = stream.ljust(max(4096, -(-len(stream) // SECTOR) * SECTOR), b"\0")
    count = len(stream) // SECTOR
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    # One sector of allocation, the directory in sector 1, the stream from sector 2.
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", FREE) * 108
    table = [FAT, END, *range(3, count + 2), END]
    allocation = b"".join(struct.pack("<I", one) for one in table).ljust(SECTOR, b"\xff")
    entries = _directory("Root Entry", 5, child=1, start=END, size=0)
    entries += _directory("Workbook", 2, child=FREE, start=2, size=len(stream))
    return header + allocation + entries.ljust(SECTOR, b"\0") + stream


def _directory(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    entry = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, FREE, FREE, child)
    return entry + bytes(36) + struct.pack("<IQ", start, size)
