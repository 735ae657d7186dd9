"""Scenes indoors: classes, counters, meals, visits. Progress from 0 to 1 shows in how many people come."""

from website.sample.pictures.canvas import (
    AMBER,
    AMBER_PALE,
    BOARD,
    BOARD_LIGHT,
    BOARD_MIDDLE,
    CONCRETE,
    EARTH,
    EARTH_DARK,
    INK,
    JADE,
    JADE_LIGHT,
    LINE,
    PAPER,
    SHEET,
    SOFT,
    VERMILION,
    Canvas,
)


def _room(canvas: Canvas, wall: str = "#f3eadb") -> None:
    """Draw wall, floor and a window."""
    canvas.box(0, 0, 120, 56, wall)
    canvas.box(0, 56, 120, 80, EARTH)
    canvas.box(0, 54.5, 120, 56, SHEET)
    canvas.box(84, 10, 112, 36, BOARD_LIGHT, SHEET)
    canvas.stroke([(98, 10), (98, 36)], SHEET, 0.9)
    canvas.disc(90, 32, 5, JADE_LIGHT)


def training(canvas: Canvas, progress: float) -> None:
    """Draw a class around a workbench."""
    _room(canvas)
    canvas.box(12, 10, 66, 36, JADE)
    for row in range(3):
        canvas.box(16, 15 + row * 6, 56 - row * 9, 16 + row * 6, SHEET)
    canvas.person(72, 54, 20)
    for number in range(3):
        x = 10 + number * 36
        canvas.box(x, 60, x + 26, 63, EARTH_DARK)
        canvas.box(x + 2, 63, x + 3.4, 74, SOFT)
        canvas.box(x + 22, 63, x + 23.4, 74, SOFT)
        canvas.box(x + 8, 56, x + 14, 60, canvas.luck.choice((AMBER, BOARD_MIDDLE, VERMILION)))
    for number in range(3 + round(4 * progress)):
        canvas.person(12 + number * 13.5, 76, 15, helmet=number % 3 == 0)


def counter(canvas: Canvas, progress: float) -> None:
    """Draw a service counter with a queue number."""
    _room(canvas, "#e4ecf6")
    canvas.box(10, 12, 40, 22, BOARD)
    canvas.box(13, 15, 28, 19, SHEET)
    canvas.box(32, 15, 37, 19, AMBER)
    for number in range(3):
        canvas.person(24 + number * 30, 54, 17)
        canvas.box(12 + number * 30, 40, 20 + number * 30, 47, SOFT)
    canvas.box(4, 47, 100, 60, SHEET, LINE)
    canvas.box(4, 47, 100, 49, BOARD)
    for number in range(2 + round(3 * progress)):
        canvas.person(20 + number * 17, 78, 19)


def canteen(canvas: Canvas, progress: float) -> None:
    """Draw a canteen: the bare kitchen first, then tables with people at them."""
    _room(canvas)
    canvas.box(6, 24, 70, 52, CONCRETE)
    for number in range(round(5 * max(0.2, progress))):
        canvas.box(8 + number * 12, 34, 18 + number * 12, 52, SHEET, SOFT)
        canvas.disc(13 + number * 12, 32, 3.4, SOFT)
        canvas.stroke([(12 + number * 12, 27), (14 + number * 12, 23), (12 + number * 12, 19)], SHEET, 0.6)
    if progress <= 0.3:
        canvas.box(76, 46, 92, 56, EARTH_DARK)
        canvas.person(60, 74, 17, helmet=progress > 0)
        return
    for x in (12, 58):
        canvas.box(x, 64, x + 32, 67, EARTH_DARK)
        for number in range(3):
            canvas.disc(x + 5 + number * 11, 62.6, 2.4, SHEET)
            canvas.disc(x + 5 + number * 11, 62, 1.3, canvas.luck.choice((VERMILION, JADE, AMBER)))
        for number in range(round(3 * progress)):
            canvas.person(x + 5 + number * 11, 78, 15)


def visit(canvas: Canvas, progress: float) -> None:
    """Draw a visit to an old person at home, the account book on the table."""
    _room(canvas, AMBER_PALE)
    canvas.box(12, 14, 34, 32, SHEET, VERMILION)
    canvas.stroke([(16, 28), (22, 20), (26, 25), (30, 18)], JADE, 0.7)
    canvas.box(40, 58, 72, 61, EARTH_DARK)
    canvas.box(43, 61, 45, 74, EARTH_DARK)
    canvas.box(67, 61, 69, 74, EARTH_DARK)
    canvas.box(50, 55, 60, 58, BOARD)
    canvas.box(22, 50, 25, 74, SOFT)
    canvas.box(22, 62, 36, 65, SOFT)
    canvas.person(31, 72, 18)
    canvas.person(78, 74, 21)
    if progress > 0.4:
        canvas.person(92, 75, 20)
    if progress > 0.8:
        canvas.disc(64, 54, 2.6, VERMILION)
        canvas.disc(67, 53, 2.6, AMBER)


def clinicroom(canvas: Canvas, progress: float) -> None:
    """Draw a consulting room and the people who wait."""
    _room(canvas, "#eef1ec")
    canvas.box(12, 12, 24, 24, SHEET)
    canvas.box(16.8, 13.5, 19.2, 22.5, VERMILION)
    canvas.box(13.5, 16.8, 22.5, 19.2, VERMILION)
    canvas.box(8, 50, 52, 56, SHEET, BOARD_LIGHT)
    canvas.box(8, 56, 10, 68, SOFT)
    canvas.box(50, 56, 52, 68, SOFT)
    canvas.box(60, 40, 74, 58, BOARD_MIDDLE)
    canvas.box(62, 43, 72, 50, SHEET)
    canvas.person(56, 72, 20)
    for number in range(1 + round(3 * progress)):
        canvas.person(78 + number * 11, 76, 18)


def nursery(canvas: Canvas, progress: float) -> None:
    """Draw a nursery with mats, blocks and small children."""
    _room(canvas, "#fdf0d5")
    for number, colour in enumerate((JADE_LIGHT, BOARD_LIGHT, "#f3c9b8", AMBER_PALE)):
        canvas.box(8 + number * 24, 62, 32 + number * 24, 77, colour)
    canvas.box(10, 30, 60, 54, PAPER, EARTH_DARK)
    for number in range(6):
        canvas.box(
            13 + number * 8,
            46 - number % 3 * 5,
            18 + number * 8,
            51 - number % 3 * 5,
            canvas.luck.choice((VERMILION, BOARD, JADE, AMBER)),
        )
    canvas.person(74, 70, 20)
    for number in range(2 + round(5 * progress)):
        canvas.person(14 + number * 12, 74 + number % 2 * 3, 9)
    canvas.disc(66, 76, 2.2, INK)
    canvas.disc(66, 76, 1.8, VERMILION)
