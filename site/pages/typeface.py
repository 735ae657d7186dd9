"""The typeface that boards and cards are set in, so that they look the same on every machine.

Noto Sans SC, cut down to 10,800 characters (see ``fonts/README.md``). A character that it lacks is never replaced
by another that looks like it: names would change. It is set as 〓, the printers' sign for a missing character,
and the sheet says which it was.
"""

import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Literal

import brotli
from fontTools.ttLib import TTFont

from pages.services import services

FOLDER = Path(__file__).parent / "fonts"
MISSING = "〓"

Weight = Literal[400, 700]


def font_file(weight: Weight) -> Path:
    """Return the TrueType file of a weight, unpacked into the data folder at first use."""
    packed = FOLDER / f"noto-sans-sc-{weight}.ttf.br"
    target = services().cache / "fonts" / f"{packed.name.removesuffix('.br')}-{packed.stat().st_size}.ttf"
    if not target.is_file():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Written beside and renamed: another process never sees half a font.
        descriptor, beside = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(brotli.decompress(packed.read_bytes()))
        Path(beside).replace(target)
    return target


@cache
def _known(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())


def lacking(text: str) -> list[str]:
    """Return the printable characters of a text that the typeface lacks, each once, in order."""
    known = _known(font_file(400))
    return list(dict.fromkeys(letter for letter in text if ord(letter) not in known and _is_printed(letter)))


def settable(text: str) -> str:
    """Return the text with 〓 for each character that the typeface lacks, and without marks that print nothing."""
    known = _known(font_file(400))
    flat = "".join(" " if letter.isspace() else letter for letter in text)
    return "".join(letter if ord(letter) in known else MISSING for letter in flat if _is_printed(letter))


def _is_printed(letter: str) -> bool:
    """Whether a letter leaves ink or space: controls, joiners and direction marks do not, and may forge an order."""
    return letter.isprintable() and not 0xFE00 <= ord(letter) <= 0xFE0F
