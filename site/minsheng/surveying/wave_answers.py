"""Reading the answers of a closed wave into the columns that the statistics take."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from minsheng.casework.case_statistics import handling_by_place
from minsheng.clock import local_date
from minsheng.errors import SealedError
from minsheng.journal import canonical
from minsheng.opinion.coding import Answers, Column
from minsheng.opinion.dispositions import Disposition
from minsheng.opinion.package import CodebookRow, Contents, ExclusionRow, MarginRow, margins_of
from minsheng.opinion.panels import Sample
from minsheng.opinion.responses import responses_table
from minsheng.opinion.schemes import DRAWN_CHANNELS, Scheme
from minsheng.opinion.tables import handling_table
from minsheng.records.places import Division
from minsheng.surveying import beneficiary_groups
from minsheng.surveying.answer_patterns import identical_vectors
from minsheng.surveying.beneficiary_groups import groups_by_stratum
from minsheng.surveying.dispositions import counts_of, eligible_shares
from minsheng.surveying.exclusions import Exclusion
from minsheng.surveying.population import margins_of_places
from minsheng.surveying.quality_marks import arrived, marks_of
from minsheng.surveying.questionnaires import QuestionnaireVersion, QuestionType
from minsheng.surveying.surveys import Answer, Response, Wave
from minsheng.surveying.wave_columns import (
    CHOSEN,
    NOT_CHOSEN,
    codebook,
    column_names,
    option_column,
    tabulated,
)
from minsheng.surveying.wave_places import place_code, places_of
from minsheng.version import VERSION


@dataclass(frozen=True)
class _Person:
    """One response without its answers; ``drawn_from`` is the place and stratum that it was drawn from."""

    id: int
    division: str
    channel: str
    stratum: str
    psu: str
    base_weight: float
    is_flagged: bool
    drawn_from: tuple[int, str]


def read_contents(session: Session, wave: Wave, scheme: Scheme, as_of: dt.date) -> Contents:
    """Return everything that a closed wave's results are computed from, under one scheme.

    Raises ``SealedError`` while the wave can still take answers: before that nobody reads any.
    """
    if not wave.has_closed(as_of):
        raise SealedError
    places = places_of(wave)
    people = _people(session, wave, places)
    version = wave.version
    closed_on = wave.closes_on if wave.closed_at is None else min(wave.closes_on, local_date(wave.closed_at))
    margins = [
        MarginRow(row.division.code, row.variable, row.value, float(row.count), row.source)
        for row in margins_of_places(session, places)
    ]
    columns, groups = _columns(session, wave, people), groups_by_stratum(session, wave)
    book = list(codebook(version))
    if groups and beneficiary_groups.COLUMN not in columns:
        columns[beneficiary_groups.COLUMN] = Column.of(groups.get(person.drawn_from, "") for person in people)
        book += [
            CodebookRow(beneficiary_groups.COLUMN, "", "", "名册上的受益项目", group, group)
            for group in sorted(set(groups.values()))
        ]
    answers = Answers(
        [person.division for person in people],
        [person.channel for person in people],
        columns,
        [person.base_weight for person in people],
        programmes_of(version),
        [person.stratum for person in people],
        [person.psu for person in people],
    )
    flagged = _flagged(session, wave, people, answers)
    handling = handling_by_place(session, places, dt.date(wave.year, 1, 1), closed_on, closed_on)
    return Contents(
        wave.slug,
        wave.year,
        VERSION,
        Sample(scheme, replace(answers, flagged=flagged), margins_of(margins), handling),
        book,
        margins,
        {version.number: questionnaire_text(version)},
        _dispositions(session, wave, places),
        eligible_shares=eligible_shares(session, wave, places),
        exclusions=_exclusions(session, wave),
    )


def _flagged(session: Session, wave: Wave, people: Sequence[_Person], answers: Answers) -> bytes:
    """Return 1 for each person whose answers a rule marks.

    Waves from before rules were registered have the marks that came with the answers, and those of identical vectors.
    """
    if wave.quality_rules:
        marks = marks_of(session, wave, arrived(session, wave))
        return bytes(int(person.id in marks) for person in people)
    alike = identical_vectors(answers, judged_of(wave.version))
    return bytes(int(person.is_flagged or mark) for person, mark in zip(people, alike, strict=True))


def programmes_of(version: QuestionnaireVersion) -> dict[str, str]:
    """Return the column of each programme's question by the programme's code."""
    names = column_names(version)
    return {question.programme: names[question.id] for question in tabulated(version) if question.programme}


def judged_of(version: QuestionnaireVersion) -> list[str]:
    """Return the columns of the questions that ask for a judgement: scales, the programmes' among them."""
    names = column_names(version)
    return [names[question.id] for question in tabulated(version) if question.type is QuestionType.SCALE]


