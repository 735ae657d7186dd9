"""A small drawing board in the site's colours. Coordinates run from 0 to 120 across and from 0 to 80 down."""

import io
import math
import random
from collections.abc import Sequence

from PIL import Image, ImageDraw

UNITS_ACROSS = 120
OVERSAMPLING = 2

PAPER = "#f6f4ee"
SHEET = "#fffefb"
INK = "#1b2328"
SOFT = "#4b565d"
LINE = "#d5d0c3"
BOARD = "#0d478c"
BOARD_LIGHT = "#a9c4e4"
BOARD_MIDDLE = "#4f86c4"
JADE = "#17735a"
JADE_LIGHT = "#9fd0bd"
JADE_PALE = "#dff0e8"
AMBER = "#d98a00"
AMBER_PALE = "#fdf0d5"
VERMILION = "#c9432b"
CONCRETE = "#c9c5ba"
EARTH = "#c9a983"
EARTH_DARK = "#a98660"
SKIES = ("#e4ecf6", "#eef1ec", "#f3eadb", "#e2eef2")
SKIN = ("#e9c4a2", "#dbb08a", "#f0d0b4")
HAIR = (INK, INK, INK, "#8b8a82", "#3d2f28")
CLOTHES = (BOARD, JADE, VERMILION, AMBER, SOFT, BOARD_MIDDLE)

Point = tuple[float, float]

# The strokes of 示 and 例 in a unit square, drawn here so that no font is needed.
GLYPHS: tuple[tuple[tuple[Point, ...], ...], ...] = (
    (
        ((0.26, 0.16), (0.74, 0.16)),
        ((0.08, 0.40), (0.92, 0.40)),
        ((0.50, 0.40), (0.50, 0.90), (0.38, 0.83)),
        ((0.30, 0.55), (0.14, 0.80)),
        ((0.70, 0.55), (0.88, 0.80)),
    ),
    (
        ((0.27, 0.08), (0.06, 0.48)),
        ((0.18, 0.30), (0.18, 0.93)),
        ((0.34, 0.18), (0.69, 0.18)),
        ((0.49, 0.18), (0.32, 0.60)),
        ((0.46, 0.38), (0.66, 0.38), (0.58, 0.62), (0.34, 0.92)),
        ((0.43, 0.52), (0.52, 0.64)),
        ((0.78, 0.24), (0.78, 0.66)),
        ((0.93, 0.08), (0.93, 0.90), (0.84, 0.84)),
    ),
)


