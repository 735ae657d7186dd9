"""Answers: sealed until closing, stored once, checked against the questions, and dated to the week."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.errors import InvalidAnswersError, NotOpenError, SealedError
from minsheng.surveying import surveys
from minsheng.surveying.questionnaires import Option, Question, QuestionType
from minsheng.surveying.surveys import Channel, Response, Wave
from tests.factories import Make

GOOD = {"aware": ["heard"], "satisfied": ["very_satisfied"], "words": ["路修得好"]}


def answer(
    session: Session, wave: Wave, at: dt.datetime, typed: dict[str, list[str]] | None = None, ticket: str = "t1"
) -> Response:
    answers = {**GOOD, **(typed or {})}
    return surveys.respond(session, wave, answers, ticket=ticket, channel=Channel.WEB, at=at)


def test_the_same_form_twice_is_one_response(session: Session, make: Make, at: dt.datetime) -> None:
    wave = make.wave()
    assert answer(session, wave, at) is answer(session, wave, at, {"satisfied": ["dissatisfied"]})
    assert surveys.channel_counts(session, wave) == {Channel.WEB: 1}


def test_nothing_more_exact_than_the_week_is_kept(session: Session, make: Make, at: dt.datetime) -> None:
    response = answer(session, make.wave(), at)
    assert response.week == "2026-W24"
    columns = {column.name for column in Response.__table__.columns}
    assert not any(word in name for name in columns for word in ("_at", "time", "address", "agent", "cookie"))


def test_the_first_answer_freezes_the_version(session: Session, make: Make, at: dt.datetime) -> None:
    wave = make.wave()
    assert wave.version.content_hash is None
    answer(session, wave, at)
    frozen = wave.version.content_hash
    assert frozen == wave.version.computed_hash()
    wave.version.questions[0].text = "换了一种问法"
    assert wave.version.computed_hash() != frozen


def test_results_are_sealed_until_the_last_day_has_passed(session: Session, make: Make, at: dt.datetime) -> None:
    wave = make.wave()
    answer(session, wave, at)
    for day in (dt.date(2026, 6, 10), wave.closes_on):
        with pytest.raises(SealedError):
            surveys.shares(session, wave, list(Channel), day)
        with pytest.raises(SealedError):
            wave.unsealed_responses(session, day)
    after = wave.closes_on + dt.timedelta(days=1)
    assert len(wave.unsealed_responses(session, after)) == 1
    share = surveys.shares(session, wave, [Channel.WEB], after)["satisfied"][0]
    assert (share.option.key, share.count, share.base) == ("very_satisfied", 1, 1)
    assert surveys.shares(session, wave, [Channel.PHONE], after)["satisfied"][0].base == 0


def test_closing_early_opens_the_seal_and_ends_the_taking(session: Session, make: Make, at: dt.datetime) -> None:
    wave = make.wave()
    answer(session, wave, at)
    wave.close(at)
    with pytest.raises(NotOpenError):
        answer(session, wave, at, ticket="t2")
    assert len(wave.unsealed_responses(session, dt.date(2026, 6, 11))) == 1


@pytest.mark.parametrize("day", ["2026-05-31", "2026-07-01"])
def test_no_answers_outside_the_period(session: Session, make: Make, day: str) -> None:
    at = dt.datetime.fromisoformat(f"{day}T04:00:00+00:00")
    with pytest.raises(NotOpenError):
        answer(session, make.wave(), at)


def test_no_answers_by_a_way_that_the_wave_does_not_use(session: Session, make: Make, at: dt.datetime) -> None:
    wave = make.wave(channels=[Channel.WEB.value])
    with pytest.raises(NotOpenError):
        surveys.respond(session, wave, {"aware": ["never"]}, ticket="t", channel=Channel.PHONE, at=at)
    assert surveys.respond(session, wave, {"aware": ["never"]}, ticket="t", channel=Channel.WEB, at=at).id


@pytest.mark.parametrize(
    ("typed", "problems"),
    [
        ({"aware": []}, {"aware": "required"}),
        ({"aware": ["made_up"]}, {"aware": "unknown_option"}),
        ({"aware": ["heard", "never"]}, {"aware": "one_only"}),
        ({"words": ["长" * 2001]}, {"words": "too_long"}),
        ({"satisfied": ["<script>"]}, {"satisfied": "unknown_option"}),
    ],
)
def test_answers_that_do_not_fit_are_named(
    session: Session, make: Make, at: dt.datetime, typed: dict[str, list[str]], problems: dict[str, str]
) -> None:
    with pytest.raises(InvalidAnswersError) as refused:
        answer(session, make.wave(), at, typed)
    assert refused.value.problems == problems
    assert session.scalar(sa.select(sa.func.count(Response.id))) == 0


def test_none_of_these_stands_alone_except_on_paper(session: Session, make: Make) -> None:
    version = make.wave().version
    version.questions = []
    session.flush()
    names = {"board": True, "phone": True, "nowhere": False}
    options = [
        Option(position=place, key=key, text=key, is_substantive=is_opinion)
        for place, (key, is_opinion) in enumerate(names.items())
    ]
    version.questions = [
        Question(position=0, key="sources", type=QuestionType.MULTIPLE, text="从哪知道的？", options=options)
    ]
    session.flush()
    assert len(surveys.read_answers(version, {"sources": ["board", "phone"]})) == 2
    assert len(surveys.read_answers(version, {"sources": ["nowhere"]})) == 1
    both = {"sources": ["board", "nowhere"]}
    with pytest.raises(InvalidAnswersError) as refused:
        surveys.read_answers(version, both)
    assert refused.value.problems == {"sources": "not_together"}
    assert len(surveys.read_answers(version, both, may_lack=True)) == 2


def test_questions_left_out_by_a_condition_are_not_stored(session: Session, make: Make, at: dt.datetime) -> None:
    response = answer(session, make.wave(), at, {"aware": ["never"]})
    assert {item.question.key for item in response.answers} == {"aware", "words"}


@pytest.mark.parametrize("typed", ["1e400", "NaN", "Infinity", "1.00001", "十", "1e13", "--1"])
def test_numbers_that_cannot_be_kept_exactly_are_refused(typed: str) -> None:
    assert surveys.read_number(typed) is None


@pytest.mark.parametrize(("typed", "kept"), [("12", 12), ("-0.5", -0.5), ("３", 3)])
def test_numbers_are_read_exactly(typed: str, kept: float) -> None:
    number = surveys.read_number(typed)
    assert number is not None
    assert float(number) == kept
