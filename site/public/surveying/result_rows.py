"""The results of a wave as rows for charts and tables, in the reader's language. No figure is made here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import url_for

from minsheng.opinion.channels import ChannelCount
from minsheng.opinion.estimates import Estimate, Kind
from minsheng.opinion.groups import UNKNOWN_GROUP, GroupFigure
from minsheng.opinion.panels import COMPOSITE
from minsheng.opinion.schemes import DRAWN_CHANNELS, OPT_IN_CHANNELS
from minsheng.opinion.scores import ALL, Score
from minsheng.records.places import Division
from minsheng.surveying.questionnaires import Option, Question
from minsheng.surveying.surveys import Share, Wave
from minsheng.surveying.wave_answers import programmes_of
from minsheng.surveying.wave_columns import column_names
from minsheng.surveying.wave_figures import Figures
from pages import words_of_results
from pages.formats import number
from pages.language import current_language, text_of
from pages.language import gettext as _

SATISFACTION = "satisfaction"
LEAST_OPINIONS = 30
"""Shares over fewer opinions are withheld (NCHS presentation standard, as in the schemes' publication rules)."""


@dataclass(frozen=True)
class Names:
    """What the codes in a wave's figures are called."""

    wave: Wave
    places: Mapping[str, Division]
    questions: Mapping[str, Question]
    programmes: Mapping[str, str]

    @classmethod
    def of(cls, wave: Wave, places: Sequence[Division]) -> "Names":
        """Gather the names of a wave's places and questions."""
        columns = column_names(wave.version)
        questions = {columns[question.id]: question for question in wave.version.questions if question.id in columns}
        return cls(wave, {place.code: place for place in places}, questions, programmes_of(wave.version))

    def place(self, code: str) -> str:
        """Return a place's name."""
        return text_of(self.places[code], "name") if code in self.places else code

    def option(self, question: str, key: str) -> str:
        """Return the text of an option, or of the group ``unknown``."""
        found = self.questions[question].option(key) if question in self.questions else None
        if found is None:
            return str(words_of_results.VARIABLES.get(key, words_of_results.option(key)))
        return _said(found)

    def question(self, column: str) -> str:
        """Return the text of a question."""
        found = self.questions.get(column)
        return _said(found) if found else column


def points(estimate: Estimate, value: float | None) -> float | None:
    """Return a figure in points or per cent: shares are kept from 0 to 1."""
    return None if value is None else value * (100 if estimate.kind is Kind.SHARE else 1)


def rank_rows(scores: Sequence[Score], name_of: Mapping[str, str], urls: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows of a rank chart, best first and the withheld last; ``name_of`` and ``urls`` are by code."""
    rows: list[dict[str, Any]] = []
    for score in scores:
        code = score.programme or score.division
        found = score.estimate
        rows.append(
            {
                "code": code,
                "name": name_of.get(code, code),
                "value": found and points(found, found.value),
                "low": found and points(found, found.low),
                "high": found and points(found, found.high),
                "rank": score.rank,
                "best": score.interval and score.interval.best,
                "worst": score.interval and score.interval.worst,
                "of": score.interval and score.interval.of,
                "reason": words_of_results.withheld(score.reason),
                "n": found and found.n,
                "url": urls.get(code, ""),
            }
        )
    return sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0, row["code"]))


def composites(scores: Sequence[Score], view: str = ALL) -> list[Score]:
    """Return the composite rows of one view."""
    return [row for row in scores if row.view == view and row.item == COMPOSITE]


def moved_words(before: int | None, now: int | None) -> str:
    """Return how far a rank moved from one scheme to another, in words; empty where it did not."""
    if before is None or now is None or before == now:
        return ""
    if now < before:
        return _("比原办法上升 %(places)s 位", places=before - now)
    return _("比原办法下降 %(places)s 位", places=now - before)


def place_rows(names: Names, scores: Sequence[Score], own: Sequence[Score] = ()) -> list[dict[str, Any]]:
    """Return the rank chart's rows of the places; ``own`` are the scores by the wave's own scheme, to compare with."""
    titles = {code: names.place(code) for code in names.places}
    urls = {code: url_for("public.survey_results.place", slug=names.wave.slug, code=code) for code in names.places}
    before = {row.division: row.rank for row in composites(own)}
    rows = rank_rows(composites(scores), titles, urls)
    return [{**row, "moved": moved_words(before.get(row["code"]), row["rank"])} for row in rows]


def programme_rows(names: Names, figures: Figures, division: str = "") -> list[dict[str, Any]]:
    """Return the rank chart's rows of the programmes in one place, or over all."""
    rows = [row for row in figures.programmes if row.view == ALL and row.division == division]
    titles = {row.programme: programme_name(names, row.programme) for row in rows}
    urls = {
        row.programme: url_for("public.survey_results.programme", slug=names.wave.slug, programme=row.programme)
        for row in rows
    }
    return rank_rows(rows, titles, urls)


def programme_name(names: Names, programme: str) -> str:
    """Return what a programme is called: the words of the question about it."""
    column = names.programmes.get(programme, "")
    return names.question(column) if column else programme


def by_place(rows: Sequence[Score], titles: Mapping[str, str], slug: str) -> list[dict[str, Any]]:
    """Return one programme's rows by place, best first: places are not ranked by a single programme."""
    urls = {code: url_for("public.survey_results.place", slug=slug, code=code) for code in titles}
    found = rank_rows([replace(row, programme="", rank=None, interval=None) for row in rows], titles, urls)
    return sorted(found, key=lambda row: (row["value"] is None, -(row["value"] or 0), row["code"]))


def answer_rows(
    names: Names, figures: Figures, *, question: str, drawn: bool, programme: str = ""
) -> tuple[list[dict[str, Any]], list[str], list[tuple[str, str]]]:
    """Return rows and labels of a diverging chart of raw answers by place, and the places withheld with the reason.

    Only people with an opinion count. A place with a withheld table in any of the channels has no bar.
    """
    channels = DRAWN_CHANNELS if drawn else OPT_IN_CHANNELS
    asked = names.questions.get(question)
    keys = [option.key for option in asked.options if option.is_substantive] if asked else []
    held: dict[str, list[ChannelCount]] = {}
    for row in figures.channels:
        if row.question == question and row.programme == programme and row.channel in channels:
            held.setdefault(row.division, []).append(row)
    rows: list[dict[str, Any]] = []
    hidden: list[tuple[str, str]] = []
    for code, found in sorted(held.items()):
        reason = next((row.reason for row in found if row.reason), "")
        counts = {key: sum(row.count or 0 for row in found if row.option == key) for key in keys}
        people = sum(counts.values())
        if reason or not people:
            hidden.append((names.place(code), words_of_results.withheld(reason or "no_answers")))
            continue
        shares = [100 * counts[key] / people for key in keys]
        url = url_for("public.survey_results.place", slug=names.wave.slug, code=code)
        rows.append(
            {"name": names.place(code), "shares": shares, "n": people, "url": url if len(names.places) > 1 else ""}
        )
    return rows, [names.option(question, key) for key in keys], hidden


def group_rows(names: Names, rows: Sequence[GroupFigure], variable: str, division: str) -> list[GroupFigure]:
    """Return one place's groups (``""``: over all) in the questionnaire's order, without an unknown nobody is in."""
    asked = names.questions.get(variable)
    order = {option.key: place for place, option in enumerate(asked.options)} if asked else {}
    own = [row for row in rows if row.division == division and (row.group != UNKNOWN_GROUP or row.estimate)]
    return sorted(own, key=lambda row: (order.get(row.group, len(order)), row.group))


def scale_chart(
    asked: Sequence[tuple[Question, Sequence[Share], Sequence[Share]]], side: int
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return rows and labels of a diverging chart of questions on one scale; ``side`` 1 is drawn, 2 opt-in.

    Questions with other answers than the first one's, and those with fewer than ``LEAST_OPINIONS``, are left out.
    """
    rows: list[dict[str, Any]] = []
    labels: list[str] = []
    for entry in asked:
        shares = [share for share in (entry[1] if side == 1 else entry[2]) if share.option.is_substantive]
        texts = [_said(share.option) for share in shares]
        people = sum(share.count for share in shares)
        labels = labels or texts
        if texts == labels and people >= LEAST_OPINIONS:
            parts = [100 * share.count / people for share in shares]
            rows.append({"name": _said(entry[0]), "shares": parts, "n": people, "url": ""})
    return rows, labels


def _said(record: Question | Option) -> str:
    return str(record.translations.get(current_language()) or record.text)


def margin_words(estimate: Estimate) -> str:
    """Return a score with its margin as a sentence."""
    value, low, high = (points(estimate, part) for part in (estimate.value, estimate.low, estimate.high))
    if low is None or high is None:
        return _("得分 %(value)s；算不出误差，所以不给范围。", value=number(value, 2))
    return _(
        "得分 %(value)s。只问了 %(n)s 人，换一批人问会有出入：有 95%% 的把握，真实得分在 %(low)s 到 %(high)s 之间。",
        value=number(value, 2),
        n=f"{estimate.n:,}",
        low=number(low, 2),
        high=number(high, 2),
    )


def rank_words(score: Score, kind: str) -> str:
    """Return where a place stands among the others as a sentence; ``kind`` is what they are, such as 县."""
    span = score.interval
    if score.rank is None or span is None:
        return ""
    if span.best == span.worst:
        return _("%(of)s 个%(kind)s里，排第 %(rank)s。", of=span.of, kind=kind, rank=span.best)
    if span.best == 1 and span.worst == span.of:
        return _("%(of)s 个%(kind)s里，分不出先后：误差比差距还大。", of=span.of, kind=kind)
    return _(
        "%(of)s 个%(kind)s里，这里在第 %(best)s 到第 %(worst)s 之间。",
        of=span.of,
        kind=kind,
        best=span.best,
        worst=span.worst,
    )


def kind_of(names: Names) -> str:
    """Return what the places of a wave are: counties, cities, townships."""
    levels = {place.level.value for place in names.places.values()}
    words = {"county": _("县"), "city": _("市"), "township": _("乡镇")}
    return words.get(levels.pop(), _("地方")) if len(levels) == 1 else _("地方")
