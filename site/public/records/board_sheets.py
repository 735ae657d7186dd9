"""What a notice board says: the same words for the printed page and the PDF."""

import datetime as dt
from dataclasses import dataclass

from minsheng.progress.standing import Standing, standing
from minsheng.progress.sums import by_source
from minsheng.records.boards import Board
from minsheng.records.funding import FundingKind
from minsheng.records.projects import Project, ResponsibilityRole
from pages import formats
from pages.addresses import absolute
from pages.language import gettext as _
from pages.language import plain_record_text, plain_text_of
from pages.words import word
from public.presenting import place_name

TARGETS_SHOWN = 4
SOURCES_SHOWN = 5


@dataclass(frozen=True)
class Fact:
    """One question a passer-by asks, and its answer in one or more lines."""

    label: str
    lines: tuple[str, ...]
    is_strong: bool = False


@dataclass(frozen=True)
class BoardSheet:
    """Everything on one board, in the reader's language. ``board`` is None for one without a number."""

    project: Project
    standing: Standing
    board: Board | None
    title: str
    kicker: str
    facts: tuple[Fact, ...]
    news_title: str
    news: str
    as_of: str
    address: str
    notes: tuple[str, ...]

    @property
    def code(self) -> str:
        """What is printed below the QR code."""
        return self.board.code if self.board else ""


def sheet_of(project: Project, board: Board | None, today: dt.date, due_day: int) -> BoardSheet:
    """Return the sheet of an own project, as of ``today``; compiled records have none."""
    known = standing(project, today, due_day)
    report = known.report
    kicker = [place_name(project.division), word(project.category)]
    if project.year:
        kicker.append(_("%(year)s年", year=project.year))
    return BoardSheet(
        project=project,
        standing=known,
        board=board,
        title=plain_text_of(project, "title"),
        kicker=" · ".join(plain_record_text(part) for part in kicker if part),
        facts=tuple(_facts(project, known)),
        news_title=_("%(month)s月报", month=formats.month(report.month)) if report else _("最近的情况"),
        news=_news(project, known),
        as_of=formats.date(known.as_of) if known.as_of else "",
        address=absolute("public.boards.scanned", code=board.code)
        if board
        else absolute("public.projects.show", slug=project.slug),
        notes=tuple(_notes(project)),
    )


def _facts(project: Project, known: Standing) -> list[Fact]:
    """Return the facts in the order people ask: what, where, by when, for how much, how well, who."""
    principal = [
        f"{post.post} {post.name}".strip()
        for post in project.responsibilities
        if post.role is ResponsibilityRole.PRINCIPAL
    ]
    where = project.location or place_name(project.division)
    facts = [
        Fact(_("干什么"), tuple(_targets(project, known))),
        Fact(_("在哪里"), (plain_record_text(where),)),
        Fact(_("多长时间"), tuple(_period(project))),
        Fact(_("多少钱"), tuple(_money(project, known))),
        Fact(_("什么标准"), (plain_record_text(project.quality_standard),)),
        Fact(_("第一责任人"), tuple(plain_record_text(one) for one in principal[:2]), is_strong=True),
    ]
    if project.agency:
        facts.append(Fact(_("责任单位"), (plain_text_of(project.agency, "name"),)))
        if project.agency.desk_phone:
            facts.append(Fact(_("窗口电话"), (project.agency.desk_phone,), is_strong=True))
    return [fact for fact in facts if any(fact.lines)]


def _targets(project: Project, known: Standing) -> list[str]:
    lines = []
    for indicator in project.indicators:
        if indicator.whole_id is not None:
            continue
        value = known.report.value_of(indicator) if known.report else None
        unit = plain_text_of(indicator, "unit")
        target = formats.quantity(indicator.target, unit) if indicator.target is not None else _("未下达")
        line = f"{plain_text_of(indicator, 'name')} {plain_record_text(indicator.comparator or '')}{target}"
        if value is not None and value.value is not None:
            line += _("，已完成 %(value)s", value=formats.quantity(value.value, unit))
        lines.append(line)
    return _first(lines, TARGETS_SHOWN) or [plain_text_of(project, "summary")]


def _period(project: Project) -> list[str]:
    """Return the first published period, and the present one where it moved."""
    first = (project.first_planned_start, project.first_planned_finish)
    now = (project.planned_start, project.planned_finish)
    lines = [formats.date_range(*first)] if any(first) else []
    if any(now) and now != first:
        lines.append(_("现调整为 %(period)s", period=formats.date_range(*now)))
    if project.actual_finish:
        lines.append(_("%(date)s 完工", date=formats.date(project.actual_finish)))
    return lines


def _money(project: Project, known: Standing) -> list[str]:
    """Return the planned total and where it comes from; levies and deposits are accounts of their own."""
    lines = [_("计划 %(amount)s", amount=formats.money(known.funds.planned))] if known.funds.planned else []
    sources = [
        f"{word(each.source)} {formats.money(each.planned)}"
        for each in by_source([line for line in project.funding_lines if line.kind is FundingKind.FUNDS])
        if each.planned
    ]
    if sources:
        lines.append(_("、").join(_first(sources, SOURCES_SHOWN)))
    return lines


def _first(lines: list[str], most: int) -> list[str]:
    """Return the first few, and how many more there are."""
    if len(lines) <= most:
        return lines
    return [*lines[: most - 1], _("另有 %(count)s 项，扫码看", count=len(lines) - most + 1)]


def _news(project: Project, known: Standing) -> str:
    """Return where the work stands, in words; silence is said, not hidden."""
    parts = []
    if known.months_silent:
        parts.append(_("连续 %(count)s 个月没有月报。", count=known.months_silent))
    if project.stage_reason and project.stage and project.stage.value in {"suspended", "cancelled"}:
        parts.append(f"{word(project.stage)}{_('：')}{plain_record_text(project.stage_reason)}")
    if known.report is None:
        parts.append(_("还没有公示过月报。"))
    else:
        parts.append(plain_record_text(known.report.done))
        if known.report.difficulties:
            parts.append(f"{_('困难')}{_('：')}{plain_record_text(known.report.difficulties)}")
        if known.report.next_step:
            parts.append(f"{_('下一步')}{_('：')}{plain_record_text(known.report.next_step)}")
    return " ".join(part for part in parts if part)


def _notes(project: Project) -> list[str]:
    if project.is_invented:
        return [_("示例县是虚构的：地点、单位、数字和图片都为演示而编，不是任何真实地方的情况。")]
    return []
