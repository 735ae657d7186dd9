"""Counts made in the database against the same counts made one case at a time, over random cases."""

import contextlib
import datetime as dt
import random
import statistics
from collections import Counter
from collections.abc import Callable, Iterable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.casework import case_statistics
from minsheng.casework.case_channels import CaseChannel
from minsheng.casework.case_figures import AGE_BUCKETS, CaseCounts, Share, ranks_on_time, total
from minsheng.casework.case_links import merge
from minsheng.casework.case_statistics import CaseFilter, Dimension
from minsheng.casework.cases import CaseClock, CaseEventKind, CaseState, ClosedAs, Rating, RefusalReason, SuggestionKind
from minsheng.casework.letters import Letter, submit
from minsheng.casework.suggestions import Suggestion
from minsheng.clock import local_date
from minsheng.errors import WrongStateError
from minsheng.records.places import Agency, Division, DivisionLevel
from minsheng.records.projects import Category, Project
from minsheng.workdays import WorkCalendar
from tests.factories import Make

CLOCK = CaseClock(WorkCalendar.load())
AS_OF = dt.date(2026, 6, 10)


def counted_by_hand(cases: Iterable[Suggestion], as_of: dt.date) -> CaseCounts:
    """The counts in plain Python, one case after the other."""
    cases = list(cases)
    replied = [case for case in cases if case.replied_at is not None]
    waiting = [case for case in cases if case.is_waiting_for_reply]
    ages = [(as_of - local_date(case.received_at)).days for case in waiting]
    return CaseCounts(
        received=len(cases),
        accepted=sum(case.state not in {CaseState.RECEIVED, CaseState.REFUSED} for case in cases),
        refused=sum(case.state is CaseState.REFUSED for case in cases),
        replied=len(replied),
        on_time=sum(not case.was_answered_late for case in replied),
        open=len(waiting),
        overdue=sum(case.is_overdue(as_of) for case in waiting),
        unanswered_late=sum(case.replied_at is None and case.reply_due < as_of for case in waiting),
        extended=sum(bool(case.extended_because) for case in cases),
        transferred=sum(any(step.kind is CaseEventKind.TRANSFERRED for step in case.events) for case in cases),
        disputed=sum(case.disputed_at is not None for case in cases),
        reopened=sum(case.state is CaseState.DISPUTED for case in cases),
        rated=sum(case.rating is not None for case in cases),
        satisfied=sum(case.rating is Rating.SATISFIED for case in cases),
        partly_satisfied=sum(case.rating is Rating.PARTLY for case in cases),
        closed_unrated=sum(case.closed_as is ClosedAs.UNRATED for case in cases),
        merged=sum(case.closed_as is ClosedAs.MERGED and case.replied_at is None for case in cases),
        rated_duplicates=sum(case.closed_as is ClosedAs.MERGED and case.rating is not None for case in cases),
        refused_for=dict(Counter(case.refusal_reason for case in cases if case.refusal_reason)),
        open_by_age=tuple(
            sum(least <= age and (most is None or age <= most) for age in ages) for least, most in AGE_BUCKETS
        ),
        days=dict(
            Counter(
                (local_date(case.replied_at) - local_date(case.received_at)).days
                for case in replied
                if case.replied_at is not None
            )
        ),
    )


def random_case(session: Session, dice: random.Random, about: Project | None, agencies: list[Agency]) -> Suggestion:
    """A case that came in at any hour of the last months and went some way."""
    now = dt.datetime(2026, 1, 5, tzinfo=dt.UTC) + dt.timedelta(minutes=dice.randrange(150 * 24 * 60))
    number = session.scalar(sa.select(sa.func.count(Suggestion.id))) or 0
    letter = Letter(dice.choice(list(SuggestionKind)), f"第{number}件", consent_to_publish=True, project=about)
    case = submit(session, letter, ticket=f"ticket-{number}", code=f"code-{number}", at=now, clock=CLOCK)
    case.channel = dice.choice(list(CaseChannel))
    for _ in range(dice.randrange(12)):
        now += dt.timedelta(hours=dice.randrange(1, 200))
        step = dice.choice(
            ("accept", "refuse", "hand", "hand", "extend", "answer", "rate", "dispute", "final", "close")
        )
        try:
            take(case, step, now, dice, agencies)
        except WrongStateError:
            continue
    earlier = session.scalars(sa.select(Suggestion).where(Suggestion.id < case.id)).first()
    if earlier is not None and dice.randrange(5) == 0:
        with contextlib.suppress(WrongStateError):
            merge(session, case, earlier, "a", now)
    return case


