"""Which registered rules each answer of a wave breaks: computed from the answers, shown as marks, deleting nothing."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.records.boards import Board
from minsheng.records.places import Division
from minsheng.records.projects import Project
from minsheng.surveying import board_bursts
from minsheng.surveying.answer_patterns import LEAST_QUESTIONS
from minsheng.surveying.quality_rules import QualityRule, registered
from minsheng.surveying.questionnaires import Question, QuestionnaireVersion, QuestionRole, QuestionType
from minsheng.surveying.surveys import DRAWN_CHANNELS, Answer, Channel, Response, Wave
from minsheng.surveying.wave_columns import tabulated
from minsheng.surveying.wave_places import place_code, places_of

YES = "yes"
Chosen = Mapping[int, tuple[str, ...]]
"""Question → keys of the options chosen."""


@dataclass(frozen=True)
class Arrived:
    """One response without its free text: where it belongs, how it came, and which options it chose."""

    id: int
    channel: Channel
    place: str
    week: str
    board_id: int | None
    board_path: str | None
    batch: str
    interviewer: str
    is_excluded: bool
    stored: frozenset[str]
    chosen: Chosen


@dataclass(frozen=True)
class Asked:
    """What the rules need of a version's questions, looked up once: with 50,000 answers each look would count.

    ``scales`` and ``told`` are identities; ``closed`` has, for each question with options, its identity and key, and
    the key and options of the question that it hangs on (empty for none).
    """

    scales: tuple[int, ...]
    told: tuple[int, ...]
    closed: tuple[tuple[int, str, str, frozenset[str]], ...]

    @classmethod
    def of(cls, version: QuestionnaireVersion) -> "Asked":
        """Look a version's questions up."""
        closed = tabulated(version)
        return cls(
            tuple(one.id for one in closed if one.type is QuestionType.SCALE),
            tuple(one.id for one in closed if one.role is QuestionRole.TOLD_WHAT_TO_ANSWER),
            tuple((one.id, one.key, *_condition(one)) for one in closed),
        )


class _Known(NamedTuple):
    """What the rules look at besides one response."""

    wave: Wave
    asked: Asked
    alike: Counter[tuple[object, ...]]
    firsts: Mapping[tuple[object, ...], int]
    burst_weeks: frozenset[tuple[int, str]]


def arrived(session: Session, wave: Wave) -> list[Arrived]:
    """Return the responses of a wave, excluded ones too, in an order that tells nothing.

    For marks and counts alone: while a wave is open, no page shows what this holds of a single answer.
    """
    place_of = cache(partial(place_code, places_of(wave)))
    chosen = _chosen(session, wave)
    board_places = sa.orm.aliased(Division)
    # Columns, not objects: making 50,000 of these would take longer than all the rules.
    rows = session.execute(
        sa.select(
            Response.id,
            Response.channel,
            Division.path,
            Response.week,
            Response.board_id,
            board_places.path,
            Response.batch,
            Response.interviewer,
            Response.exclusion_id,
            Response.flags,
        )
        .outerjoin(Division, Division.id == Response.division_id)
        .outerjoin(Board, Board.id == Response.board_id)
        .outerjoin(Project, Project.id == Board.project_id)
        .outerjoin(board_places, board_places.id == Project.division_id)
        .where(Response.wave_id == wave.id)
        .order_by(Response.id)
    )
    return [
        Arrived(
            key,
            channel,
            place_of(path),
            week,
            board_id,
            board_path,
            batch,
            interviewer,
            exclusion_id is not None,
            frozenset(flags),
            chosen.get(key, {}),
        )
        for key, channel, path, week, board_id, board_path, batch, interviewer, exclusion_id, flags in rows
    ]


def marks_of(session: Session, wave: Wave, responses: Sequence[Arrived]) -> dict[int, frozenset[QualityRule]]:
    """Return the registered rules that each response breaks, by the response's id; those that break none have none."""
    rules = {rule: threshold for rule, threshold in registered(wave).items() if rule in TESTS}
    asked = Asked.of(wave.version)
    known = _Known(
        wave,
        asked,
        Counter(_vector(one, asked) for one in responses),
        _firsts(responses),
        frozenset((one.board_id, one.week) for one in board_bursts.bursts(session, wave)),
    )
    found = {}
    for one in responses:
        broken = frozenset(rule for rule, threshold in rules.items() if TESTS[rule](one, threshold, known))
        if broken:
            found[one.id] = broken
    return found


