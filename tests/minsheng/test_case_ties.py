"""Merging, splitting, linking, problems and adoption: nobody loses a code, an answer or a deadline."""

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from minsheng import codes
from minsheng.accounts.staff import StaffMember
from minsheng.casework import case_adoptions, case_links, case_statistics, letters, suggestions
from minsheng.casework.case_figures import Share
from minsheng.casework.cases import CaseClock, CaseEventKind, CaseState, ClosedAs, Rating, RefusalReason, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import local_date
from minsheng.editorial import publishing
from minsheng.encryption import ContactBox
from minsheng.errors import OwnWorkError, ReasonRequiredError, WrongStateError
from minsheng.oversight import problem_acts
from minsheng.oversight.problems import Problem
from minsheng.records.projects import Project
from minsheng.workdays import WorkCalendar
from tests.factories import Make

CLOCK = CaseClock(WorkCalendar.load())
BOX = ContactBox({1: b"k" * 32})
BY = "某县信访局"
TICKET = "7a0d7b8e-6f4f-4a3a-9a53-0c1f0f0a1b2c"


def send(session: Session, at: dt.datetime, ticket: str, project: Project | None = None) -> Suggestion:
    """A letter that may be published, with a contact."""
    letter = Letter(SuggestionKind.SUGGESTION, "村口的路灯坏了，桥也裂了", consent_to_publish=True, project=project)
    code = codes.tracking_code("secret", "suggestion", ticket)
    seal = lambda record: BOX.seal("13812345678", record)  # noqa: E731 - what the face passes
    return letters.submit(session, letter, ticket=ticket, code=code, at=at, clock=CLOCK, seal=seal)


def kinds(case: Suggestion) -> list[CaseEventKind]:
    return [event.kind for event in case.events]


def test_a_duplicate_keeps_its_code_and_is_told_of_the_answer_of_the_main_case(
    session: Session, make: Make, at: dt.datetime
) -> None:
    main, later = send(session, at, "one"), send(session, at + dt.timedelta(days=1), "two")
    due = main.reply_due
    case_links.merge(session, later, main, BY, at)
    main.accept(BY, at)
    main.hand_over(make.agency(), BY, at)
    main.answer("已修好。", "某局", at, CLOCK)
    session.flush()
    assert suggestions.by_code(session, codes.tracking_code("secret", "suggestion", "two")) is later
    assert (later.state, later.closed_as, later.main_case) == (CaseState.CLOSED, ClosedAs.MERGED, main)
    assert later.rating is None
    assert kinds(later) == [CaseEventKind.RECEIVED, CaseEventKind.MERGED, CaseEventKind.MAIN_REPLIED]
    assert CaseEventKind.TOOK_IN in kinds(main)
    assert main.reply_due == due


def test_what_was_merged_into_a_duplicate_moves_on_to_the_main_case(session: Session, at: dt.datetime) -> None:
    cases = [send(session, at + dt.timedelta(hours=hour), f"t{hour}") for hour in range(3)]
    case_links.merge(session, cases[2], cases[1], BY, at)
    case_links.merge(session, cases[1], cases[0], BY, at)
    session.flush()
    assert [one.main_case for one in cases] == [None, cases[0], cases[0]]


def test_nobody_waits_longer_for_being_merged(session: Session, make: Make, at: dt.datetime) -> None:
    main, later = send(session, at, "one"), send(session, at + dt.timedelta(days=1), "two")
    with pytest.raises(WrongStateError) as refused:
        case_links.merge(session, main, later, BY, at)
    assert refused.value.state == "later_case"
    main.accept(BY, at)
    main.hand_over(make.agency(), BY, at)
    main.extend("等设备", "某局", at, CLOCK)
    with pytest.raises(WrongStateError) as refused:
        case_links.merge(session, later, main, BY, at)
    assert refused.value.state == "later_deadline"
    with pytest.raises(WrongStateError):
        case_links.merge(session, main, main, BY, at)


def test_a_refused_case_takes_no_duplicates_in(session: Session, at: dt.datetime) -> None:
    main, later = send(session, at, "one"), send(session, at + dt.timedelta(days=1), "two")
    main.refuse(RefusalReason.UNCLEAR, "说不清", BY, at)
    with pytest.raises(WrongStateError):
        case_links.merge(session, later, main, BY, at)
    assert later.state is CaseState.RECEIVED


def split(session: Session, case: Suggestion, at: dt.datetime, words: str = "桥裂了") -> Suggestion:
    code = codes.tracking_code("secret", "suggestion", TICKET)
    return case_links.split(session, case, words, ticket=TICKET, code=code, box=BOX, by=BY, at=at)


def test_a_split_off_case_runs_against_the_same_deadline_and_has_the_contact(session: Session, at: dt.datetime) -> None:
    case = send(session, at, "one")
    case.accept(BY, at)
    second = split(session, case, at + dt.timedelta(days=9))
    assert (second.received_at, second.reply_due, second.accept_due) == (at, case.reply_due, case.accept_due)
    assert second.state is CaseState.ACCEPTED
    assert second.contact_sealed is not None
    assert BOX.open(second.contact_sealed, second.subject) == "13812345678"
    assert case.words == "村口的路灯坏了，桥也裂了"
    assert case.split_off == [second]
    assert split(session, case, at) is second
    assert kinds(case).count(CaseEventKind.SPLIT) == 1


