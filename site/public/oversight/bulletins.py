"""Bulletins: the month (月通报) or quarter (季点评) of an own programme as a page to read and to print."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial

from flask import Blueprint, abort, render_template

from minsheng.database import db
from minsheng.oversight import bulletin_acts, bulletins
from minsheng.oversight.bulletin_issues import BlockName
from minsheng.oversight.bulletins import Bulletin, Change, Period
from minsheng.oversight.summonses import SummonsList
from minsheng.progress import directory
from minsheng.progress.comparison import projects_of
from minsheng.progress.standing import progress_of
from minsheng.progress.sums import ProgrammeSums
from minsheng.records.programmes import Programme
from minsheng.records.rates import RateKind
from minsheng.records.reports import ProgressReport
from minsheng.records.scope import Scope
from pages import formats
from pages.language import gettext as _
from pages.language import ngettext, plain_text_of
from public import presenting

blueprint = Blueprint("bulletins", __name__, url_prefix="/programmes")


@blueprint.get("/<slug>/bulletins/")
def index(slug: str) -> str:
    """List the bulletins of a programme, newest first."""
    programme = own_programme(slug)
    projects = projects_of(db.session(), Scope(programme=programme))
    found = bulletins.periods(projects, programme, presenting.today(), presenting.due_day())
    return render_template(
        "public/bulletins/index.html",
        programme=programme,
        quarters=[period for period in found if period.is_quarter],
        months=[period for period in found if not period.is_quarter],
        due_day=presenting.due_day(),
        summonses=_summonses(programme),
        shows_invented=programme.division is not None and programme.division.is_invented,
    )


@blueprint.get("/<slug>/bulletins/<period>")
def show(slug: str, period: str) -> str:
    """Show one bulletin; a month that is not closed yet has none."""
    programme = own_programme(slug)
    projects = projects_of(db.session(), Scope(programme=programme))
    found = bulletins.periods(projects, programme, presenting.today(), presenting.due_day())
    try:
        asked = Period.parse(period)
    except ValueError:
        abort(404)
    if asked not in found:
        abort(404)
    bulletin = bulletins.bulletin(db.session(), programme, projects, asked, presenting.due_day())
    by_id = {project.id: project for project in projects}
    of_kind = [each for each in found if each.is_quarter == asked.is_quarter]
    place = of_kind.index(asked)
    return render_template(
        "public/bulletins/show.html",
        programme=programme,
        bulletin=bulletin,
        period=asked,
        name=period_name(asked),
        headlines=headlines(bulletin),
        late=[by_id[each.id] for each in bulletin.sums.late],
        silent=[by_id[each.id] for each in bulletin.sums.silent],
        changes=[(change, change_words(change)) for change in bulletin.changes],
        key_figures=key_figures(bulletin),
        newer=of_kind[place - 1] if place else None,
        older=of_kind[place + 1] if place + 1 < len(of_kind) else None,
        period_name=period_name,
        issue=bulletin_acts.published(db.session(), programme, asked.key),
        block_names=list(BlockName),
        shows_invented=programme.division is not None and programme.division.is_invented,
    )


def _summonses(programme: Programme) -> list[tuple[str, str]]:
    """Return key and name of the quarters that have a summons list, newest first."""
    query = SummonsList.known_to_residents().where(SummonsList.programme_id == programme.id)
    keys = db.session.scalars(query.with_only_columns(SummonsList.period).distinct()).all()
    return [(key, period_name(Period.parse(key))) for key in sorted(keys, reverse=True)]


def own_programme(slug: str) -> Programme:
    """Return the own programme with this slug, or answer 404: an archive has no bulletins."""
    programme = directory.programme_by_slug(db.session(), slug)
    if programme is None or programme.is_compiled:
        abort(404)
    return programme


def period_name(period: Period) -> str:
    """Return a period as a reader calls it."""
    if period.is_quarter:
        return _("%(year)s年第%(quarter)s季度", year=period.last[:4], quarter=period.quarter)
    return formats.month(period.last)


def percent(value: Fraction | None) -> str:
    """Return an exact percentage with at most one decimal."""
    return formats.percent(presenting.tenth(value))


def _rate(sums: ProgrammeSums, kind: RateKind) -> Fraction | None:
    return next((rate.percent for rate in sums.rates if rate.kind is kind), None)


def headlines(bulletin: Bulletin) -> list[str]:
    """Return what the bulletin says first, in sentences made from its figures; nothing is said of what is unknown."""
    return [
        sentence
        for sentence in (_progress(bulletin), _starts(bulletin), *_money(bulletin), *_watched(bulletin))
        if sentence
    ]


def _progress(bulletin: Bulletin) -> str:
    sums, expected = bulletin.sums, bulletin.sums.expected
    if sums.progress.percent is None:
        return _("%(of)s 个项目都还没有公布进度。", of=sums.projects)
    gap = None if expected is None else presenting.tenth(sums.progress.percent - expected)
    start = _("%(of)s 个项目总进度 %(progress)s", of=sums.projects, progress=percent(sums.progress.percent))
    if gap is None:
        against = ""
    elif gap >= Decimal("0.1"):
        against = _("，比时间进度快 %(points)s 个百分点", points=formats.number(gap))
    elif gap <= Decimal("-0.1"):
        against = _("，比时间进度慢 %(points)s 个百分点", points=formats.number(-gap))
    else:
        against = _("，与时间进度持平")
    earlier = bulletin.earlier.progress.percent if bulletin.earlier else None
    moved = ""
    if earlier is not None:
        change = presenting.tenth(sums.progress.percent - earlier) or Decimal(0)
        before = period_name(bulletin.period.before)
        if change > 0:
            moved = _("，比%(before)s推进 %(points)s 个百分点", before=before, points=formats.number(change))
        elif change < 0:
            moved = _("，比%(before)s回落 %(points)s 个百分点", before=before, points=formats.number(-change))
        else:
            moved = _("，与%(before)s相同", before=before)
    return start + against + moved + _("。")


def _starts(bulletin: Bulletin) -> str:
    starts = bulletin.starts
    if not starts.due:
        return ""
    return _(
        "%(of)s 个工程项目，应开工 %(due)s 个，已开工 %(made)s 个。", of=starts.of, due=starts.due, made=starts.made
    )


def _money(bulletin: Bulletin) -> list[str]:
    sums = bulletin.sums
    sentences = []
    arrival, spending = _rate(sums, RateKind.ARRIVAL), _rate(sums, RateKind.SPENDING)
    if sums.arrived.fen is not None and arrival is not None:
        sentences.append(
            _(
                "资金到位 %(amount)s，到位率 %(rate)s（到位数÷计划数）。",
                amount=formats.money(sums.arrived.fen),
                rate=percent(arrival),
            )
        )
    if sums.spent.fen is not None and spending is not None:
        sentences.append(
            _(
                "已支出 %(amount)s，支出率 %(rate)s（支出数÷拨付数）。",
                amount=formats.money(sums.spent.fen),
                rate=percent(spending),
            )
        )
    return sentences


def _watched(bulletin: Bulletin) -> list[str]:
    sums, problems, cases = bulletin.sums, bulletin.problems, bulletin.cases
    late, silent = len(sums.late), len(sums.silent)
    sentences = [
        ngettext("落后 %(num)s 个项目。", "落后 %(num)s 个项目。", late) if late else _("没有项目落后。"),
        ngettext("到期没有交月报的 %(num)s 个项目。", "到期没有交月报的 %(num)s 个项目。", silent)
        if silent
        else _("应交的月报都交了。"),
    ]
    if problems.found or problems.closed or problems.open:
        sentences.append(
            _(
                "新发现问题 %(found)s 个，销号 %(closed)s 个，期末未销号 %(open)s 个，其中超期 %(overdue)s 个。",
                found=len(problems.found),
                closed=len(problems.closed),
                open=len(problems.open),
                overdue=len(problems.overdue),
            )
        )
    if cases.received or cases.answered:
        sentences.append(
            _(
                "收到居民来件 %(received)s 件，答复 %(answered)s 件，其中逾期答复 %(late)s 件。",
                received=cases.received,
                answered=cases.answered,
                late=cases.answered_late,
            )
        )
    return sentences


def key_figures(bulletin: Bulletin) -> list[tuple[str, str, str, str, bool]]:
    """Return the figures of the table: name, the period before, this period, as known when due, whether they differ."""
    now, issued, before = bulletin.sums, bulletin.issued, bulletin.earlier

    def row(label: str, say: Callable[[ProgrammeSums], str]) -> tuple[str, str, str, str, bool]:
        new, old = say(now), say(issued)
        return label, say(before) if before else formats.NOTHING, new, old, new != old

    rows = [
        row(_("项目数"), lambda sums: formats.number(sums.projects)),
        row(_("总进度"), lambda sums: percent(sums.progress.percent)),
        row(_("已完成"), lambda sums: formats.number(sums.done)),
        row(_("落后"), lambda sums: formats.number(len(sums.late))),
        row(_("缺月报"), lambda sums: formats.number(len(sums.silent))),
        row(_("计划资金"), lambda sums: formats.money(sums.planned.fen)),
        row(_("到位"), lambda sums: formats.money(sums.arrived.fen)),
        row(_("拨付"), lambda sums: formats.money(sums.disbursed.fen)),
        row(_("支出"), lambda sums: formats.money(sums.spent.fen)),
    ]
    for kind, label in (
        (RateKind.ARRIVAL, _("到位率（到位÷计划）")),
        (RateKind.DISBURSEMENT, _("拨付率（拨付÷到位）")),
        (RateKind.SPENDING, _("支出率（支出÷拨付）")),
    ):
        rows.append(row(label, partial(_rate_text, kind=kind)))
    return rows


def _rate_text(sums: ProgrammeSums, kind: RateKind) -> str:
    return percent(_rate(sums, kind))


def change_words(change: Change) -> list[tuple[str, str, str]]:
    """Return which figures of a project differ from what was known when the reports were due: name, then, now."""
    named: tuple[tuple[str, Callable[[ProgressReport], str]], ...] = (
        (_("月份"), lambda report: formats.month(report.month)),
        (_("进度"), lambda report: percent(progress_of(change.project, report).percent)),
        (_("到位"), lambda report: formats.money(report.funds_arrived_fen)),
        (_("拨付"), lambda report: formats.money(report.funds_disbursed_fen)),
        (_("支出"), lambda report: formats.money(report.funds_spent_fen)),
        (_("完成投资"), lambda report: formats.money(report.investment_completed_fen)),
    )

    def said(report: ProgressReport | None, say: Callable[[ProgressReport], str]) -> str:
        return formats.NOTHING if report is None else say(report)

    rows = [(label, said(change.before, say), said(change.after, say)) for label, say in named]
    for indicator in change.project.indicators:
        label, unit = plain_text_of(indicator, "name"), plain_text_of(indicator, "unit")
        then, now = (_value(report, indicator.id) for report in (change.before, change.after))
        rows.append((label, formats.quantity(then, unit), formats.quantity(now, unit)))
    return [row for row in rows if row[1] != row[2]]


def _value(report: ProgressReport | None, indicator_id: int) -> Decimal | None:
    """Return the value of an indicator in a report, or None."""
    values = report.values if report else []
    return next((each.value for each in values if each.indicator_id == indicator_id), None)
