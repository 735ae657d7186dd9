"""Scenes of things that are built: each takes the progress from 0 to 1 and shows it."""

from dataclasses import dataclass

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
    SHEET,
    SOFT,
    VERMILION,
    Canvas,
)

GROUND = 60.0


@dataclass(frozen=True)
class House:
    """How a building looks when done."""

    storeys: int
    width: float
    wall: str
    roof: str = SOFT
    storey: float = 9.0
    sign: str = ""
    pitched: bool = False


def _windows(canvas: Canvas, house: House, left: float, top: float) -> None:
    """Draw the windows of one storey."""
    count = int(house.width // 8)
    for number in range(count):
        x = left + 3 + number * (house.width - 3) / count
        canvas.box(x, top + 2.2, x + 4.4, top + house.storey - 2, BOARD_LIGHT, SHEET)


def _shell(canvas: Canvas, left: float, top: float, width: float, storey: float) -> None:
    """Draw one storey as bare frame: columns and slabs."""
    canvas.box(left, top, left + width, top + 1.2, SOFT)
    for number in range(6):
        x = left + number * (width - 1.4) / 5
        canvas.box(x, top, x + 1.4, top + storey, CONCRETE)


def building(canvas: Canvas, progress: float, house: House) -> None:
    """Draw a building from the empty plot through frame and walls to the finished house."""
    canvas.sky()
    canvas.ground(46, "#e9e6dc" if progress < 1 else "#dff0e8")
    canvas.box(0, GROUND, 120, 80, EARTH if progress < 0.9 else CONCRETE)
    left = 60 - house.width / 2
    if progress <= 0:
        canvas.box(left, GROUND - 6, left + house.width * 0.5, GROUND, EARTH_DARK)
        canvas.shape(
            [
                (left - 2, GROUND - 6),
                (left + house.width * 0.25, GROUND - 12),
                (left + house.width * 0.5 + 2, GROUND - 6),
            ],
            SOFT,
        )
        canvas.board(88, GROUND + 4)
        canvas.person(84, GROUND + 6)
        return
    built = min(house.storeys, max(0, round(house.storeys * progress / 0.6)))
    canvas.box(left - 1, GROUND - 1.5, left + house.width + 1, GROUND, CONCRETE)
    walled = 0 if progress < 0.5 else min(built, round(house.storeys * (progress - 0.4) / 0.5))
    for storey in range(built):
        top = GROUND - 1.5 - (storey + 1) * house.storey
        if storey < walled or progress >= 1:
            canvas.box(left, top, left + house.width, top + house.storey, house.wall)
            _windows(canvas, house, left, top)
        else:
            _shell(canvas, left, top, house.width, house.storey)
    top = GROUND - 1.5 - built * house.storey
    if progress >= 1:
        _finished(canvas, house, left, top)
    else:
        _site(canvas, house, left, top, progress)


def _finished(canvas: Canvas, house: House, left: float, top: float) -> None:
    """Add roof, door, sign, trees and people."""
    if house.pitched:
        canvas.shape([(left - 3, top), (left + house.width / 2, top - 9), (left + house.width + 3, top)], house.roof)
    else:
        canvas.box(left - 1, top - 2, left + house.width + 1, top, house.roof)
    canvas.box(56, GROUND - 8, 64, GROUND - 1.5, BOARD)
    if house.sign:
        canvas.box(54, GROUND - 13, 66, GROUND - 8.6, SHEET)
        if house.sign == "cross":
            canvas.box(59.3, GROUND - 12.6, 60.7, GROUND - 9, VERMILION)
            canvas.box(58.1, GROUND - 11.5, 61.9, GROUND - 10.1, VERMILION)
        else:
            canvas.box(55.5, GROUND - 11.4, 64.5, GROUND - 10.2, VERMILION)
    for x in (left - 8, left + house.width + 8):
        canvas.tree(x, GROUND + 1, 8)
    for number in range(4):
        canvas.person(36 + number * 13 + canvas.luck.uniform(-3, 3), GROUND + 9 + canvas.luck.uniform(0, 5), 9)


def _site(canvas: Canvas, house: House, left: float, top: float, progress: float) -> None:
    """Add scaffolding, crane, workers and the notice board."""
    for number in range(9):
        x = left - 3 + number * (house.width + 6) / 8
        canvas.stroke([(x, GROUND), (x, top - 3)], JADE, 0.3)
    for number in range(int((GROUND - top) // 5) + 1):
        canvas.stroke([(left - 3, GROUND - number * 5), (left + house.width + 3, GROUND - number * 5)], JADE, 0.3)
    if house.storeys >= 3:
        canvas.crane(left - 10 if left > 16 else 10, GROUND)
    canvas.box(0, GROUND + 4, 34, GROUND + 10, BOARD_MIDDLE)
    for number in range(3):
        canvas.person(44 + number * 12 + canvas.luck.uniform(-3, 3), GROUND + 12, 9, helmet=True)
    canvas.board(100, GROUND + 3, progress)


def school(canvas: Canvas, progress: float) -> None:
    """Draw a four-storey school."""
    building(canvas, progress, House(4, 66, "#f3e3c8", VERMILION, 8.6, "bar"))
    if progress >= 1:
        canvas.stroke([(22, GROUND + 4), (22, 26)], SOFT, 0.6)
        canvas.shape([(22.3, 26), (32, 28.5), (22.3, 31)], VERMILION)


def kindergarten(canvas: Canvas, progress: float) -> None:
    """Draw a kindergarten of two storeys around a tree."""
    building(canvas, progress, House(2, 70, "#f5dfae", JADE, 10, "bar"))
    canvas.tree(22, GROUND + 2, 13)


def clinic(canvas: Canvas, progress: float) -> None:
    """Draw a clinic of three storeys."""
    building(canvas, progress, House(3, 60, SHEET, BOARD_MIDDLE, 9, "cross"))


def housing(canvas: Canvas, progress: float) -> None:
    """Draw a house of flats with its lift shaft."""
    building(canvas, progress, House(6, 52, "#e6d3c2", SOFT, 7, ""))
    if progress >= 0.6:
        height = 42 * min(1, (progress - 0.3) / 0.6)
        canvas.box(87, GROUND - height, 95, GROUND, BOARD_LIGHT, BOARD)
        canvas.stroke([(91, GROUND - height), (91, GROUND)], BOARD, 0.3)


def carehome(canvas: Canvas, progress: float) -> None:
    """Draw a home for the old with a ramp."""
    building(canvas, progress, House(3, 74, "#efe0d0", JADE, 8.6, "bar"))
    if progress >= 0.6:
        canvas.shape([(64, GROUND - 1.5), (90, GROUND + 3), (64, GROUND + 3)], CONCRETE)
        canvas.stroke([(64, GROUND - 6), (90, GROUND - 1.5)], BOARD, 0.5)


def small_building(canvas: Canvas, progress: float) -> None:
    """Draw a building of one storey."""
    building(canvas, progress, House(1, 46, SHEET, JADE, 15, "bar"))


def farmhouse(canvas: Canvas, progress: float) -> None:
    """Draw a farmhouse with a pitched roof."""
    building(canvas, progress, House(1, 44, SHEET, "#8c4a3a", 16, "", pitched=True))
    canvas.tree(14, GROUND + 3, 11)


def waterworks(canvas: Canvas, progress: float) -> None:
    """Draw clear-water tanks above a village, with the main running down."""
    canvas.sky(44)
    canvas.ground(44, JADE_LIGHT)
    canvas.shape([(0, 62), (60, 50), (120, 58), (120, 80), (0, 80)], EARTH if progress < 1 else "#cfe6d8")
    height = 22 * min(1, progress / 0.7)
    for x in (30, 58):
        canvas.box(x, 60 - height, x + 22, 60, SHEET if progress >= 0.9 else CONCRETE, LINE)
        if progress >= 0.9:
            canvas.box(x - 1, 60 - height - 2, x + 23, 60 - height, BOARD)
            canvas.box(x + 2, 60 - height * 0.6, x + 20, 60 - 2, BOARD_LIGHT)
    reach = 78 + 42 * max(0.0, min(1.0, (progress - 0.2) / 0.7))
    if progress > 0.2:
        canvas.stroke([(78, 62), (90, 66), (reach, 66 + (reach - 90) * 0.1)], BOARD, 2)
    if progress < 0.9:
        canvas.excavator(96, 62, 1)
        canvas.person(88, 74, 9, helmet=True)
        canvas.person(24, 74, 9, helmet=True)
    else:
        for x in (12, 20, 92):
            canvas.tree(x, 66, 7)
    canvas.board(4, 78, progress)


def shed(canvas: Canvas, progress: float) -> None:
    """Draw a roof over electric bicycles, with its sockets."""
    canvas.sky()
    canvas.ground(46, "#e9e6dc")
    canvas.box(0, 62, 120, 80, CONCRETE)
    canvas.box(4, 22, 30, 60, "#e6d3c2")
    for row in range(4):
        for column in range(3):
            canvas.box(7 + column * 8, 25 + row * 9, 11 + column * 8, 30 + row * 9, BOARD_LIGHT)
    posts = max(0, round(5 * min(1, progress / 0.5)))
    for number in range(posts):
        canvas.box(38 + number * 17, 42, 39.4 + number * 17, 66, SOFT)
    if progress >= 0.5:
        canvas.shape([(34, 44), (110, 38), (114, 41), (34, 47)], BOARD)
    for number in range(round(6 * max(0, progress - 0.3) / 0.7)):
        x = 42 + number * 11
        canvas.box(x, 50, x + 3, 55, JADE)
        canvas.disc(x - 1, 66, 2.4, INK)
        canvas.disc(x + 6, 66, 2.4, INK)
        canvas.stroke(
            [(x - 1, 66), (x + 1.5, 61), (x + 5, 61), (x + 6, 66)], canvas.luck.choice((VERMILION, BOARD, AMBER)), 1
        )
    canvas.person(100, 76, 10, helmet=progress < 1)
    if progress < 0.6:
        canvas.person(60, 77, 10, helmet=True)
    canvas.board(4, 79, progress)
    canvas.box(104, 52, 108, 60, AMBER_PALE)
