"""Breaking text into lines of a width, by the rules of Chinese printing, for boards and cards.

Chinese breaks anywhere but before closing and after opening punctuation; Latin words and numbers stay whole unless
one alone is wider than the line.
"""

import re
from collections.abc import Callable

Measure = Callable[[str], float]
"""The width of a text in the units of the sheet."""

ELLIPSIS = "…"
_NEVER_FIRST = frozenset("，。、；：！？）》〉」』】〕”’…—·％%℃)]}>,.;:!?")
_NEVER_LAST = frozenset("（《〈「『【〔“‘([{<")
_PIECES = re.compile(r"[A-Za-z0-9À-ɏ.,:/\-−+%°′″]+|\s+|.", re.DOTALL)


def wrap(text: str, width: float, measure: Measure) -> list[str]:
    """Return the lines of a text; a piece wider than the line is cut where it must be. No text, no lines."""
    lines, line = [], ""
    for piece in _pieces(text, width, measure):
        if line and measure(line + piece.rstrip()) > width:
            line, carried = _split_before(line)
            if line.strip():  # Of spaces that stood before a piece too wide for the line, nothing is left.
                lines.append(line.rstrip())
            line = carried + piece if carried else piece.lstrip()
            continue
        line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def fit(text: str, width: float, most: int, measure: Measure) -> list[str]:
    """Return at most ``most`` lines; what does not fit is left out with an ellipsis."""
    lines = wrap(text, width, measure)
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and measure(last + ELLIPSIS) > width:
        last = last[:-1]
    return [*lines[: most - 1], last.rstrip("，。、；： ") + ELLIPSIS]


def _pieces(text: str, width: float, measure: Measure) -> list[str]:
    """Return what may not be broken: words, single characters, and punctuation with what it belongs to."""
    pieces: list[str] = []
    for piece in _PIECES.findall(text):
        clings = pieces and (piece in _NEVER_FIRST or pieces[-1][-1] in _NEVER_LAST) and len(pieces[-1]) < 6
        if clings:
            pieces[-1] += piece
        elif len(piece) > 1 and measure(piece) > width:
            pieces.extend(piece)
        else:
            pieces.append(" " if piece.isspace() else piece)
    return pieces


def _split_before(line: str) -> tuple[str, str]:
    """Return a full line, and what must go down with the next piece: opening punctuation left at its end."""
    kept = line.rstrip()
    carried = ""
    while len(kept) > 1 and kept[-1] in _NEVER_LAST:
        kept, carried = kept[:-1], kept[-1] + carried
    return kept, carried
