"""Questionnaires as PDF to be filled in with a pen: every page of every sheet carries its serial, and a QR code of it.

The number of each option stands pale in its box: people tick it, and whoever enters the sheet types what it says.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from minsheng.surveying import serials
from minsheng.surveying.questionnaires import Question, QuestionnaireVersion, QuestionType
from pages import questions
from pages.language import gettext as _
from pages.pen import Colour, Pen
from pages.questions import THE_END, Asked
from pages.typesetting import wrap

MARGIN, WIDTH, HEIGHT = 15.0, 210.0, 297.0
"""The A4 sheet in millimetres."""
INNER = WIDTH - 2 * MARGIN
HEAD, FOOT = 34.0, 14.0
"""What the serial takes at the top of each page, and the page's number at its foot."""
QR_SIDE = 17.0
TITLE, ASKED, OPTION, SMALL = 6.4, 4.6, 4.4, 3.6
"""Type sizes in millimetres: title, questions, options, notes. 4.4 mm is 12.5 points."""
LEAD = 1.35
BOX, BOX_GAP, ROW = 5.4, 2.0, 8.0
"""Side of a box to tick, what follows it, and the height of a line of boxes."""
BETWEEN = 4.2
"""Between two questions."""
LINE_HEIGHT, LONG_LINES = 9.5, 4
NAME_SHARE = 0.3
"""What the names of a matrix's rows take of the width."""
INK: Colour = (0, 0, 0)
SOFT: Colour = (70, 70, 70)
PALE: Colour = (165, 165, 165)

Drawing = Callable[[Pen, float], None]
"""Draws itself with its top at a height of the page."""


@dataclass
class Part:
    """What is not broken across pages: how high it is, and how it is drawn; a head stands again on the next page."""

    height: float
    draw: Drawing
    is_head: bool = False


@dataclass
class Layout:
    """The pages of one sheet, each with the heights at which its parts stand."""

    pages: list[list[tuple[float, Part]]] = field(default_factory=lambda: [[]])
    bottom: float = HEAD

    def add(self, parts: Sequence[Part]) -> None:
        """Put parts under what is there, all of them on one page where they fit on one."""
        whole = sum(part.height for part in parts)
        if self.bottom + whole > HEIGHT - FOOT and whole <= HEIGHT - FOOT - HEAD:
            self._turn()
        head = None
        for part in parts:
            if self.bottom + part.height > HEIGHT - FOOT:
                self._turn()
                if head is not None:
                    self._put(head)
            self._put(part)
            head = part if part.is_head else head
        self.bottom += BETWEEN

    def _put(self, part: Part) -> None:
        self.pages[-1].append((self.bottom, part))
        self.bottom += part.height

    def _turn(self) -> None:
        if self.pages[-1]:
            self.pages.append([])
        self.bottom = HEAD


@dataclass(frozen=True)
class Sheets:
    """What is printed: the questions, and the name of the batch that the numbers belong to."""

    version: QuestionnaireVersion
    title: str
    batch: str
    place: str


def sheets_pdf(sheets: Sheets, numbers: Iterable[int]) -> bytes:
    """Return a PDF with a sheet for each number, in the language in force."""
    pen = Pen("A4", 1.0, f"{sheets.title} {sheets.batch}")
    layout = _layout(pen, sheets)
    for number in numbers:
        serial = serials.serial_of(number)
        for page, parts in enumerate(layout.pages, start=1):
            pen.page()
            _frame(pen, sheets, serial, page, len(layout.pages))
            for top, part in parts:
                part.draw(pen, top)
    return bytes(pen.pdf.output())


def _frame(pen: Pen, sheets: Sheets, serial: str, page: int, pages: int) -> None:
    """Draw what makes a page of this sheet: its serial in digits and as a code, and which page of how many it is."""
    left = WIDTH - MARGIN - QR_SIDE
    pen.qr(serial, left, 9, QR_SIDE, INK)
    pen.text(left - 4, 17, serials.shown(serial), 6.2, colour=INK, bold=True, anchor="end")
    pen.text(
        left - 4, 23.5, _("第 %(page)s 页，共 %(pages)s 页", page=page, pages=pages), SMALL, colour=SOFT, anchor="end"
    )
    for line, words in enumerate(wrap(sheets.title, INNER - QR_SIDE - 58, pen.measure(OPTION, bold=True))[:2]):
        pen.text(MARGIN, 15 + line * OPTION * LEAD, words, OPTION, colour=INK, bold=True)
    note = _("编号只说明这份卷子属于哪一批，不对应哪个人。")
    pen.stroke((MARGIN, 29), (WIDTH - MARGIN, 29), INK, 0.3)
    pen.text(MARGIN, HEIGHT - 7, note, 3.2, colour=SOFT)
    pen.text(WIDTH - MARGIN, HEIGHT - 7, f"{sheets.batch} · {sheets.place}", 3.2, colour=SOFT, anchor="end")


def _layout(pen: Pen, sheets: Sheets) -> Layout:
    layout = Layout()
    introduction = questions.in_language(sheets.version) if sheets.version.introduction else ""
    how = _("请在方框里打勾（√）；没有说明的，一题只选一项。不想答的可以空着。")
    layout.add([_words(pen, introduction, OPTION), _words(pen, how, OPTION, bold=True)])
    blocks = questions.asked(sheets.version)
    jumps = questions.jumps(blocks)
    for block in blocks:
        layout.add(_block(pen, block, jumps))
    layout.add([_words(pen, _("问完了，谢谢您。"), OPTION)])
    return layout


