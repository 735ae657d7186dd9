"""Results of closed surveys: per wave, place and programme, by any scheme, with what they rest on."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Blueprint, Response, abort, render_template, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import undefer

from minsheng.database import db
from minsheng.opinion.change import Change, change
from minsheng.opinion.channels import negative_options
from minsheng.opinion.panels import COMPOSITE
from minsheng.opinion.schemes import DRAWN_CHANNELS, OPT_IN_CHANNELS, Scheme
from minsheng.opinion.scores import ALL, Score
from minsheng.opinion.tables import division_table, programme_table
from minsheng.records.places import Division
from minsheng.surveying import surveys, wave_figures, wave_results
from minsheng.surveying.questionnaires import Question, QuestionRole, QuestionType
from minsheng.surveying.surveys import Channel, Share, Wave
from minsheng.surveying.wave_columns import column_names, tabulated
from minsheng.surveying.wave_figures import Figures
from minsheng.surveying.wave_places import places_of
from minsheng.surveying.wave_results import WaveResult
from pages import words_of_quality, words_of_results
from pages.services import services
from public.surveying import result_rows
from public.surveying.result_rows import SATISFACTION, Names

blueprint = Blueprint("survey_results", __name__, url_prefix="/surveys")

UNFLAGGED = "unflagged"
TOLD_BY_PLACE = frozenset(
    {
        QuestionRole.SATISFACTION,
        QuestionRole.AWARENESS,
        QuestionRole.TOLD_WHAT_TO_ANSWER,
        QuestionRole.AREA,
        QuestionRole.AGE_BAND,
        QuestionRole.SEX,
    }
)
"""Roles of the questions whose answers are shown place by place."""


@blueprint.get("/<slug>/results")
def show(slug: str) -> ResponseReturnValue:
    """Show what a closed wave found: scores and ranks by the scheme chosen, answers, channels, groups, downloads."""
    wave = closed_wave(slug)
    if isinstance(wave, str):
        return wave, 403
    result = wave_results.latest(db.session(), wave)
    if result is None or result.is_refused:
        return _without_scores(wave, result)
    figures, names = result.read(), Names.of(wave, places_of(wave))
    own = result.scheme.scheme
    chosen, scores = _chosen(figures, own)
    composites = result_rows.composites(scores)
    others = _other_questions(wave)
    return render_template(
        "public/results/show.html",
        wave=wave,
        result=result,
        figures=figures,
        names=names,
        scheme=own,
        chosen=chosen,
        switch=_switch(figures, own, chosen),
        rows=result_rows.place_rows(names, scores, figures.scores),
        composites=composites,
        # The place of a wave of one place, or of the first of many for the sentence that explains a rank.
        only=composites[0] if len(names.places) == 1 and composites else None,
        programmes=result_rows.programme_rows(names, figures),
        drawn=result_rows.answer_rows(names, figures, question=SATISFACTION, drawn=True),
        opt_in=result_rows.answer_rows(names, figures, question=SATISFACTION, drawn=False),
        dissatisfied=_dissatisfied(names, figures, own),
        changes=_changes(wave, figures, own),
        counted=[(Channel(code), count) for code, count in figures.counted.items()],
        others=[row for row in others if row[0].type is not QuestionType.SCALE],
        scales=[
            result_rows.scale_chart([row for row in others if row[0].type is QuestionType.SCALE], side)
            for side in (1, 2)
        ],
        least_base=result_rows.LEAST_OPINIONS,
        words_of_quality=words_of_quality,
        words=words_of_results,
        rows_of=result_rows,
        shows_invented=wave.division.is_invented,
    )


@blueprint.get("/<slug>/results/places/<code>")
def place(slug: str, code: str) -> ResponseReturnValue:
    """Show what one place's people said, where the place stands, and how its suggestions were handled."""
    wave, result, figures, names = _computed(slug)
    if code not in names.places:
        abort(404)
    own = result.scheme.scheme
    rows = [row for row in figures.scores if row.division == code]
    composite = next((row for row in rows if (row.view, row.item) == (ALL, COMPOSITE)), None)
    return render_template(
        "public/results/place.html",
        wave=wave,
        result=result,
        figures=figures,
        names=names,
        scheme=own,
        place=names.places[code],
        composite=composite,
        items=[row for row in rows if row.view == ALL and row.item != COMPOSITE],
        unflagged=next((row for row in rows if (row.view, row.item) == (UNFLAGGED, COMPOSITE)), None),
        by_schemes=_by_schemes(figures, own, code),
        programmes=result_rows.programme_rows(names, figures, code),
        drawn=result_rows.answer_rows(names, _only(figures, code), question=SATISFACTION, drawn=True),
        opt_in=result_rows.answer_rows(names, _only(figures, code), question=SATISFACTION, drawn=False),
        change=_changes(wave, figures, own).get(code),
        words=words_of_results,
        rows_of=result_rows,
        shows_invented=wave.division.is_invented,
    )


