"""Rounds of asking: their times, their ideas, and the outcome that each idea gets."""

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.casework.cases import Prominence
from minsheng.editorial import publishing
from minsheng.errors import NotOpenError, ReasonRequiredError, WrongStateError
from minsheng.journal import JournalEntry
from minsheng.participation import call_acts, call_outcomes, similar_ideas
from minsheng.participation.call_ideas import CallIdea, GroupOutcome, SetAsideReason
from minsheng.participation.calls import Call, CallState, CallTheme, OutcomesMissingError
from minsheng.records.projects import Category
from tests.factories import Make

ACTOR = "某县民生办"
DAY = dt.timedelta(days=1)


@pytest.fixture
def call(session: Session, make: Make, at: dt.datetime) -> Call:
    """A public round that opened yesterday and has nine days to go."""
    call = Call(
        slug="ideas-2027",
        state=CallState.DRAFT,
        theme=CallTheme.NEXT_YEAR_LIST,
        title="2027年民生实事征集",
        text="请说说明年最该办的事。",
        year=2027,
        division=make.division(),
        opens_at=at - DAY,
        closes_at=at + 9 * DAY,
        first_closes_at=at + 9 * DAY,
    )
    session.add(call)
    call_acts.publish(session, call, ACTOR, at - 2 * DAY)
    return call


def send(session: Session, call: Call, at: dt.datetime, words: str = "村口装路灯", *, consent: bool = True) -> CallIdea:
    number = session.scalar(sa.select(sa.func.count(CallIdea.id))) or 0
    return call_acts.submit(
        session,
        call,
        words,
        consent_to_publish=consent,
        division=None,
        ticket=f"ticket-{number}",
        code=f"code-{number}",
        at=at,
    )


def test_ideas_come_only_while_the_round_is_open(session: Session, call: Call, at: dt.datetime) -> None:
    for moment in (call.opens_at - dt.timedelta(seconds=1), call.closes_at, call.closes_at + DAY):
        with pytest.raises(NotOpenError):
            send(session, call, moment)
    assert send(session, call, call.closes_at - dt.timedelta(seconds=1)).id
    assert not session.scalars(CallIdea.visible_to_residents()).all()


def test_the_same_ticket_makes_one_idea(session: Session, call: Call, at: dt.datetime) -> None:
    first = send(session, call, at)
    again = call_acts.submit(
        session,
        call,
        "别的",
        consent_to_publish=True,
        division=None,
        ticket="ticket-0",
        code="other",
        at=call.closes_at,
    )
    assert again is first


def test_the_end_moves_only_before_it_has_come_and_with_a_public_reason(
    session: Session, call: Call, at: dt.datetime
) -> None:
    first = call.closes_at
    with pytest.raises(ReasonRequiredError):
        call_acts.extend(session, call, first + DAY, " ", ACTOR, at)
    with pytest.raises(WrongStateError):
        call_acts.extend(session, call, first, "理由", ACTOR, at)
    with pytest.raises(WrongStateError):
        call_acts.extend(session, call, first + DAY, "理由", ACTOR, first)
    call_acts.extend(session, call, first + DAY, "山区的村反映来不及", ACTOR, at)

    assert (call.first_closes_at, call.closes_at) == (first, first + DAY)
    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "call_extended")).one()
    assert entry.is_public
    assert entry.details["reason"] == "山区的村反映来不及"


def test_nothing_is_public_without_consent_and_review(session: Session, call: Call, at: dt.datetime) -> None:
    private, public = send(session, call, at, consent=False), send(session, call, at)
    with pytest.raises(WrongStateError):
        call_acts.review(session, private, is_public=True, title="t", words="w", actor=ACTOR, at=at)
    with pytest.raises(ReasonRequiredError):
        call_acts.review(session, public, is_public=True, title="", words="w", actor=ACTOR, at=at)
    call_acts.review(session, public, is_public=True, title="装路灯", words="村口装路灯", actor=ACTOR, at=at)
    assert session.scalars(CallIdea.visible_to_residents()).all() == [public]