def _words(pen: Pen, text: str, size: float, *, bold: bool = False, colour: Colour = INK, left: float = 0) -> Part:
    lines = wrap(text, INNER - left, pen.measure(size, bold=bold))

    def draw(pen: Pen, top: float) -> None:
        pen.lines(MARGIN + left, top, lines, size, colour=colour, bold=bold, lead=LEAD)

    return Part(len(lines) * size * LEAD + (1.2 if lines else 0), draw)


def _block(pen: Pen, block: Asked, jumps: dict[tuple[str, str], int]) -> list[Part]:
    """Return the parts of one question: what is asked, who answers it, and what is ticked or written."""
    first = block.first
    asked = f"{block.number}. {questions.asks(block)}"
    if first.type is QuestionType.MULTIPLE and not asked.endswith(("）", ")")):
        # Many questions say so themselves.
        asked += _("（可以多选）")
    if not block.is_required:
        asked += _("（选填）")
    parts = [_words(pen, asked, ASKED, bold=True)]
    if block.condition:
        parts.append(_words(pen, block.condition, SMALL, colour=SOFT))
    if first.hint:
        parts.append(_words(pen, questions.translated(first.hint, first.hint_translations), SMALL, colour=SOFT))
    if first.matrix:
        return [*parts, *_matrix(pen, block)]
    if first.options:
        return [*parts, *_options(pen, first, jumps)]
    return [*parts, _lines(LONG_LINES if first.type is QuestionType.LONG_TEXT else 1)]


def _options(pen: Pen, question: Question, jumps: dict[tuple[str, str], int]) -> list[Part]:
    """Return lines of boxes, in as many columns as the longest option leaves room for."""
    labels = []
    for option in question.options:
        label, jump = questions.in_language(option), jumps.get((question.key, option.key))
        if jump is not None:
            label += "  → " + (_("转第 %(number)s 题", number=jump) if jump != THE_END else _("到此结束"))
        labels.append(label)
    widest = max(pen.measure(OPTION)(label) for label in labels) + BOX + BOX_GAP + 3
    columns = max(1, min(int(INNER / widest), 4, len(labels)))
    width = INNER / columns
    lines = [list(range(start, min(start + columns, len(labels)))) for start in range(0, len(labels), columns)]
    return [_option_line(pen, [(place, labels[place]) for place in line], width) for line in lines]


def _option_line(pen: Pen, line: Sequence[tuple[int, str]], width: float) -> Part:
    broken = [(place, wrap(label, width - BOX - BOX_GAP, pen.measure(OPTION))) for place, label in line]
    most = max(len(lines) for _place, lines in broken)

    def draw(pen: Pen, top: float) -> None:
        for column, (place, lines) in enumerate(broken):
            left = MARGIN + column * width
            _box(pen, left, top + (ROW - BOX) / 2, place + 1)
            pen.lines(left + BOX + BOX_GAP, top + (ROW - OPTION * LEAD) / 2, lines, OPTION, colour=INK, lead=LEAD)

    return Part(max(ROW, most * OPTION * LEAD + 2), draw)


def _box(pen: Pen, left: float, top: float, number: int) -> None:
    """Draw a box to tick with the number that stands for it."""
    pen.box(left, top, BOX, BOX, line=INK, thickness=0.35)
    pen.text(left + BOX / 2, top + BOX * 0.7, str(number), 3.0, colour=PALE, anchor="middle")


def _matrix(pen: Pen, block: Asked) -> list[Part]:
    """Return the head and the rows of a matrix."""
    options = [questions.in_language(option) for option in block.first.options]
    column = INNER * (1 - NAME_SHARE) / len(options)
    heads = [wrap(one, column - 1, pen.measure(SMALL)) for one in options]
    height = max(len(lines) for lines in heads) * SMALL * LEAD + 1.5

    def draw_head(pen: Pen, top: float) -> None:
        for place, lines in enumerate(heads):
            middle = MARGIN + INNER * NAME_SHARE + (place + 0.5) * column
            for line, words in enumerate(lines):
                pen.text(middle, top + SMALL + line * SMALL * LEAD, words, SMALL, colour=INK, anchor="middle")

    return [
        Part(height, draw_head, is_head=True),
        *(_matrix_row(pen, question, column) for question in block.questions),
    ]


def _matrix_row(pen: Pen, question: Question, column: float) -> Part:
    name = wrap(questions.in_language(question), INNER * NAME_SHARE - 2, pen.measure(OPTION))
    height = max(ROW, len(name) * OPTION * LEAD + 2)

    def draw(pen: Pen, top: float) -> None:
        pen.stroke((MARGIN, top), (WIDTH - MARGIN, top), PALE, 0.2)
        pen.lines(MARGIN, top + (height - len(name) * OPTION * LEAD) / 2, name, OPTION, colour=INK, lead=LEAD)
        for place in range(len(question.options)):
            middle = MARGIN + INNER * NAME_SHARE + (place + 0.5) * column
            _box(pen, middle - BOX / 2, top + (height - BOX) / 2, place + 1)

    return Part(height, draw)


def _lines(count: int) -> Part:
    def draw(pen: Pen, top: float) -> None:
        for line in range(1, count + 1):
            pen.stroke((MARGIN, top + line * LINE_HEIGHT), (WIDTH - MARGIN, top + line * LINE_HEIGHT), SOFT, 0.25)

    return Part(count * LINE_HEIGHT + 1, draw)
