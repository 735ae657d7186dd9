"""Reading a QR code of digits back from a picture: version 1, numeric, undamaged, as ISO/IEC 18004 says."""

from collections.abc import Callable, Iterator

from PIL import Image

SIDE = 21
"""Modules of version 1."""
FORMAT_MASK = 0b101010000010010
FINDERS = ((0, 0), (0, SIDE - 8), (SIDE - 8, 0))
DATA_CODEWORDS = {0b01: 19, 0b00: 16, 0b11: 13, 0b10: 9}
"""Of version 1, by the bits of the level of correction: L, M, Q, H."""
MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda row, column: (row + column) % 2 == 0,
    lambda row, _column: row % 2 == 0,
    lambda _row, column: column % 3 == 0,
    lambda row, column: (row + column) % 3 == 0,
    lambda row, column: (row // 2 + column // 3) % 2 == 0,
    lambda row, column: row * column % 2 + row * column % 3 == 0,
    lambda row, column: (row * column % 2 + row * column % 3) % 2 == 0,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2 == 0,
)


def digits_of(picture: Image.Image) -> str:
    """Return the digits of the one code in a picture that holds nothing else dark."""
    code = picture.convert("L").point(lambda value: 255 if value < 128 else 0)
    box = code.getbbox()
    assert box is not None, "no code in the picture"
    dark = code.crop(box)
    step = (dark.width / SIDE, dark.height / SIDE)
    modules = [
        [dark.getpixel((int((column + 0.5) * step[0]), int((row + 0.5) * step[1]))) == 255 for column in range(SIDE)]
        for row in range(SIDE)
    ]
    written = _format_bits(modules) ^ FORMAT_MASK
    level, mask = written >> 13, MASKS[(written >> 10) & 0b111]
    bits = "".join(str(int(modules[row][column] != mask(row, column))) for row, column in _data_places())
    return _numeric(bits[: 8 * DATA_CODEWORDS[level]])


def _format_bits(modules: list[list[bool]]) -> int:
    """Return the fifteen bits around the first finder, the most significant first."""
    places = [(8, column) for column in (0, 1, 2, 3, 4, 5, 7, 8)] + [(row, 8) for row in (7, 5, 4, 3, 2, 1, 0)]
    return int("".join(str(int(modules[row][column])) for row, column in places), 2)


def _data_places() -> Iterator[tuple[int, int]]:
    """Yield the modules that hold data, in pairs of columns from the right, up and down in turn."""
    goes_up = True
    for right in (20, 18, 16, 14, 12, 10, 8, 5, 3, 1):
        for row in reversed(range(SIDE)) if goes_up else range(SIDE):
            for column in (right, right - 1):
                if not _is_fixed(row, column):
                    yield row, column
        goes_up = not goes_up


def _is_fixed(row: int, column: int) -> bool:
    """Whether a module belongs to the finders, their edges and format, or to the timing lines."""
    near = (row < 9 and (column < 9 or column > SIDE - 9)) or (row > SIDE - 9 and column < 9)
    return near or row == 6 or column == 6


def _numeric(bits: str) -> str:
    """Return the digits of the first segment: its mode, its length in ten bits, then three digits in ten bits each."""
    assert bits[:4] == "0001", "not a numeric segment"
    left, at, digits = int(bits[4:14], 2), 14, ""
    while left:
        count = min(left, 3)
        width = (4, 7, 10)[count - 1]
        digits += f"{int(bits[at : at + width], 2):0{count}d}"
        at, left = at + width, left - count
    return digits