def test_splitting_needs_words_and_an_unanswered_case(session: Session, make: Make, at: dt.datetime) -> None:
    case = send(session, at, "one")
    with pytest.raises(ReasonRequiredError):
        split(session, case, at, "  ")
    case.accept(BY, at)
    case.hand_over(make.agency(), BY, at)
    case.answer("已修好。", "某局", at, CLOCK)
    with pytest.raises(WrongStateError):
        split(session, case, at)


def test_a_problem_needs_a_project_and_a_second_reader(session: Session, make: Make, at: dt.datetime) -> None:
    case, agency, project = send(session, at, "one"), make.agency(), make.project()
    writer, reader = make.staff(), make.staff()
    case.accept(BY, at)
    today = local_date(at)
    deadline = today + dt.timedelta(days=20)

    def register(words: str, by_day: dt.date, by: StaffMember) -> Problem:
        return case_links.register_problem(session, case, agency, words, by_day, by, at)

    with pytest.raises(WrongStateError) as refused:
        register("桥面开裂", deadline, writer)
    assert refused.value.state == "no_project"
    case_links.link_project(case, project, BY, at)
    assert case.division is project.division
    with pytest.raises(WrongStateError) as refused:
        register("桥面开裂", today - dt.timedelta(days=1), writer)
    assert refused.value.state == "past"
    problem = register("桥面开裂", deadline, writer)
    session.refresh(project)
    assert (case.problem, case.public_problem, project.problems) == (problem, None, [])
    assert CaseEventKind.MADE_PROBLEM not in kinds(case)
    with pytest.raises(WrongStateError):
        register("又一个", deadline, reader)
    problem_acts.send_back(problem, "写明桥在哪里", reader, at)
    assert register("村口的桥面开裂", deadline, writer) is problem
    with pytest.raises(OwnWorkError):
        problem_acts.open_to_public(session, problem, writer, at)
    problem_acts.open_to_public(session, problem, reader, at)
    session.refresh(project)
    assert [(one.description, one.deadline, one.agency) for one in project.problems] == [
        ("村口的桥面开裂", deadline, agency)
    ]
    assert case.public_problem is problem
    assert CaseEventKind.MADE_PROBLEM in kinds(case)
    assert case.is_waiting_for_reply
    with pytest.raises(WrongStateError):
        register("又一个", deadline, writer)


def test_a_case_whose_problem_was_thrown_away_may_become_one_again(
    session: Session, make: Make, at: dt.datetime
) -> None:
    case, writer = send(session, at, "one", make.project()), make.staff()
    case.accept(BY, at)
    problem = case_links.register_problem(session, case, make.agency(), "桥裂", local_date(at), writer, at)
    problem_acts.discard(session, problem, writer)
    assert case.problem is None
    assert case_links.register_problem(session, case, make.agency(), "桥裂", local_date(at), writer, at) is case.problem


def test_adoption_can_be_traced_from_both_sides(session: Session, make: Make, at: dt.datetime) -> None:
    case, project = send(session, at, "one"), make.project()
    with pytest.raises(WrongStateError):
        case_adoptions.adopt(case, project.programme, None, "", BY, at)
    case.accept(BY, at)
    with pytest.raises(WrongStateError) as refused:
        case_adoptions.adopt(case, make.programme(), project, "", BY, at)
    assert refused.value.state == "other_list"
    case_adoptions.adopt(case, project.programme, None, "列入明年清单", BY, at)
    session.flush()
    assert case_adoptions.adopted_by(session, project) == []
    case_adoptions.adopt(case, project.programme, project, "已定下项目", BY, at)
    session.flush()
    assert case_adoptions.adopted_by(session, project) == []
    case.review(is_public=True, title="桥裂了", words="桥裂了", by=BY, at=at)
    publishing.record_suggestion(session, case, "suggestion_reviewed", BY, at)
    assert case_adoptions.adopted_by(session, project) == [case]
    assert len(case.adoptions) == 1
    assert publishing.verify(session) == []
    with pytest.raises(WrongStateError):
        case_adoptions.adopt(case, project.programme, project, "", BY, at)


def test_whoever_sent_a_duplicate_judges_the_answer_once_and_within_the_period(
    session: Session, make: Make, at: dt.datetime
) -> None:
    main, later, late = (send(session, at + dt.timedelta(hours=hour), f"t{hour}") for hour in range(3))
    for duplicate in (later, late):
        case_links.merge(session, duplicate, main, BY, at)
    main.accept(BY, at)
    agency = make.agency()
    main.hand_over(agency, BY, at)
    with pytest.raises(WrongStateError):
        later.rate(Rating.SATISFIED, "", at)
    main.answer("已修好。", "某局", at, CLOCK)
    main.rate(Rating.SATISFIED, "", at)
    later.rate(Rating.NOT_SATISFIED, "又坏了", at)
    session.flush()
    assert (later.state, later.closed_as, later.rating) == (CaseState.CLOSED, ClosedAs.MERGED, Rating.NOT_SATISFIED)
    assert kinds(later)[-1] is CaseEventKind.RATED
    with pytest.raises(WrongStateError):
        later.rate(Rating.SATISFIED, "", at)
    with pytest.raises(WrongStateError):
        late.rate(Rating.SATISFIED, "", at + dt.timedelta(days=30))
    counts = case_statistics.counts_of_agency(session, agency, at.date())
    whole = case_statistics.count(session, at.date())
    for found in (counts, whole):
        assert (found.rated, found.satisfied, found.rated_duplicates) == (2, 1, 1)
        assert found.rated_share == Share(1, 1)
