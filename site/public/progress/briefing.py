"""Briefings for deputies and advisers (人大代表、政协委员): a programme or a place on paper, with what to ask."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template

from minsheng.database import db
from minsheng.progress import directory
from minsheng.progress.briefing import MOST_PROJECTS, Question, QuestionKind, briefing
from minsheng.records.places import Division, division_by_code
from minsheng.records.scope import Scope
from pages import formats
from pages.language import gettext as _
from pages.language import ngettext, plain_record_text, plain_text_of
from public import presenting
from public.oversight.bulletins import own_programme, percent
from public.progress.laggards import rows_of

blueprint = Blueprint("briefing", __name__)
SHOWN = 15


@blueprint.get("/programmes/<slug>/briefing")
def programme(slug: str) -> str:
    """Show the briefing of an own programme."""
    found = own_programme(slug)
    is_invented = found.division is not None and found.division.is_invented
    return _page(Scope(programme=found), is_invented=is_invented)


@blueprint.get("/places/<code>/briefing")
def place(code: str) -> str:
    """Show the briefing of a place and all below it."""
    found = division_by_code(db.session(), code)
    if found is None:
        abort(404)
    scope = Scope(place=found)
    total = db.session.scalar(scope.projects().with_only_columns(sa.func.count())) or 0
    if total > MOST_PROJECTS:
        return _choice(found, total)
    return _page(scope, is_invented=found.is_invented)


def _choice(place: Division, total: int) -> str:
    """Show which briefings lie within a place that has too many projects for one."""
    within = [each for each in directory.places(db.session()) if each.division.path.startswith(place.path) and each.own]
    return render_template(
        "public/briefing/choose.html",
        place=place,
        total=total,
        places=[each for each in within if each.division.parent_id == place.id],
        shows_invented=place.is_invented,
    )


def _page(scope: Scope, *, is_invented: bool) -> str:
    told = briefing(db.session(), scope, presenting.today(), presenting.due_day())
    late = [each.id for part in told.parts for each in part.sums.late]
    silent = [each.id for part in told.parts for each in part.sums.silent]
    return render_template(
        "public/briefing/show.html",
        scope=scope,
        briefing=told,
        late=rows_of(late[:SHOWN]),
        late_total=len(late),
        silent=rows_of(silent[:SHOWN]),
        silent_total=len(silent),
        questions=[(question, question_words(question)) for question in told.questions],
        shows_invented=is_invented,
    )


def question_words(question: Question) -> str:
    """Return a question in plain words: the facts first, then what one may ask."""
    facts: Mapping[str, Any] = question.facts
    as_of = formats.date(facts["as_of"]) if facts.get("as_of") else ""
    match question.kind:
        case QuestionKind.OVERDUE:
            return _(
                "最初公示%(finish)s完成，截至%(as_of)s完成 %(progress)s。为什么没有按期完成？新日期是哪天，谁来保证？",
                finish=formats.date(facts["finish"]),
                as_of=as_of,
                progress=percent(facts["progress"]),
            )
        case QuestionKind.SERIOUSLY_BEHIND:
            return _(
                "截至%(as_of)s完成 %(progress)s，按时间应达 %(expected)s。卡在哪里？打算怎么赶上？",
                as_of=as_of,
                progress=percent(facts["progress"]),
                expected=percent(facts["expected"]),
            )
        case QuestionKind.SILENT:
            months = ngettext("连续 %(num)s 个月没有月报", "连续 %(num)s 个月没有月报", facts["months"])
            since = _("，从%(month)s起", month=formats.month(facts["since"])) if facts.get("since") else ""
            return months + since + _("。现在到底进展如何？为什么不报？")
        case QuestionKind.PROBLEM_OVERDUE:
            return _(
                "问题“%(problem)s”交%(agency)s整改，已超期 %(days)s 天没有销号。难在哪里？什么时候改完？",
                problem=plain_record_text(facts["problem"]),
                agency=plain_text_of(facts["agency"], "name"),
                days=facts["days"],
            )
        case QuestionKind.NOT_WORKING:
            note = plain_record_text(facts["note"]) if facts["note"] else ""
            found = _("%(date)s回头看：不能使用。", date=formats.date(facts["on"]))
            return found + note + _("谁来修、钱从哪来、什么时候恢复使用？")
        case _:
            return _other_words(question, facts, as_of)


def _other_words(question: Question, facts: Mapping[str, Any], as_of: str) -> str:
    """Return the questions about starts, money, moved dates and residents' cases."""
    match question.kind:
        case QuestionKind.NOT_STARTED:
            return _("原定%(planned)s开工，到现在没有开工。缺什么手续或资金？", planned=formats.date(facts["planned"]))
        case QuestionKind.MONEY_NOT_ARRIVED:
            return _(
                "截至%(as_of)s，计划 %(planned)s 只到位 %(arrived)s（%(percent)s）。差的钱该谁出、什么时候到？",
                as_of=as_of,
                planned=formats.money(facts["planned"]),
                arrived=formats.money(facts["arrived"]),
                percent=percent(facts["percent"]),
            )
        case QuestionKind.MONEY_BEFORE_WORK:
            return _(
                "截至%(as_of)s，资金支出已占计划 %(spent)s，进度只有 %(progress)s。钱花在了哪里？够不够办完？",
                as_of=as_of,
                spent=percent(facts["spent"]),
                progress=percent(facts["progress"]),
            )
        case QuestionKind.FINISH_MOVED:
            return _(
                "完成日期从%(first)s改到了%(current)s。改期的理由站得住吗？还会不会再改？",
                first=formats.date(facts["first"]),
                current=formats.date(facts["current"]),
            )
        case _:
            return _(
                "居民来件还有 %(open)s 件没有答复，其中 %(count)s 件已过期限。为什么拖着不答？",
                open=facts["open"],
                count=facts["count"],
            )