def questionnaire_text(version: QuestionnaireVersion) -> str:
    """Return everything that a version asks as JSON, one text for one version, and its content hash."""
    content = {
        "questionnaire": version.questionnaire.slug,
        "version": version.number,
        "content_hash": version.computed_hash(),
        "introduction": version.introduction,
        "translations": version.translations,
        "questions": [question.content() for question in version.questions],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def inputs_hash(contents: Contents) -> str:
    """Return the SHA-256 of everything that the figures rest on besides the scheme, whatever the order of arrival."""
    tables = [
        responses_table(contents.sample.answers, ""),
        handling_table(contents.sample.handling),
        canonical([list(vars(row).values()) for row in contents.margins]),
        canonical([list(vars(row).values()) for row in contents.codebook]),
        canonical(
            [[*place, {str(kind): n for kind, n in held.items()}] for place, held in contents.dispositions.items()]
        ),
        canonical([list(vars(row).values()) for row in contents.exclusions]),
    ]
    if contents.eligible_shares:
        shares = sorted([*place, share] for place, share in contents.eligible_shares.items())
        tables.append(canonical(shares))
    return hashlib.sha256("\f".join(tables).encode()).hexdigest()


def _people(session: Session, wave: Wave, places: Sequence[Division]) -> list[_Person]:
    """Return the people whose answers count, those of drawn channels only where their place is among the wave's."""
    rows = session.execute(
        sa.select(Response)
        .outerjoin(Response.division)
        .options(contains_eager(Response.division))
        .where(Response.wave_id == wave.id, Response.exclusion_id.is_(None))
        .order_by(Response.ticket)
    )
    found = []
    for row in rows.scalars():
        code = place_code(places, row.division.path if row.division else None)
        if code or row.channel.value not in DRAWN_CHANNELS:
            place = code or wave.division.code
            weight = float(row.base_weight)
            drawn_from = (row.division_id or 0, row.stratum if row.channel.value in DRAWN_CHANNELS else "")
            flagged = bool(row.flags)
            found.append(_Person(row.id, place, row.channel.value, row.stratum, row.psu, weight, flagged, drawn_from))
    return found


def _dispositions(
    session: Session, wave: Wave, places: Sequence[Division]
) -> dict[tuple[str, str], dict[Disposition, int]]:
    """Return how many of the people drawn ended how, by place and channel."""
    found: dict[tuple[str, str], dict[Disposition, int]] = {}
    for path, channel, disposition, count in counts_of(session, wave):
        held = found.setdefault((place_code(places, path), channel.value), {})
        held[disposition] = held.get(disposition, 0) + count
    return found


def _exclusions(session: Session, wave: Wave) -> list[ExclusionRow]:
    """Return how many answers each exclusion took out."""
    rows = session.execute(
        sa.select(Exclusion.rule, sa.func.count(Response.id), Exclusion.who, Exclusion.why)
        .join(Response, Response.exclusion_id == Exclusion.id)
        .where(Exclusion.wave_id == wave.id)
        .group_by(Exclusion.id, Exclusion.rule, Exclusion.who, Exclusion.why)
        .order_by(Exclusion.id)
    )
    return [ExclusionRow(rule, count, who, why) for rule, count, who, why in rows]


def _columns(session: Session, wave: Wave, people: Sequence[_Person]) -> dict[str, Column]:
    """Return one column per question with options, and one per option of a multiple choice."""
    names = column_names(wave.version)
    given: dict[int, dict[int, list[int]]] = {number: {} for number in names}
    rows = session.execute(
        sa.select(Answer.question_id, Answer.response_id, Answer.option_id)
        .join(Response, Response.id == Answer.response_id)
        .where(Response.wave_id == wave.id)
    )
    for question_id, response_id, option_id in rows:
        if option_id is not None:
            given[question_id].setdefault(response_id, []).append(option_id)
    columns: dict[str, Column] = {}
    for question in tabulated(wave.version):
        chosen, name = given[question.id], names[question.id]
        if question.type is QuestionType.MULTIPLE:
            for option in question.options:
                values = (
                    "" if person.id not in chosen else CHOSEN if option.id in chosen[person.id] else NOT_CHOSEN
                    for person in people
                )
                columns[option_column(name, option)] = Column.of(values)
        else:
            keys = {option.id: option.key for option in question.options}
            columns[name] = Column.of(keys[chosen[person.id][0]] if person.id in chosen else "" for person in people)
    return columns
