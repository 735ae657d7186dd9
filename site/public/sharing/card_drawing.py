"""The pictures that stand for a page where it is shared: 1200 × 630, in the site's typeface and colours."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

from pages import drawing, shapes, typeface
from pages.typesetting import Measure, fit

WIDTH, HEIGHT, MARGIN = 1200, 630, 64
INNER = WIDTH - 2 * MARGIN
PAPER, INK, SOFT, TRACK = "#fffefb", "#1b2328", "#4b565d", "#e2ded2"
BOARD, WHITE, PALE = "#0d478c", "#ffffff", "#d3e2f4"
MONEY = {"arrived": "#a9c4e4", "disbursed": "#4f86c4", "spent": "#08315f"}
FILLS = {
    "ahead": "#17735a",
    "good": "#17735a",
    "done": "#17735a",
    "behind": "#d98a00",
    "late": "#c9432b",
    "quiet": "#7a8388",
    "plain": "#0d478c",
}
INKS = {**FILLS, "behind": "#8a5300", "late": "#b3301a", "quiet": "#4b565d"}
Weight = Literal[400, 700]
Anchor = Literal["ls", "rs", "ms"]
VERSION = 1
"""Raised when the drawing changes, so that kept pictures are made anew."""


@dataclass(frozen=True)
class Card:
    """What a picture says. ``bar`` is the signature picture, ``figures`` stand where there is none."""

    kicker: str
    title: str
    site_name: str
    foot: str = ""
    bar: drawing.TaskBar | None = None
    headline: str = ""
    headline_label: str = ""
    status: str = ""
    status_word: str = ""
    tone: str = "plain"
    figures: tuple[tuple[str, str], ...] = ()


def draw(card: Card) -> bytes:
    """Return the picture as PNG with a palette, about 30 kB."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    brush = _Brush(picture)
    brush.head(card)
    brush.title(card)
    if card.bar is not None and (card.bar.has_task or card.bar.has_money or card.headline):
        brush.signature(card, card.bar)
    else:
        brush.figures(card.figures)
    brush.foot(card.foot)
    packed = io.BytesIO()
    picture.quantize(128, dither=Image.Dither.NONE).save(packed, "PNG", optimize=True)
    return packed.getvalue()


@cache
def _font(size: int, weight: Weight) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(typeface.font_file(weight), size, layout_engine=ImageFont.Layout.BASIC)


def _measure(size: int, weight: Weight) -> Measure:
    return partial(_width, size, weight)


def _width(size: int, weight: Weight, text: str) -> float:
    return _font(size, weight).getlength(typeface.settable(text))


