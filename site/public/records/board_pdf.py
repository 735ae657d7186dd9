"""Notice boards as PDF, A4 or A3, with the typeface inside, so that every printer prints the same."""

from collections.abc import Iterable, Sequence
from typing import Literal

from pages import drawing, formats, typeface
from pages.installation import site_settings
from pages.language import gettext as _
from pages.language import site_title
from pages.pen import Colour, Pen
from pages.typesetting import fit, wrap
from pages.words import tone, word
from public.presenting import tenth
from public.records.board_sheets import BoardSheet, Fact

PaperSize = Literal["A4", "A3"]

SCALES: dict[str, float] = {"A4": 1.0, "A3": 2**0.5}
MARGIN, WIDTH, HEIGHT = 14.0, 210.0, 297.0
"""The A4 sheet in millimetres; A3 is the same drawing √2 times as large."""
INNER = WIDTH - 2 * MARGIN
FOOT = 62.0
"""Height of the part at the foot that holds the QR code."""
QR_SIDE = 38.0
SIZES = (6.4, 6.0, 5.6, 5.2, 4.8, 4.4, 4.0, 3.7, 3.4)
"""Type sizes of the facts in millimetres, the largest that fits is taken; 3.4 mm is read from an arm's length."""
LEAD, SMALL = 1.4, 0.86
"""Line height as a share of the type size; size of labels as a share of that of the facts."""
COLUMN, LABEL = 5.6, 5.2
"""Where answers begin and how wide labels may be, in type sizes."""
NEWS_LINES = 9
INK: Colour = (27, 35, 40)
SOFT: Colour = (75, 86, 93)
LINE: Colour = (213, 208, 195)
TRACK: Colour = (226, 222, 210)
BOARD: Colour = (13, 71, 140)
TINT: Colour = (228, 236, 246)
WHITE: Colour = (255, 255, 255)
MONEY: dict[str, Colour] = {"arrived": (169, 196, 228), "disbursed": (79, 134, 196), "spent": (8, 49, 95)}
FILLS: dict[str, Colour] = {
    "ahead": (23, 115, 90),
    "good": (23, 115, 90),
    "done": (23, 115, 90),
    "behind": (217, 138, 0),
    "late": (201, 67, 43),
    "quiet": (122, 131, 136),
    "plain": (13, 71, 140),
}
"""Fills of the progress bar, as on the screen."""
INKS: dict[str, Colour] = {**FILLS, "behind": (138, 83, 0), "late": (179, 48, 26), "quiet": (75, 86, 93)}


def boards_pdf(sheets: Iterable[BoardSheet], size: PaperSize, title: str) -> bytes:
    """Return a PDF with one board on each sheet."""
    pen = Pen(size, SCALES[size], title)
    for sheet in sheets:
        pen.page()
        _draw(pen, sheet)
    return bytes(pen.pdf.output())


def _draw(pen: Pen, sheet: BoardSheet) -> None:
    y = _head(pen, sheet)
    y = _title(pen, sheet, y)
    y = _signature(pen, sheet, y)
    _facts(pen, sheet, y, HEIGHT - FOOT)
    _foot(pen, sheet)


def _head(pen: Pen, sheet: BoardSheet) -> float:
    """Draw the blue rail across the top; return where it ends."""
    pen.box(0, 0, WIDTH, 23, fill=BOARD)
    pen.box(0, 24, WIDTH, 0.8, fill=BOARD)
    pen.text(MARGIN, 15.4, _("民生项目公示牌"), 9.2, colour=WHITE, bold=True)
    if sheet.board:
        pen.text(
            WIDTH - MARGIN,
            11.2,
            _("编号 %(number)s", number=sheet.board.number),
            5.2,
            colour=WHITE,
            bold=True,
            anchor="end",
        )
        pen.text(WIDTH - MARGIN, 17.6, _cut(pen, sheet.board.place, 3.6, 80), 3.6, colour=WHITE, anchor="end")
    else:
        pen.text(WIDTH - MARGIN, 15, site_title(), 5.2, colour=WHITE, bold=True, anchor="end")
    return 31.0


def _cut(pen: Pen, text: str, size: float, width: float) -> str:
    return next(iter(fit(text, width, 1, pen.measure(size))), "")


def _title(pen: Pen, sheet: BoardSheet, y: float) -> float:
    """Set the title as large as two lines allow, smaller where it is long; return where it ends."""
    pen.text(MARGIN, y + 3.6, _cut(pen, sheet.kicker, 4.4, INNER), 4.4, colour=SOFT)
    for size, most in ((12.0, 2), (10.0, 2), (8.4, 3), (7.0, 4)):
        lines = wrap(sheet.title, INNER, pen.measure(size, bold=True))
        if len(lines) <= most:
            break
    else:
        lines = fit(sheet.title, INNER, most, pen.measure(size, bold=True))
    return pen.lines(MARGIN, y + 5.6, lines, size, colour=INK, bold=True, lead=1.25) + 3