def take(case: Suggestion, step: str, now: dt.datetime, dice: random.Random, agencies: list[Agency]) -> None:
    steps = {
        "accept": lambda: case.accept("a", now),
        "refuse": lambda: case.refuse(dice.choice(list(RefusalReason)), "理由", "a", now),
        "hand": lambda: case.hand_over(dice.choice(agencies), "a", now),
        "extend": lambda: case.extend("核实需要时间", "b", now, CLOCK),
        "answer": lambda: case.answer("答复", "b", now, CLOCK),
        "rate": lambda: case.rate(dice.choice(list(Rating)), "", now),
        "dispute": lambda: case.dispute("没解决", now, CLOCK),
        "final": lambda: case.answer_finally("最后答复", "c", now, CLOCK),
        "close": lambda: case.close_unrated(now),
    }
    steps[step]()


@pytest.fixture
def cases(session: Session, make: Make) -> list[Suggestion]:
    """Random cases about projects of two fields in two places, and about nothing."""
    dice = random.Random(7)  # noqa: S311 - reproducible test data
    agencies = [make.agency(), make.agency()]
    projects = [make.project(category=Category.WATER), make.project(category=Category.TRANSPORT), None]
    made = [random_case(session, dice, dice.choice(projects), agencies) for _ in range(160)]
    session.flush()
    assert any(case.closed_as is ClosedAs.MERGED for case in made)
    return made


def test_the_database_counts_like_a_person_would(session: Session, cases: list[Suggestion]) -> None:
    for as_of in (AS_OF, dt.date(2026, 3, 1), dt.date(2026, 12, 31)):
        seen = [case for case in cases if local_date(case.received_at) <= as_of]
        chosen = CaseFilter(until=as_of)
        counts = case_statistics.count(session, as_of, chosen)
        assert counts == counted_by_hand(seen, as_of)
        assert counts.received == counts.answered + counts.open - counts.reopened + counts.merged
        assert sum(counts.open_by_age) == counts.open


@pytest.mark.parametrize("dimension", Dimension)
def test_each_dimension_divides_all_cases(session: Session, cases: list[Suggestion], dimension: Dimension) -> None:
    keys: dict[Dimension, Callable[[Suggestion], object]] = {
        Dimension.AGENCY: lambda case: case.agency.id if case.agency else None,
        Dimension.PLACE: lambda case: case.division.id if case.division else None,
        Dimension.CATEGORY: lambda case: case.project.category.value if case.project else None,
        Dimension.MONTH: lambda case: f"{local_date(case.received_at):%Y-%m}",
        Dimension.CHANNEL: lambda case: case.channel.value,
    }
    grouped: dict[object, list[Suggestion]] = {}
    for case in cases:
        grouped.setdefault(keys[dimension](case), []).append(case)

    found = case_statistics.count_by(session, dimension, AS_OF)

    assert found == {key: counted_by_hand(group, AS_OF) for key, group in grouped.items()}
    assert total(found.values()) == case_statistics.count(session, AS_OF)


def test_filters_narrow_what_is_counted(session: Session, cases: list[Suggestion]) -> None:
    about = next(case for case in cases if case.project and case.agency)
    assert about.project is not None
    chosen = CaseFilter(
        place=about.division,
        agency=about.agency,
        category=about.project.category,
        channel=about.channel,
        since=dt.date(2026, 2, 1),
        until=dt.date(2026, 4, 30),
    )
    wanted = [
        case
        for case in cases
        if (case.division, case.agency, case.channel) == (about.division, about.agency, about.channel)
        and case.project is about.project
        and dt.date(2026, 2, 1) <= local_date(case.received_at) <= dt.date(2026, 4, 30)
    ]
    assert case_statistics.count(session, AS_OF, chosen) == counted_by_hand(wanted, AS_OF)


