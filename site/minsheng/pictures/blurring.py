"""Hiding faces and number plates in a picture: boxes that a person drew, made unreadable for good.

A box is four whole numbers, thousandths of the picture's width and height: left, top, width, height. Each is
replaced by a few large squares of mean colour and then softened: of a face of any size so few squares are left that
nothing brings it back, which a mere blur would not ensure.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageFilter

WHOLE = 1000
"""Boxes are measured in thousandths of the picture."""
MOST_BOXES = 40
SQUARES = 5
"""Squares along the shorter side of a box."""
LINE = re.compile(r"\s*(\d{1,4})[\s,，、]+(\d{1,4})[\s,，、]+(\d{1,4})[\s,，、]+(\d{1,4})\s*", re.ASCII)


class InvalidBoxesError(ValueError):
    """A line is no box inside the picture, or there are too many; ``line`` is its number from 1, 0 for too many."""

    def __init__(self, line: int) -> None:
        super().__init__(f"line {line}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in thousandths of the picture."""

    left: int
    top: int
    width: int
    height: int


def read_boxes(typed: str) -> tuple[Box, ...]:
    """Return boxes typed one a line as four numbers; blank lines count for nothing. Raises ``InvalidBoxesError``."""
    boxes = []
    for number, line in enumerate(typed.splitlines(), start=1):
        if not line.strip():
            continue
        found = LINE.fullmatch(line)
        if found is None:
            raise InvalidBoxesError(number)
        box = Box(*(int(part) for part in found.groups()))
        if not (box.width and box.height and box.left + box.width <= WHOLE and box.top + box.height <= WHOLE):
            raise InvalidBoxesError(number)
        boxes.append(box)
    if len(boxes) > MOST_BOXES:
        raise InvalidBoxesError(0)
    return tuple(boxes)


def written(boxes: Sequence[Box]) -> str:
    """Return boxes as they would be typed."""
    return "\n".join(f"{box.left}, {box.top}, {box.width}, {box.height}" for box in boxes)


def stored(boxes: Sequence[Box]) -> str:
    """Return boxes as they are kept with a picture: a JSON list of lists."""
    return json.dumps([[box.left, box.top, box.width, box.height] for box in boxes]) if boxes else ""


def restored(text: str) -> tuple[Box, ...]:
    """Return boxes that were kept with a picture."""
    return tuple(Box(*numbers) for numbers in json.loads(text)) if text else ()


def blur(picture: Image.Image, boxes: Sequence[Box]) -> Image.Image:
    """Return a copy of a picture in which nothing inside the boxes can be made out."""
    hidden = picture.convert("RGB")
    for box in boxes:
        left, top = box.left * hidden.width // WHOLE, box.top * hidden.height // WHOLE
        right = min(-(-(box.left + box.width) * hidden.width // WHOLE), hidden.width)
        bottom = min(-(-(box.top + box.height) * hidden.height // WHOLE), hidden.height)
        part = hidden.crop((left, top, right, bottom))
        square = max(min(part.size) / SQUARES, 1)
        few = (max(round(part.width / square), 1), max(round(part.height / square), 1))
        soft = part.resize(few, Image.Resampling.BOX).resize(part.size, Image.Resampling.NEAREST)
        hidden.paste(soft.filter(ImageFilter.GaussianBlur(max(square / 3, 1))), (left, top))
    return hidden