def _signature(pen: Pen, sheet: BoardSheet, y: float) -> float:
    """Draw time against task with the money below; return where it ends."""
    known = sheet.standing
    assessed = known.schedule
    status = assessed.status.value if assessed else None
    shows_tick = assessed is not None and status != "cancelled"
    bar = drawing.task_bar(
        tenth(known.progress), tenth(assessed.expected) if assessed and shows_tick else None, known.funds
    )
    shade = tone(status) if status else "plain"
    pen.stroke((MARGIN, y), (WIDTH - MARGIN, y), BOARD, 0.5)
    if bar.progress is None:
        pen.text(MARGIN, y + 12, _("未公布进度"), 7.5, colour=INK, bold=True)
    else:
        width = pen.text(MARGIN, y + 15.5, formats.percent(bar.progress), 17, colour=INK, bold=True)
        pen.text(MARGIN + width + 2.5, y + 15.5, _("进度"), 4.6, colour=SOFT)
    if status:
        _badge(pen, status, shade, y + 4)
    pen.text(WIDTH - MARGIN, y + 18.2, _gap_words(bar.gap), 4.2, colour=SOFT, anchor="end")
    y += 22
    if bar.tick is not None:
        at = MARGIN + bar.tick * INNER / 100
        anchor = drawing.anchor(bar.tick)
        pen.text(
            at,
            y + 2.6,
            _("按时间应达 %(value)s", value=formats.percent(bar.expected)),
            4,
            colour=INK,
            bold=True,
            anchor=anchor,
        )
        y += 5
    if bar.has_task:
        _task_bar(pen, bar, shade, y)
        y += 14
    if bar.has_money:
        y = _money_bar(pen, bar, y)
    return _money_key(pen, bar, y, sheet.as_of)


def _badge(pen: Pen, status: str, shade: str, y: float) -> None:
    """Draw the word of the status beside its shape, at the right edge."""
    label = word(status, "schedule_status")
    width = pen.measure(7, bold=True)(label)
    left = WIDTH - MARGIN - width - 12
    pen.status(status, left, y + 0.6, 8, INKS[shade], WHITE)
    pen.text(WIDTH - MARGIN, y + 7.2, label, 7, colour=INKS[shade], bold=True, anchor="end")


def _gap_words(gap: float | None) -> str:
    if gap is None:
        return ""
    if gap > 0.05:
        return _("比时间进度快 %(points)s 个百分点", points=formats.number(gap, 1).removesuffix(".0"))
    if gap < -0.05:
        return _("比时间进度慢 %(points)s 个百分点", points=formats.number(-gap, 1).removesuffix(".0"))
    return _("与时间进度持平")


def _task_bar(pen: Pen, bar: drawing.TaskBar, shade: str, y: float) -> None:
    pen.box(MARGIN, y, bar.hundred * INNER / 100, 10, fill=TRACK)
    if bar.progress_width:
        width = bar.progress_width * INNER / 100
        pen.box(MARGIN, y, width, 10, fill=FILLS[shade])
        if shade in {"behind", "late"}:
            pen.hatch(MARGIN, y, width, 10, crossed=shade == "late", colour=WHITE)
    if bar.exceeds:
        at = MARGIN + bar.hundred * INNER / 100
        pen.stroke((at, y - 1), (at, y + 11), INK, 0.4)
    if bar.tick is not None:
        at = MARGIN + bar.tick * INNER / 100
        pen.polygon([(at - 2.4, y - 1), (at + 2.4, y - 1), (at + 0.5, y + 1.6), (at - 0.5, y + 1.6)], INK)
        pen.box(at - 0.5, y, 1.0, 11.5, fill=INK)


def _money_bar(pen: Pen, bar: drawing.TaskBar, y: float) -> float:
    """Draw what was planned as an outline and what moved as fills in each other; return where it ends."""
    if bar.planned is not None:
        pen.box(MARGIN, y, bar.hundred * INNER / 100, 7, line=SOFT, thickness=0.35)
    for fill, thickness in zip(bar.money, (5.6, 3.8, 2.0), strict=False):
        pen.box(MARGIN, y + (7 - thickness) / 2, fill.width * INNER / 100, thickness, fill=MONEY[fill.name])
    return y + 9


def _money_key(pen: Pen, bar: drawing.TaskBar, y: float, as_of: str) -> float:
    """Set the amounts under the bar, each with its colour and name, then the day they are of."""
    entries: list[tuple[str, str, Colour | None]] = []
    if bar.planned is not None:
        entries.append((word("planned", "movement_kind"), _amount(bar.planned), None))
    entries += [(word(fill.name, "movement_kind"), _amount(fill.value), MONEY[fill.name]) for fill in bar.money]
    column = INNER / max(len(entries), 4)
    widest = max((pen.measure(1, bold=True)(amount) for _label, amount, _colour in entries), default=1)
    size = min(5.4, (column - 2) / widest)
    for index, (label, amount, colour) in enumerate(entries):
        left = MARGIN + index * column
        pen.box(left, y + 1.2, 3, 3, fill=colour, line=SOFT if colour is None else None, thickness=0.3)
        pen.text(left + 4.4, y + 4, label, 3.8, colour=SOFT)
        pen.text(left, y + 10.3, amount, size, colour=INK, bold=True)
    y += 13.5 if entries else 1
    if as_of:
        pen.text(WIDTH - MARGIN, y + 1.6, _("数字截至 %(date)s", date=as_of), 3.8, colour=SOFT, anchor="end")
    return y + 4