def test_median_and_ninetieth_are_those_of_the_whole_list() -> None:
    dice = random.Random(3)  # noqa: S311 - reproducible test data
    for size in range(1, 40):
        values = [dice.randrange(30) for _ in range(size)]
        counts = CaseCounts(days=dict(Counter(values)))
        assert counts.median_days == statistics.median(values)
        assert counts.ninetieth_days is not None
        assert sum(value <= counts.ninetieth_days for value in values) >= 0.9 * size
        assert sum(value < counts.ninetieth_days for value in values) < 0.9 * size
    assert CaseCounts().median_days is None
    assert CaseCounts().ninetieth_days is None


def test_leaving_a_case_lying_never_raises_the_share_on_time() -> None:
    answered_late = CaseCounts(received=10, replied=10, on_time=8)
    left_lying = CaseCounts(received=10, replied=8, on_time=8, open=2, overdue=2, unanswered_late=2)
    assert answered_late.on_time_share == left_lying.on_time_share == Share(8, 10)


def test_too_few_cases_give_neither_share_nor_rank() -> None:
    few = CaseCounts(received=4, replied=4, on_time=4, rated=4, satisfied=4)
    good, equal, bad = (CaseCounts(received=10, replied=10, on_time=number) for number in (9, 9, 2))
    assert few.on_time_share.percent is None
    assert few.satisfied_share.percent is None
    assert ranks_on_time({"few": few, "good": good, "equal": equal, "bad": bad}) == {"good": 1, "equal": 1, "bad": 3}


def test_a_place_counts_what_lies_below_it(session: Session, make: Make) -> None:
    county = make.division()
    town = Division.under(county, "990121101", "示例镇", DivisionLevel.TOWNSHIP)
    session.add(town)
    at = dt.datetime(2026, 5, 6, 2, tzinfo=dt.UTC)
    for number, place in enumerate((county, town, town, None)):
        letter = Letter(SuggestionKind.QUESTION, "问一下", consent_to_publish=False, division=place)
        submit(session, letter, ticket=str(number), code=str(number), at=at, clock=CLOCK)
    assert case_statistics.counts_of_place(session, county, AS_OF).received == 3
    assert case_statistics.counts_of_place(session, town, AS_OF).received == 2


def test_the_opinion_component_gets_what_was_due(session: Session, make: Make, at: dt.datetime) -> None:
    place, agency = make.division(), make.agency()
    letter = Letter(SuggestionKind.COMPLAINT, "路灯坏了", consent_to_publish=True, division=place)
    made = [
        submit(session, letter, ticket=str(n), code=str(n), at=at - dt.timedelta(days=60), clock=CLOCK)
        for n in range(3)
    ]
    fresh = submit(session, letter, ticket="fresh", code="fresh", at=at, clock=CLOCK)
    made[0].refuse(RefusalReason.UNCLEAR, "说不清是哪里", "a", at)
    made[1].accept("a", at)
    made[1].hand_over(agency, "a", at)
    made[1].answer("修好了", "b", at, CLOCK)
    made[1].rate(Rating.SATISFIED, "", at)
    session.flush()

    year = dt.date(2026, 1, 1), dt.date(2026, 12, 31)
    handling = case_statistics.handling_by_place(session, [place], *year, local_date(at))[place.code]

    assert fresh.is_waiting_for_reply
    assert handling.shares == ((1, 2), (0, 2), (1, 1))


def test_what_was_asked_for_most_counts_suggestions_by_field_and_place(session: Session, make: Make) -> None:
    water, road = make.project(category=Category.WATER), make.project(category=Category.TRANSPORT)
    at = dt.datetime(2026, 5, 6, 2, tzinfo=dt.UTC)
    sent = (
        [(water, SuggestionKind.SUGGESTION)] * 3
        + [(road, SuggestionKind.SUGGESTION)] * 2
        + [(road, SuggestionKind.THANKS)]
    )
    sent.append((make.project(category=Category.HOUSING), SuggestionKind.SUGGESTION))
    for number, (project, kind) in enumerate(sent):
        letter = Letter(kind, "希望再修一段", consent_to_publish=True, project=project)
        submit(session, letter, ticket=str(number), code=str(number), at=at, clock=CLOCK)
    asked = case_statistics.asked_most(session)
    assert [(one.category, one.cases) for one in asked] == [(Category.WATER, 3), (Category.TRANSPORT, 2)]
    assert asked[0].place_id == water.division_id