@blueprint.get("/<slug>/results/programmes/<programme>")
def programme(slug: str, programme: str) -> ResponseReturnValue:
    """Show what people say of one programme, over all places and in each."""
    wave, result, figures, names = _computed(slug)
    if programme not in names.programmes:
        abort(404)
    question = names.programmes[programme]
    rows = [row for row in figures.programmes if row.view == ALL and row.programme == programme]
    return render_template(
        "public/results/programme.html",
        wave=wave,
        result=result,
        names=names,
        scheme=result.scheme.scheme,
        programme=programme,
        title=result_rows.programme_name(names, programme),
        overall=next((row for row in rows if row.division == ""), None),
        rows=_unranked([row for row in rows if row.division], names),
        drawn=result_rows.answer_rows(names, figures, question=question, drawn=True, programme=programme),
        opt_in=result_rows.answer_rows(names, figures, question=question, drawn=False, programme=programme),
        words=words_of_results,
        rows_of=result_rows,
        shows_invented=wave.division.is_invented,
    )


@blueprint.get("/<slug>/results/package.zip")
def package(slug: str) -> ResponseReturnValue:
    """Give the public package: the tables, the scheme, and the program that recomputes them."""
    wave, result, _figures, _names = _computed(slug)
    content = db.session.scalar(
        sa.select(WaveResult).where(WaveResult.id == result.id).options(undefer(WaveResult.package))
    )
    if content is None:
        abort(404)
    name = f"{wave.slug}-{result.number}-public.zip"
    return send_file(io.BytesIO(content.package), "application/zip", as_attachment=True, download_name=name)


@blueprint.get("/<slug>/results/scores_division.csv")
def place_scores(slug: str) -> ResponseReturnValue:
    """Give the package's table of the places' scores by itself."""
    _wave, _result, figures, _names = _computed(slug)
    return _csv(slug, "scores_division", division_table(figures.scores))


@blueprint.get("/<slug>/results/scores_programme.csv")
def programme_scores(slug: str) -> ResponseReturnValue:
    """Give the package's table of the programmes' scores by itself."""
    _wave, _result, figures, _names = _computed(slug)
    return _csv(slug, "scores_programme", programme_table(figures.programmes))