def _amount(fen: drawing.Figure | None) -> str:
    """Return an amount of the money bar, whose figures are whole fen."""
    return formats.money(None if fen is None else int(fen))


def _facts(pen: Pen, sheet: BoardSheet, y: float, bottom: float) -> None:
    """Set the facts in the largest type that fits, and below them the news of the month in what is left."""
    for size in SIZES:
        rows = [_row(pen, fact, size, 3 if size > SIZES[-1] else 2) for fact in sheet.facts]
        height = sum(max(len(labels), len(lines)) for _fact, labels, lines in rows) * size * LEAD
        if y + height + len(rows) * size * 0.6 + size * 5.4 <= bottom:
            break
    for fact, labels, lines in rows:
        if y + size * 2 > bottom:
            break
        y = _set_row(pen, labels, lines, size, y, is_strong=fact.is_strong)
    pen.stroke((MARGIN, y), (WIDTH - MARGIN, y), LINE, 0.25)
    room = min(int((bottom - y - size * 0.6) / (size * LEAD)), NEWS_LINES)
    if room >= 1 and sheet.news:
        labels = fit(sheet.news_title, size * LABEL, min(room, 3), pen.measure(size * SMALL))
        lines = fit(sheet.news, INNER - size * COLUMN, room, pen.measure(size))
        _set_row(pen, labels, lines, size, y, is_strong=False)


def _row(pen: Pen, fact: Fact, size: float, most: int) -> tuple[Fact, list[str], list[str]]:
    """Return a fact with its label and its answer broken into lines."""
    labels = fit(fact.label, size * LABEL, 2, pen.measure(size * SMALL))
    measure = pen.measure(size, bold=fact.is_strong)
    width = INNER - size * COLUMN
    return fact, labels, [line for text in fact.lines if text for line in fit(text, width, most, measure)]


def _set_row(pen: Pen, labels: Sequence[str], lines: Sequence[str], size: float, y: float, *, is_strong: bool) -> float:
    """Set a label and the lines beside it below a rule; return where they end."""
    pen.stroke((MARGIN, y), (WIDTH - MARGIN, y), LINE, 0.25)
    top = y + size * 0.3
    left = pen.lines(MARGIN, top, labels, size * SMALL, colour=SOFT, lead=LEAD / SMALL)
    right = pen.lines(MARGIN + size * COLUMN, top, lines, size, colour=INK, bold=is_strong, lead=LEAD)
    return max(left, right) + size * 0.3


def _foot(pen: Pen, sheet: BoardSheet) -> None:
    """Draw the QR code with what it is for, the address to type, and the notes."""
    top = HEIGHT - FOOT + 4
    pen.box(0, top, WIDTH, HEIGHT - top, fill=TINT)
    pen.box(MARGIN, top + 5, QR_SIDE + 6, QR_SIDE + 6, fill=WHITE)
    pen.qr(sheet.address, MARGIN + 3, top + 8, QR_SIDE, INK)
    left = MARGIN + QR_SIDE + 13
    width = WIDTH - MARGIN - left
    y = pen.lines(
        left, top + 5, fit(_("扫一扫，看这个项目"), width, 1, pen.measure(7.4, bold=True)), 7.4, colour=BOARD, bold=True
    )
    invitation = _(
        "钱从哪来、花到哪去、干到哪步、谁来负责。有话要说，也在那里提，不用注册，%(days)s 个工作日内答复。",
        days=site_settings().reply_days,
    )
    y = pen.lines(left, y + 1, fit(invitation, width, 3, pen.measure(4.6)), 4.6, colour=INK) + 2
    y = pen.lines(left, y, fit(sheet.address.split("://")[-1], width, 2, pen.measure(3.8)), 3.8, colour=SOFT)
    notes = list(sheet.notes)
    missing = typeface.lacking(
        "".join([sheet.title, sheet.kicker, sheet.news, *(line for fact in sheet.facts for line in fact.lines)])
    )
    if missing:
        codes = " ".join(f"U+{ord(letter):04X}" for letter in missing[:6])
        notes.append(_("〓 处的字，印刷字库里没有（%(codes)s），请扫码看原文。", codes=codes))
    for note in notes:
        y = pen.lines(left, y, fit(note, width, 2, pen.measure(3.2)), 3.2, colour=SOFT, lead=1.35)