def test_no_round_closes_over_an_idea_without_an_outcome(
    session: Session, make: Make, call: Call, at: dt.datetime
) -> None:
    lights, noise, spam = (send(session, call, at, words) for words in ("装路灯", "夜里太吵", "广告"))
    after = call.closes_at
    with pytest.raises(WrongStateError):
        call_acts.close(session, call, "结果", ACTOR, at)
    with pytest.raises(OutcomesMissingError) as refused:
        call_acts.close(session, call, "结果", ACTOR, after)
    assert (refused.value.ideas, refused.value.groups) == (3, 0)

    group = call_acts.make_group(session, call, "加路灯", ACTOR, at)
    quiet = call_acts.make_group(session, call, "夜间噪声", ACTOR, at)
    call_acts.put_into(session, group, [lights])
    call_acts.put_into(session, quiet, [noise])
    call_acts.put_aside(session, spam, SetAsideReason.NOT_AN_IDEA, ACTOR, at)
    with pytest.raises(OutcomesMissingError):
        call_acts.close(session, call, "结果", ACTOR, after)

    project = make.project(division=call.division)
    with pytest.raises(WrongStateError):
        call_acts.decide(session, group, GroupOutcome.ADOPTED, "列入", ACTOR, at)
    call_acts.decide(session, group, GroupOutcome.ADOPTED, "列入", ACTOR, at, project=project)
    with pytest.raises(ReasonRequiredError):
        call_acts.decide(session, quiet, GroupOutcome.NOT_ADOPTED, "", ACTOR, at)
    call_acts.decide(session, quiet, GroupOutcome.NOT_ADOPTED, "由城管日常执法", ACTOR, at)
    call_acts.close(session, call, "采纳一组", ACTOR, after)

    assert call.state is CallState.CLOSED
    steps: tuple[Callable[[], None], ...] = (
        lambda: call_acts.put_aside(session, lights, SetAsideReason.ABUSIVE, ACTOR, after),
        lambda: call_acts.decide(session, group, GroupOutcome.NOT_ADOPTED, "改了", ACTOR, after),
        lights.take_out,
    )
    for step in steps:
        with pytest.raises(WrongStateError):
            step()


def test_an_idea_goes_only_into_a_group_of_its_own_round(
    session: Session, make: Make, call: Call, at: dt.datetime
) -> None:
    other = Call(
        slug="other",
        state=CallState.DRAFT,
        theme=CallTheme.OTHER,
        title="另一次",
        text="另一次",
        division=make.division(),
        opens_at=at,
        closes_at=at + DAY,
        first_closes_at=at + DAY,
    )
    session.add(other)
    call_acts.publish(session, other, ACTOR, at)
    foreign = call_acts.make_group(session, other, "别处", ACTOR, at)
    with pytest.raises(WrongStateError):
        call_acts.put_into(session, foreign, [send(session, call, at)])


def test_a_target_must_be_one_of_the_project(session: Session, make: Make, call: Call, at: dt.datetime) -> None:
    group = call_acts.make_group(session, call, "加路灯", ACTOR, at)
    project, other = make.project(), make.project()
    with pytest.raises(WrongStateError):
        group.decide(GroupOutcome.PARTLY, "列入", at, project=project, indicator=other.indicators[0])
    group.decide(GroupOutcome.PARTLY, "列入", at, project=project, indicator=project.indicators[0])
    assert group.public_project is project


def test_a_draft_project_is_not_shown_before_it_is_public(
    session: Session, make: Make, call: Call, at: dt.datetime
) -> None:
    group = call_acts.make_group(session, call, "加路灯", ACTOR, at)
    draft = make.project(published=False, category=Category.SAFETY, division=call.division)
    call_acts.decide(session, group, GroupOutcome.ADOPTED, "已编入草案", ACTOR, at, project=draft)
    assert group.public_project is None
    assert not call_outcomes.adopted_groups(session)
    publishing.publish_project(session, draft, ACTOR, at)
    assert call_outcomes.adopted_groups(session) == [group]
    assert call_outcomes.answers(group, Category.SAFETY, call.division)
    assert not call_outcomes.answers(group, Category.WATER, call.division)
    assert publishing.verify(session) == []


def test_the_journal_keeps_no_words_of_residents(session: Session, call: Call, at: dt.datetime) -> None:
    idea = send(session, call, at, "张三家门口装路灯")
    call_acts.review(session, idea, is_public=True, title="装路灯", words="某户门口装路灯", actor=ACTOR, at=at)
    entries = session.scalars(sa.select(JournalEntry).where(JournalEntry.subject == idea.subject)).all()
    assert [entry.is_public for entry in entries] == [False, True]
    assert not any("路灯" in entry.payload for entry in entries)
    assert publishing.verify(session) == []


def test_an_experts_answer_is_public_and_marked(session: Session, call: Call, at: dt.datetime) -> None:
    told = ("县规划院道路工程师", "先修排水", "路灯的线要等排水管埋好再走。", "expert-1", ACTOR, at)
    answer = call_acts.add_expert_answer(session, call, *told)
    assert call_acts.add_expert_answer(session, call, *told) is answer
    assert (answer.prominence, answer.expert_title) == (Prominence.PUBLIC, "县规划院道路工程师")
    assert call_outcomes.counts_of(session, call).experts == 1


def test_like_is_proposed_to_like(session: Session, call: Call, at: dt.datetime) -> None:
    texts = (
        "村口到学校那一段装路灯，孩子下晚自习看不见",
        "学校那一段晚上没有路灯，能不能装几盏",
        "卫生室的血压计坏了，换一台新的",
        "希望卫生室多开一个下午",
    )
    ideas = [send(session, call, at, words) for words in texts]
    group = call_acts.make_group(session, call, "学校路段装路灯", ACTOR, at)
    call_acts.put_into(session, group, [ideas[0]])
    proposed = similar_ideas.proposed_groups(ideas, [group])
    assert proposed == {ideas[1].id: group}
    nearest = similar_ideas.most_like(ideas[2], ideas)
    assert nearest[0][0] is ideas[3]
    assert [is_near for _idea, is_near in nearest][1:] == [False, False]