class _Brush:
    """Draws the parts of a card from the top down."""

    def __init__(self, picture: Image.Image) -> None:
        self.on = ImageDraw.Draw(picture)

    def text(
        self, x: float, y: float, words: str, size: int, colour: str, weight: Weight = 400, anchor: Anchor = "ls"
    ) -> float:
        """Set one line with its baseline at ``y``; return its width in pixels."""
        set_words = typeface.settable(words)
        self.on.text((x, y), set_words, fill=colour, font=_font(size, weight), anchor=anchor)
        return _width(size, weight, words)

    def cut(self, words: str, size: int, width: float, weight: Weight = 400) -> str:
        """Return what of the words fits one line."""
        return next(iter(fit(words, width, 1, _measure(size, weight))), "")

    def head(self, card: Card) -> None:
        """Draw the blue rail with the name of the site."""
        self.on.rectangle((0, 0, WIDTH, 84), fill=BOARD)
        self.on.rectangle((0, 90, WIDTH, 93), fill=BOARD)
        name = self.text(WIDTH - MARGIN, 55, card.site_name, 32, WHITE, 700, "rs")
        self.text(MARGIN, 54, self.cut(card.kicker, 28, INNER - name - 40), 28, PALE)

    def title(self, card: Card) -> None:
        """Set the title as large as two lines allow, three at most."""
        for size, most in ((64, 2), (52, 2), (44, 3)):
            lines = fit(card.title, INNER, most, _measure(size, 700))
            if not lines or not lines[-1].endswith("…"):
                break
        y = 122.0
        for line in lines:
            y += size * 1.22
            self.text(MARGIN, y - size * 0.2, line, size, INK, 700)

    def signature(self, card: Card, bar: drawing.TaskBar) -> None:
        """Draw time against task with its figure and word, and the money below."""
        base = 398
        width = self.text(MARGIN, base, card.headline, 84 if card.headline_label else 48, INK, 700)
        self.text(MARGIN + width + 16, base, card.headline_label, 28, SOFT)
        if card.status:
            word_width = self.text(WIDTH - MARGIN, base - 4, card.status_word, 48, INKS[card.tone], 700, "rs")
            self.shape(card.status, WIDTH - MARGIN - word_width - 68, base - 46, 52, INKS[card.tone])
        if bar.has_task:
            self.task(bar, card, 424)
        if bar.has_money:
            self.money(bar, 500)

    def shape(self, status: str, x: float, y: float, size: float, colour: str) -> None:
        """Draw the shape of a schedule status."""
        for points, is_hole in shapes.placed(status, x, y, size):
            self.on.polygon(points, fill=PAPER if is_hole else colour)

    def task(self, bar: drawing.TaskBar, card: Card, y: int) -> None:
        """Draw the bar of progress with the tick of where today says it should be."""
        hundred = bar.hundred * INNER / 100
        self.on.rectangle((MARGIN, y, MARGIN + hundred, y + 54), fill=TRACK)
        if bar.progress_width:
            right = MARGIN + bar.progress_width * INNER / 100
            self.on.rectangle((MARGIN, y, right, y + 54), fill=FILLS[card.tone])
            self.hatch(card.tone, y, right)
        if bar.exceeds:
            self.on.line((MARGIN + hundred, y - 6, MARGIN + hundred, y + 60), fill=INK, width=2)
        if bar.tick is not None:
            at = MARGIN + bar.tick * INNER / 100
            self.on.polygon([(at - 12, y - 14), (at + 12, y - 14), (at + 3, y), (at - 3, y)], fill=INK)
            self.on.rectangle((at - 3, y - 8, at + 3, y + 62), fill=INK)

    def hatch(self, tone: str, y: int, right: float) -> None:
        """Draw slanting lines over a bar that is behind, crossed where it is late, so that colour is not all."""
        if tone not in {"behind", "late"}:
            return
        for x in range(MARGIN + 54, int(right), 22):
            self.on.line((x - 54, y + 54, x, y), fill=WHITE, width=4)
            if tone == "late":
                self.on.line((x - 54, y, x, y + 54), fill=WHITE, width=4)

    def money(self, bar: drawing.TaskBar, y: int) -> None:
        """Draw the money bar: what was planned as an outline, what moved as fills in each other."""
        if bar.planned is not None:
            self.on.rectangle((MARGIN, y, MARGIN + bar.hundred * INNER / 100, y + 36), outline=SOFT, width=2)
        for part, thickness in zip(bar.money, (28, 18, 8), strict=False):
            top = y + 18 - thickness / 2
            if part.width:
                self.on.rectangle(
                    (MARGIN, top, MARGIN + part.width * INNER / 100, top + thickness), fill=MONEY[part.name]
                )

    def figures(self, figures: Sequence[tuple[str, str]]) -> None:
        """Set figures side by side with what they count."""
        column = INNER / max(len(figures), 2)
        for index, (label, figure) in enumerate(figures):
            left = MARGIN + index * column
            self.text(left, 440, self.cut(figure, 66, column - 24, 700), 66, INK, 700)
            self.text(left, 490, self.cut(label, 30, column - 24), 30, SOFT)

    def foot(self, words: str) -> None:
        """Say at the foot what the figures are as of, or where they come from."""
        self.on.rectangle((MARGIN, 568, WIDTH - MARGIN, 569), fill=TRACK)
        self.text(MARGIN, 606, self.cut(words, 26, INNER), 26, SOFT)