def _csv(slug: str, name: str, text: str) -> Response:
    response = Response(text, mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-{name}.csv"'
    return response


@dataclass(frozen=True)
class PlaceOpinion:
    """What the newest computed survey says of a place: its score, and the same in words."""

    wave: Wave
    score: Score
    words: str


def opinion_of(place: Division) -> PlaceOpinion | None:
    """Return what the newest computed survey with a score for this place says of it, or None."""
    above = [one.id for one in place.chain[-2:]]
    query = (
        sa.select(Wave)
        .join(WaveResult, WaveResult.wave_id == Wave.id)
        .where(Wave.is_published, Wave.division_id.in_(above))
        .order_by(Wave.closes_on.desc())
    )
    for wave in db.session.scalars(query).unique():
        result = wave_results.latest(db.session(), wave)
        places = places_of(wave)
        if result is None or result.is_refused or place not in places:
            continue
        score = result.read().of(place.code)
        if score is not None and score.estimate is not None:
            names = Names.of(wave, places)
            words = [result_rows.margin_words(score.estimate)]
            if len(places) > 1:
                words.append(result_rows.rank_words(score, result_rows.kind_of(names)))
            return PlaceOpinion(wave, score, " ".join(words))
    return None


def closed_wave(slug: str) -> Wave | str:
    """Return a published wave that has closed, the page that says it is sealed, or answer 404."""
    wave = db.session.scalar(Wave.visible_to_residents().where(Wave.slug == slug))
    if wave is None:
        abort(404)
    if wave.has_closed(services().today()):
        return wave
    return render_template("public/surveys/sealed.html", wave=wave, shows_invented=wave.division.is_invented)


def _computed(slug: str) -> tuple[Wave, WaveResult, Figures, Names]:
    """Return a closed wave with its figures, or answer 404 where there are none (yet)."""
    wave = closed_wave(slug)
    result = None if isinstance(wave, str) else wave_results.latest(db.session(), wave)
    if isinstance(wave, str) or result is None or result.is_refused:
        abort(404)
    return wave, result, result.read(), Names.of(wave, places_of(wave))


def _without_scores(wave: Wave, result: WaveResult | None) -> str:
    """Show a wave that is still to be computed, or whose scheme does not fit its questions: then counts alone.

    Counts over all places wait for the result, because figures per place may be withheld in it.
    """
    today = services().today()
    is_final = result is not None
    opt_in = [Channel(code) for code in OPT_IN_CHANNELS]
    drawn = [Channel(code) for code in DRAWN_CHANNELS]
    return render_template(
        "public/results/without_scores.html",
        wave=wave,
        result=result,
        channels=surveys.channel_counts(db.session(), wave),
        drawn=surveys.shares(db.session(), wave, drawn, today) if is_final else {},
        opt_in=surveys.shares(db.session(), wave, opt_in, today) if is_final else {},
        least_base=result_rows.LEAST_OPINIONS,
        words=words_of_results,
        shows_invented=wave.division.is_invented,
    )


def _chosen(figures: Figures, own: Scheme) -> tuple[str, Sequence[Score]]:
    """Return the scheme that the reader asks for and the scores by it; the wave's own where they ask for none."""
    wanted = request.args.get("scheme", "")
    held = next((held for held in figures.comparisons.values() if held.scheme_id == wanted), None)
    return (own.id, figures.scores) if held is None or wanted == own.id else (wanted, held.scores)


def _switch(figures: Figures, own: Scheme, chosen: str) -> list[tuple[str, str, bool]]:
    """Return id, title and whether it is chosen of every scheme that the answers fit."""
    found = [(own.id, own.title, chosen == own.id)]
    return found + [
        (held.scheme_id, held.scheme_title, chosen == held.scheme_id) for held in figures.comparisons.values()
    ]


def _by_schemes(figures: Figures, own: Scheme, code: str) -> list[tuple[str, str, Score | None]]:
    """Return id and title of every scheme with a place's score by it, the wave's own first."""
    found: list[tuple[str, str, Score | None]] = [(own.id, own.title, figures.of(code))]
    for held in figures.comparisons.values():
        row = next((row for row in held.scores if (row.division, row.item) == (code, COMPOSITE)), None)
        found.append((held.scheme_id, held.scheme_title, row))
    return found


def _changes(wave: Wave, figures: Figures, own: Scheme) -> dict[str, Change]:
    """Return each place's change since the year before, by the same scheme; none where there was no such wave."""
    earlier = wave_results.previous(db.session(), wave)
    if earlier is None or earlier.is_refused:
        return {}
    before = earlier.read()
    if earlier.scheme_hash != own.content_hash:
        held = before.comparisons.get(own.content_hash)
        rows = list(held.scores) if held else []
    else:
        rows = list(before.scores)
    old = {row.division: row.estimate for row in result_rows.composites(rows)}
    found = {}
    for row in result_rows.composites(figures.scores):
        known = old.get(row.division)
        if known is not None and row.estimate is not None and known.kind is row.estimate.kind:
            found[row.division] = change(known, row.estimate, own.inference.level)
    return found


def _dissatisfied(names: Names, figures: Figures, own: Scheme) -> list[tuple[str, float | None, float | None]]:
    """Return each place's share of dissatisfied answers among opinions, drawn and opt-in, in per cent."""
    item = next((item for item in own.survey_items if negative_options(item)), None)
    if item is None:
        return []
    bad = set(negative_options(item))
    asked = names.questions.get(item.question)
    place_in = (
        [place for place, option in enumerate(o for o in asked.options if o.is_substantive) if option.key in bad]
        if asked
        else []
    )
    sides = []
    for drawn in (True, False):
        rows, _labels, _hidden = result_rows.answer_rows(names, figures, question=item.question, drawn=drawn)
        sides.append({row["name"]: sum(row["shares"][place] for place in place_in) for row in rows})
    named = [names.place(code) for code in names.places]
    return [(name, sides[0].get(name), sides[1].get(name)) for name in named if name in sides[0] or name in sides[1]]


def _only(figures: Figures, code: str) -> Figures:
    """Return the figures with the channel tables of one place."""
    return Figures(
        figures.scores, figures.programmes, [row for row in figures.channels if row.division == code], figures.handling
    )


def _unranked(rows: Sequence[Score], names: Names) -> list[dict[str, object]]:
    """Return one programme's rows by place: places are not ranked by a single programme."""
    titles: dict[str, str] = {code: names.place(code) for code in names.places}
    return result_rows.by_place(rows, titles, names.wave.slug)


def _other_questions(wave: Wave) -> list[tuple[Question, list[Share], list[Share]]]:
    """Return the questions that no table gives by place, with their counts: drawn, then opt-in.

    Counts over all places of a question that is also told by place could give a withheld place back.
    """
    columns = column_names(wave.version)
    asked = [
        question
        for question in tabulated(wave.version)
        if question.role not in TOLD_BY_PLACE
        and not question.programme
        and columns[question.id] not in wave_figures.GROUPINGS
    ]
    today, session = services().today(), db.session()
    drawn, opt_in = (
        surveys.shares(session, wave, [Channel(code) for code in channels], today)
        for channels in (DRAWN_CHANNELS, OPT_IN_CHANNELS)
    )
    return [(question, drawn[question.key], opt_in[question.key]) for question in asked]