def blanks(one: Arrived, asked: Asked) -> tuple[int, int]:
    """Return how many questions with options a person left blank, and how many they were asked."""
    blank = shown = 0
    given: dict[str, tuple[str, ...]] = {}
    for identity, key, hangs_on, wanted in asked.closed:
        chosen = given[key] = one.chosen.get(identity, ())
        if not hangs_on or not wanted.isdisjoint(given.get(hangs_on, ())):
            shown += 1
            blank += not chosen
    return blank, shown


def said_told(one: Arrived, asked: Asked) -> bool:
    """Whether a person says that somebody told them what to answer. Only for closed waves."""
    return any(YES in one.chosen.get(identity, ()) for identity in asked.told)


def _chosen(session: Session, wave: Wave) -> dict[int, dict[int, tuple[str, ...]]]:
    keys = {option.id: option.key for question in wave.version.questions for option in question.options}
    rows = session.execute(
        sa.select(Answer.response_id, Answer.question_id, Answer.option_id)
        .join(Response, Response.id == Answer.response_id)
        .where(Response.wave_id == wave.id, Answer.option_id.is_not(None))
        .order_by(Answer.response_id, Answer.question_id, Answer.option_id)
    )
    found: dict[int, dict[int, tuple[str, ...]]] = {}
    for response_id, question_id, option_id in rows:
        held = found.setdefault(response_id, {})
        held[question_id] = (*held.get(question_id, ()), keys[int(option_id or 0)])
    return found


def _condition(question: Question) -> tuple[str, frozenset[str]]:
    """Return the key and options of the question that another hangs on; an empty key where it is always asked."""
    wanted = question.show_if.get("options") if question.show_if else None
    options = frozenset(str(one) for one in wanted) if isinstance(wanted, list) else frozenset()
    return str(question.show_if.get("question", "")) if question.show_if else "", options


def _vector(one: Arrived, asked: Asked) -> tuple[object, ...]:
    return (one.place, one.channel, *(one.chosen.get(identity, ()) for identity in asked.scales))


def _whole(one: Arrived) -> tuple[object, ...]:
    """Return everything that makes two responses copies of each other."""
    where = (one.place, one.channel, one.week, one.batch, one.interviewer, one.board_id)
    return (*where, *sorted(one.chosen.items()))


def _firsts(responses: Sequence[Arrived]) -> dict[tuple[object, ...], int]:
    found: dict[tuple[object, ...], int] = {}
    for one in responses:
        found.setdefault(_whole(one), one.id)
    return found


def _straight_lined(one: Arrived, threshold: float, known: _Known) -> bool:
    given = [one.chosen[identity] for identity in known.asked.scales if identity in one.chosen]
    return len(given) >= threshold and len(set(given)) == 1


def _identical(one: Arrived, threshold: float, known: _Known) -> bool:
    return len(known.asked.scales) >= LEAST_QUESTIONS and known.alike[_vector(one, known.asked)] >= threshold


def _duplicate(one: Arrived, threshold: float, known: _Known) -> bool:
    return len(one.chosen) >= threshold and known.firsts[_whole(one)] != one.id


def _many_blanks(one: Arrived, threshold: float, known: _Known) -> bool:
    blank, asked = blanks(one, known.asked)
    return asked > 0 and blank * 100 > threshold * asked


def _out_of_frame(one: Arrived, _threshold: float, known: _Known) -> bool:
    is_elsewhere = one.channel in DRAWN_CHANNELS and not one.place
    return is_elsewhere or (one.board_path is not None and not one.board_path.startswith(known.wave.division.path))


TESTS: Mapping[QualityRule, Callable[[Arrived, float, _Known], bool]] = {
    QualityRule.TOO_FAST: lambda one, _threshold, _known: QualityRule.TOO_FAST.value in one.stored,
    QualityRule.CALL_TOO_FAST: lambda one, _threshold, _known: QualityRule.CALL_TOO_FAST.value in one.stored,
    QualityRule.STRAIGHT_LINED: _straight_lined,
    QualityRule.IDENTICAL_VECTORS: _identical,
    QualityRule.DUPLICATE: _duplicate,
    QualityRule.MANY_BLANKS: _many_blanks,
    QualityRule.OUT_OF_FRAME: _out_of_frame,
    QualityRule.BOARD_BURST: lambda one, _threshold, known: (one.board_id, one.week) in known.burst_weeks,
    QualityRule.TOLD_WHAT_TO_ANSWER: lambda one, _threshold, known: said_told(one, known.asked),
}
"""What each rule that a computation marks looks at; the others are found by people."""
