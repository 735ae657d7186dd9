"""A pen for PDF sheets: text in the site's typeface, boxes, status shapes and QR codes, in millimetres."""

from collections.abc import Sequence
from functools import partial
from typing import Literal

import segno
from fpdf import FPDF

from pages import shapes, typeface
from pages.typesetting import Measure

Colour = tuple[int, int, int]
Anchor = Literal["start", "middle", "end"]
FAMILY = "minsheng"
POINTS_PER_MM = 72 / 25.4
CAP = 0.74
"""Height of a line of Chinese above its baseline, as a share of the type size: what must stay clear on top."""


class Pen:
    """Draws on a PDF whose sheets are all of one size; ``scale`` enlarges every measure alike."""

    def __init__(self, size: str, scale: float, title: str) -> None:
        self.scale = scale
        self.pdf = FPDF(unit="mm", format=size)
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        self.pdf.add_font(FAMILY, "", typeface.font_file(400))
        self.pdf.add_font(FAMILY, "B", typeface.font_file(700))
        self.pdf.set_title(title)
        self.pdf.set_lang("zh-CN")
        self._widths: dict[tuple[bool, str], float] = {}

    def page(self) -> None:
        """Begin a new sheet."""
        self.pdf.add_page()

    def measure(self, size: float, *, bold: bool = False) -> Measure:
        """Return the function that measures text of a type size (mm) in mm."""
        return partial(self._width, size, bold)

    def _width(self, size: float, bold: bool, text: str) -> float:
        return size * sum(self._letter(bold, letter) for letter in typeface.settable(text))

    def _letter(self, bold: bool, letter: str) -> float:
        """Return the width of a letter as a share of the type size."""
        known = self._widths.get((bold, letter))
        if known is None:
            self.pdf.set_font(FAMILY, "B" if bold else "", 100)
            known = self.pdf.get_string_width(letter) * POINTS_PER_MM / 100
            self._widths[bold, letter] = known
        return known

    def text(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        *,
        colour: Colour,
        bold: bool = False,
        anchor: Anchor = "start",
    ) -> float:
        """Set one line with its baseline at ``y``; return its width."""
        set_words = typeface.settable(words)
        width = self._width(size, bold, words)
        left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        self.pdf.set_font(FAMILY, "B" if bold else "", size * self.scale * POINTS_PER_MM)
        self.pdf.set_text_color(*colour)
        if set_words.strip():
            self.pdf.text(left * self.scale, y * self.scale, set_words)
        return width

    def lines(
        self,
        x: float,
        y: float,
        lines: Sequence[str],
        size: float,
        *,
        colour: Colour,
        bold: bool = False,
        lead: float = 1.4,
    ) -> float:
        """Set lines one under the other, the first one's top at ``y``; return where the next would begin."""
        for line in lines:
            self.text(x, y + size * (CAP + lead) / 2, line, size, colour=colour, bold=bold)
            y += size * lead
        return y

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: Colour | None = None,
        line: Colour | None = None,
        thickness: float = 0.25,
    ) -> None:
        """Draw a box, filled, outlined or both."""
        if width <= 0 or height <= 0:
            return
        if fill:
            self.pdf.set_fill_color(*fill)
        if line:
            self.pdf.set_draw_color(*line)
            self.pdf.set_line_width(thickness * self.scale)
        style = ("D" if line else "") + ("F" if fill else "")
        self.pdf.rect(x * self.scale, y * self.scale, width * self.scale, height * self.scale, style=style)

    def stroke(self, start: tuple[float, float], end: tuple[float, float], colour: Colour, thickness: float) -> None:
        """Draw a straight line."""
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(thickness * self.scale)
        self.pdf.line(*(part * self.scale for part in (*start, *end)))

    def polygon(self, points: Sequence[shapes.Point], fill: Colour) -> None:
        """Fill a polygon."""
        self.pdf.set_fill_color(*fill)
        self.pdf.polygon([(x * self.scale, y * self.scale) for x, y in points], style="F")

    def status(self, status: str, x: float, y: float, size: float, colour: Colour, ground: Colour) -> None:
        """Draw the shape of a schedule status."""
        for points, is_hole in shapes.placed(status, x, y, size):
            self.polygon(points, ground if is_hole else colour)

    def hatch(self, x: float, y: float, width: float, height: float, *, crossed: bool, colour: Colour) -> None:
        """Draw slanting lines over a box, crossed or not, so that its colour is not all that tells."""
        with self.pdf.rect_clip(x * self.scale, y * self.scale, width * self.scale, height * self.scale):
            step, at = 3.2, x - height
            while at < x + width:
                self.stroke((at, y + height), (at + height, y), colour, 0.7)
                if crossed:
                    self.stroke((at, y), (at + height, y + height), colour, 0.7)
                at += step

    def qr(self, text: str, x: float, y: float, side: float, colour: Colour) -> None:
        """Draw a QR code that stays readable with 25 % of it dirty; its quiet zone is the caller's."""
        rows = segno.make(text, error="q", boost_error=False, micro=False).matrix
        module = side / len(rows)
        for index, row in enumerate(rows):
            start = None
            for column, is_dark in enumerate((*row, 0)):
                if is_dark and start is None:
                    start = column
                elif not is_dark and start is not None:
                    # A hair wider and higher: neighbours touch, and no printer leaves a white line between them.
                    self.box(
                        x + start * module,
                        y + index * module,
                        (column - start) * module + 0.02,
                        module + 0.02,
                        fill=colour,
                    )
                    start = None
