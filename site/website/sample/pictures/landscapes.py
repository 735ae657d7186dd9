"""Scenes of roads, rivers, fields and squares: each takes the progress from 0 to 1 and shows it."""

from website.sample.pictures.canvas import (
    AMBER,
    BOARD,
    BOARD_LIGHT,
    BOARD_MIDDLE,
    CONCRETE,
    EARTH,
    EARTH_DARK,
    INK,
    JADE,
    JADE_LIGHT,
    SHEET,
    SOFT,
    VERMILION,
    Canvas,
)


def _strip(near: float, far: float, at: float, bend: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return the two edges of a road in perspective at a depth from 0 (near) to 1 (far)."""
    middle = 60 + bend * at * at
    half = near + (far - near) * at
    y = 80 - 34 * at
    return (middle - half, y), (middle + half, y)


def _road(canvas: Canvas, bend: float, near: float, since: float, until: float, colour: str) -> None:
    """Draw the road's surface between two depths."""
    steps = [since + (until - since) * number / 8 for number in range(9)]
    edges = [_strip(near, 2, step, bend) for step in steps]
    canvas.shape([left for left, _ in edges] + [right for _, right in reversed(edges)], colour)


def road(canvas: Canvas, progress: float) -> None:
    """Draw a country road: mud, levelled bed, surface, markings and rail."""
    bend = canvas.luck.choice((-22, 24, 14))
    canvas.sky()
    canvas.ground(46, JADE_LIGHT)
    _road(canvas, bend, 38, 0, 1, EARTH)
    if progress <= 0:
        for number in range(9):
            canvas.disc(40 + number * 5 + canvas.luck.uniform(-4, 4), 58 + number * 2.2, 1.6, EARTH_DARK)
        canvas.person(52, 66, 8)
        canvas.tree(14, 60, 9)
        return
    _road(canvas, bend, 34, 0, 1, "#b9ab97")
    if progress > 0.3:
        _road(canvas, bend, 32, 0, min(1, (progress - 0.2) / 0.75), "#8f9498")
    if progress >= 0.9:
        for number in range(7):
            _road(canvas, bend, 1.0, number / 7, number / 7 + 0.07, SHEET)
        for number in range(9):
            (x, y), _ = _strip(36, 2.4, number / 9, bend)
            canvas.box(x - 1, y - 6 * (1 - number / 10), x - 0.4, y, VERMILION)
        canvas.tree(104, 62, 9)
        canvas.tree(10, 62, 8)
        canvas.person(88, 74, 9)
        canvas.box(50, 60, 62, 66, AMBER)
        canvas.disc(53, 66, 1.5, INK)
        canvas.disc(59, 66, 1.5, INK)
    else:
        canvas.excavator(34 + 30 * progress, 64 - 8 * progress, 1.1 - progress * 0.4)
        canvas.person(82, 74, 9, helmet=True)
        canvas.person(90, 76, 9, helmet=True)
        canvas.board(4, 74, progress)


def crossing(canvas: Canvas, progress: float) -> None:
    """Draw the crossing before a school gate."""
    canvas.sky(40)
    canvas.ground(40, "#e9e6dc")
    canvas.box(34, 18, 86, 46, "#f3e3c8")
    canvas.box(52, 28, 68, 46, BOARD)
    canvas.box(30, 14, 90, 18, VERMILION)
    canvas.box(0, 50, 120, 72, "#8f9498")
    if progress > 0.2:
        for number in range(round(8 * min(1, progress / 0.8))):
            canvas.box(36 + number * 6, 51, 39.5 + number * 6, 71, SHEET)
    if progress >= 0.6:
        canvas.box(20, 58, 33, 63, JADE)
        canvas.box(87, 58, 100, 63, JADE)
        for x in (26, 94):
            canvas.stroke([(x, 58), (x, 40)], SOFT, 0.7)
            canvas.disc(x, 38, 3.6, VERMILION)
            canvas.disc(x, 38, 2.6, SHEET)
    if progress >= 1:
        for number in range(6):
            canvas.person(42 + number * 7, 66 - number % 2 * 3, 8)
    else:
        canvas.person(30, 78, 10, helmet=True)
        canvas.person(84, 78, 10, helmet=True)
        canvas.board(4, 79, progress)


def pipeworks(canvas: Canvas, progress: float) -> None:
    """Draw a trench with its pipe beside village houses."""
    canvas.sky(40)
    canvas.ground(40, JADE_LIGHT)
    for x in (8, 34, 84):
        canvas.box(x, 28, x + 20, 46, SHEET)
        canvas.shape([(x - 2, 28), (x + 10, 20), (x + 22, 28)], SOFT)
        canvas.box(x + 8, 36, x + 13, 46, EARTH_DARK)
    canvas.box(0, 54, 120, 80, EARTH if progress < 1 else "#cfe6d8")
    if 0 < progress < 1:
        canvas.shape([(0, 60), (120, 60), (116, 70), (4, 70)], EARTH_DARK)
        canvas.box(0, 63, 120 * progress, 67, BOARD)
        canvas.excavator(min(96, 20 + 84 * progress), 60, 1)
        canvas.person(16, 78, 9, helmet=True)
        canvas.person(30, 77, 9, helmet=True)
    elif progress >= 1:
        for number in range(5):
            canvas.disc(12 + number * 20, 66, 2.2, SOFT)
            canvas.tree(20 + number * 20, 60, 6)
        canvas.person(52, 76, 9)
        canvas.person(60, 76, 7)
    else:
        canvas.stroke([(0, 64), (40, 62), (80, 66), (120, 63)], BOARD_MIDDLE, 1.2)
        canvas.person(70, 76, 9)
    canvas.board(98, 66, progress)


def river(canvas: Canvas, progress: float) -> None:
    """Draw a river being cleaned: dark and silted, then clear with steps and egrets."""
    canvas.sky(42)
    canvas.ground(42, JADE_LIGHT)
    clear = BOARD_LIGHT if progress >= 0.7 else "#9fb3b0" if progress > 0.3 else "#8d9a83"
    canvas.shape([(30, 42), (66, 42), (120, 68), (120, 80), (0, 80)], clear)
    canvas.stroke([(30, 42), (0, 72)], EARTH if progress < 0.5 else CONCRETE, 2.4)
    if progress > 0.5:
        for number in range(5):
            canvas.box(78 + number * 6, 52 + number * 4, 104 + number * 4, 54.5 + number * 4, CONCRETE)
    for number in range(7):
        x = 6 + number * 4
        canvas.stroke([(x, 66 - number * 3), (x + 1.5, 56 - number * 3)], JADE, 0.6)
    if progress >= 0.9:
        for x, y in ((40, 60), (52, 66)):
            canvas.disc(x, y, 1.5, SHEET)
            canvas.stroke([(x, y), (x + 2, y - 4), (x + 3.5, y - 4)], SHEET, 0.7)
            canvas.stroke([(x, y), (x, y + 4)], INK, 0.3)
        canvas.person(98, 66, 8)
    elif progress > 0:
        canvas.excavator(54, 62, 1)
        canvas.person(92, 62, 8, helmet=True)
    canvas.board(4, 79, progress)


def pond(canvas: Canvas, progress: float) -> None:
    """Draw a hill pond with its dam and the fields below."""
    canvas.sky(38)
    canvas.ground(38, JADE_LIGHT)
    canvas.shape([(10, 44), (104, 42), (112, 58), (4, 60)], EARTH_DARK if progress < 0.5 else EARTH)
    if progress <= 0 or progress > 0.6:
        depth = 1.0 if progress > 0.6 else 0.4
        canvas.shape(
            [(14, 60 - 14 * depth), (104, 59 - 15 * depth), (110, 58), (8, 59)],
            BOARD_LIGHT if depth == 1 else "#8d9a83",
        )
    canvas.shape([(0, 59), (120, 57), (120, 65), (0, 66)], CONCRETE if progress > 0.5 else EARTH)
    for number in range(6):
        canvas.shape(
            [(number * 22 - 6, 70), (number * 22 + 14, 70), (number * 22 + 10, 79), (number * 22 - 12, 79)],
            JADE if number % 2 else "#2f8a6f",
        )
    if 0 < progress < 0.9:
        canvas.excavator(46, 56, 1)
        canvas.person(70, 57, 8, helmet=True)
    else:
        canvas.person(78, 64, 8)
        canvas.tree(12, 46, 6)
    canvas.board(84, 78, progress)


def field(canvas: Canvas, progress: float) -> None:
    """Draw terraced small plots that become wide fields with a canal and a track."""
    canvas.sky(36)
    canvas.ground(36, JADE_LIGHT)
    rows = 4 if progress < 0.5 else 2
    for row in range(rows):
        top = 38 + row * 42 / rows
        for column in range(9 if progress < 0.5 else 3):
            width = 120 / (9 if progress < 0.5 else 3)
            colour = canvas.luck.choice((JADE, "#2f8a6f", "#8ab87a", AMBER))
            canvas.box(column * width + 0.6, top + 0.6, (column + 1) * width - 0.6, top + 42 / rows - 0.6, colour)
    if progress >= 0.5:
        canvas.box(0, 57, 120, 60, CONCRETE)
        canvas.box(0, 60, 120, 62, BOARD_LIGHT)
    canvas.person(30, 74, 9, helmet=0 < progress < 1)
    canvas.board(84, 76, progress)


def park(canvas: Canvas, progress: float) -> None:
    """Draw a park behind a wall, then open, with a running track."""
    canvas.sky()
    canvas.ground(46, JADE_LIGHT)
    for x in (10, 24, 40, 78, 94, 110):
        canvas.tree(x, 52 + canvas.luck.uniform(-1, 2), 10)
    canvas.box(46, 38, 68, 50, "#e6d3c2")
    canvas.shape([(43, 38), (57, 31), (71, 38)], SOFT)
    if progress <= 0:
        canvas.box(0, 56, 120, 68, "#b9ab97")
        canvas.box(52, 50, 66, 68, EARTH_DARK)
        canvas.person(60, 77, 9)
        return
    reach = 120 * min(1, progress / 0.9)
    canvas.shape([(0, 62), (reach, 58), (reach, 68), (0, 74)], VERMILION if progress >= 0.9 else "#c98c7a")
    canvas.stroke([(0, 68), (reach, 63)], SHEET, 0.4)
    if progress < 0.9:
        canvas.box(70, 60, 106, 72, EARTH_DARK)
        for number in range(6):
            canvas.box(72 + number * 5.5, 66, 76.5 + number * 5.5, 68, CONCRETE)
        canvas.stroke([(66, 74), (68, 56), (108, 56), (110, 74)], VERMILION, 0.5)
        canvas.person(40, 77, 9, helmet=True)
    else:
        for x in (20, 48, 84):
            canvas.person(x, 70, 9)
    canvas.board(4, 79, progress)


def square(canvas: Canvas, progress: float) -> None:
    """Draw a village square with a stage, a hoop and people dancing."""
    canvas.sky()
    canvas.ground(46, JADE_LIGHT)
    for x in (6, 30, 96):
        canvas.box(x, 34, x + 18, 48, SHEET)
        canvas.shape([(x - 2, 34), (x + 9, 27), (x + 20, 34)], SOFT)
    canvas.shape([(14, 52), (106, 52), (120, 80), (0, 80)], EARTH if progress < 0.4 else CONCRETE)
    if progress > 0.5:
        canvas.stroke([(100, 66), (100, 46)], SOFT, 0.9)
        canvas.box(94, 42, 106, 49, SHEET, BOARD)
        canvas.disc(100, 49.5, 1.6, VERMILION)
        canvas.stroke([(18, 64), (18, 40)], SOFT, 0.7)
        canvas.disc(18, 39, 2.2, AMBER)
    if progress >= 1:
        for number in range(8):
            canvas.person(32 + number * 7.5, 66 + number % 3 * 4, 9)
    else:
        canvas.person(40, 70, 9, helmet=progress > 0)
        canvas.person(56, 73, 9, helmet=progress > 0)
        if 0 < progress < 0.5:
            canvas.excavator(74, 66, 1)
    canvas.board(4, 79, progress)


def bus(canvas: Canvas, progress: float) -> None:
    """Draw an evening bus at a lit stop; more people get on as the service grows."""
    canvas.box(0, 0, 120, 80, "#2b4463")
    canvas.disc(98, 12, 5, "#fdf0d5")
    for _ in range(14):
        canvas.disc(canvas.luck.uniform(0, 120), canvas.luck.uniform(2, 28), 0.4, SHEET)
    canvas.shape([(0, 44), (30, 32), (60, 42), (92, 30), (120, 42), (120, 60), (0, 60)], "#1d3350")
    canvas.box(0, 58, 120, 80, "#4a5058")
    canvas.box(26, 34, 92, 64, BOARD_MIDDLE)
    canvas.box(26, 52, 92, 55, SHEET)
    for number in range(6):
        canvas.box(29 + number * 9, 38, 36 + number * 9, 48, "#fdf0d5")
    canvas.box(83, 38, 91, 62, "#fdf0d5")
    for x in (38, 78):
        canvas.disc(x, 65, 4.4, INK)
        canvas.disc(x, 65, 2, CONCRETE)
    canvas.stroke([(108, 74), (108, 36)], SOFT, 0.9)
    canvas.box(102, 33, 114, 39, BOARD)
    for number in range(1 + round(4 * progress)):
        canvas.person(98 - number * 7, 76 + number % 2 * 2, 11)


def bookvan(canvas: Canvas, progress: float) -> None:
    """Draw the book van on the village green."""
    canvas.sky()
    canvas.ground(46, JADE_LIGHT)
    canvas.box(34, 30, 92, 62, JADE)
    canvas.shape([(92, 40), (102, 40), (106, 50), (106, 62), (92, 62)], JADE)
    canvas.shape([(93, 42), (101, 42), (104, 50), (93, 50)], BOARD_LIGHT)
    for row in range(2):
        canvas.box(40, 34 + row * 12, 86, 44 + row * 12, SHEET)
        for number in range(14):
            canvas.box(
                41 + number * 3.2,
                35 + row * 12,
                43.4 + number * 3.2,
                43.6 + row * 12,
                canvas.luck.choice((BOARD, VERMILION, AMBER, SOFT)),
            )
    for x in (48, 96):
        canvas.disc(x, 63, 4.4, INK)
    for number in range(2 + round(3 * progress)):
        canvas.person(24 + number * 14, 76, 9)
    canvas.tree(14, 58, 10)