class Canvas:
    """One picture in the making. ``luck`` gives each picture its own trees and people, the same every time."""

    def __init__(self, width: int, seed: str) -> None:
        self._scale = width * OVERSAMPLING / UNITS_ACROSS
        size = (width * OVERSAMPLING, width * OVERSAMPLING * 2 // 3)
        self._image = Image.new("RGB", size, PAPER)
        self._draw = ImageDraw.Draw(self._image)
        self.luck = random.Random(seed)  # noqa: S311 - the same drawing every time, not a secret

    def _at(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self._scale, y * self._scale) for x, y in points]

    def box(self, left: float, top: float, right: float, bottom: float, fill: str, outline: str | None = None) -> None:
        """Draw a rectangle."""
        if right > left and bottom > top:
            self._draw.rectangle(
                self._at([(left, top), (right, bottom)]), fill, outline, width=max(1, int(self._scale / 4))
            )

    def shape(self, points: Sequence[Point], fill: str) -> None:
        """Draw a polygon."""
        self._draw.polygon(self._at(points), fill)

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        """Draw a filled circle."""
        self._draw.ellipse(self._at([(x - radius, y - radius), (x + radius, y + radius)]), fill)

    def stroke(self, points: Sequence[Point], colour: str = INK, width: float = 0.5) -> None:
        """Draw a line with round corners."""
        self._draw.line(self._at(points), colour, max(1, round(width * self._scale)), joint="curve")

    def sky(self, horizon: float = 46) -> None:
        """Fill the sky, with a sun and two rows of hills."""
        self.box(0, 0, UNITS_ACROSS, horizon + 1, self.luck.choice(SKIES))
        self.disc(self.luck.uniform(14, 106), self.luck.uniform(10, 16), 5, AMBER_PALE)
        for colour, height in ((BOARD_LIGHT, 13), (JADE_LIGHT, 8)):
            phase = self.luck.uniform(0, 6)
            ridge = [
                (x, horizon - height * (0.55 + 0.3 * math.sin(x / 13 + phase) + 0.15 * math.sin(x / 5 + phase)))
                for x in range(0, UNITS_ACROSS + 1, 3)
            ]
            self.shape([(0, horizon + 1), *ridge, (UNITS_ACROSS, horizon + 1)], colour)

    def ground(self, top: float = 46, colour: str = JADE_PALE) -> None:
        """Fill the ground from a height down."""
        self.box(0, top, UNITS_ACROSS, 80, colour)

    def tree(self, x: float, y: float, size: float = 6) -> None:
        """Draw a tree standing at a point."""
        self.box(x - size * 0.09, y - size, x + size * 0.09, y, EARTH_DARK)
        self.disc(x, y - size * 1.25, size * 0.62, JADE)
        self.disc(x - size * 0.35, y - size * 0.95, size * 0.45, JADE)
        self.disc(x + size * 0.3, y - size, size * 0.42, "#2f8a6f")

    def person(self, x: float, y: float, height: float = 9, *, helmet: bool = False) -> None:
        """Draw a person standing at a point; workers wear a helmet."""
        head = height * 0.14
        clothes = AMBER if helmet else self.luck.choice(CLOTHES)
        self.box(x - height * 0.11, y - height * 0.42, x - height * 0.02, y, INK)
        self.box(x + height * 0.02, y - height * 0.42, x + height * 0.11, y, INK)
        self.shape(
            [
                (x - height * 0.17, y - height * 0.4),
                (x - height * 0.13, y - height * 0.72),
                (x + height * 0.13, y - height * 0.72),
                (x + height * 0.17, y - height * 0.4),
            ],
            clothes,
        )
        if not helmet:
            self.disc(x, y - height * 0.87, head * 1.08, self.luck.choice(HAIR))
        self.disc(x, y - height * (0.84 if helmet else 0.81), head * (1 if helmet else 0.9), self.luck.choice(SKIN))
        if helmet:
            self.box(x - head * 1.2, y - height * 0.94, x + head * 1.2, y - height * 0.88, VERMILION)
            self.disc(x, y - height * 0.94, head * 0.8, VERMILION)

    def excavator(self, x: float, y: float, size: float = 1) -> None:
        """Draw an excavator standing at a point."""
        self.box(x - 6 * size, y - 3 * size, x + 5 * size, y, INK)
        self.box(x - 5 * size, y - 8 * size, x + 4 * size, y - 3 * size, AMBER)
        self.box(x - 0.5 * size, y - 7.3 * size, x + 3.2 * size, y - 4.6 * size, BOARD_LIGHT)
        self.stroke(
            [(x + 3 * size, y - 5 * size), (x + 9 * size, y - 12 * size), (x + 14 * size, y - 4 * size)],
            AMBER,
            1.5 * size,
        )
        self.shape([(x + 12 * size, y - 4.5 * size), (x + 16 * size, y - 4.5 * size), (x + 14 * size, y)], INK)

    def crane(self, x: float, y: float, height: float = 40) -> None:
        """Draw a tower crane standing at a point."""
        self.stroke([(x, y), (x, y - height)], AMBER, 1.1)
        self.stroke([(x - 9, y - height + 3), (x + 30, y - height + 3)], AMBER, 0.9)
        self.stroke([(x - 9, y - height + 3), (x, y - height - 2), (x + 30, y - height + 3)], AMBER, 0.35)
        self.stroke([(x + 22, y - height + 3), (x + 22, y - height + 13)], INK, 0.3)
        self.box(x - 9, y - height + 3, x - 5, y - height + 7, SOFT)

    def board(self, x: float, y: float, progress: float | None = None) -> None:
        """Draw the project's notice board with a bar of progress from 0 to 1."""
        self.box(x + 1, y - 5, x + 1.8, y, SOFT)
        self.box(x + 12.2, y - 5, x + 13, y, SOFT)
        self.box(x, y - 14, x + 14, y - 4, BOARD)
        for row in range(2):
            self.box(x + 1.5, y - 12.4 + row * 2, x + 11 - row * 3, y - 11.6 + row * 2, SHEET)
        self.box(x + 1.5, y - 7.4, x + 12.5, y - 5.6, BOARD_LIGHT)
        if progress:
            self.box(x + 1.5, y - 7.4, x + 1.5 + 11 * min(progress, 1), y - 5.6, SHEET)

    def finish(self) -> bytes:
        """Put 示例 in the corner and return the picture as PNG."""
        self.box(96, 67, 118, 78, BOARD)
        for number, glyph in enumerate(GLYPHS):
            left = 97.4 + number * 9.8
            for points in glyph:
                self.stroke([(left + x * 9, 68 + y * 9) for x, y in points], SHEET, 0.85)
        buffer = io.BytesIO()
        self._image.reduce(OVERSAMPLING).save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()
