"""The schedule, on its rules and on figures that governments published (the source's title is in each test)."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minsheng.progress import schedule
from minsheng.progress.schedule import (
    IndicatorProgress,
    ProgrammeMember,
    ScheduleStatus,
    StageState,
    Thresholds,
    WeightedMilestone,
    Weighting,
)
from minsheng.records import rates
from minsheng.records.projects import Stage

START, FINISH = dt.date(2025, 1, 1), dt.date(2025, 4, 11)  # exactly 100 days
DAY_50 = dt.date(2025, 2, 20)
YEAR = (dt.date(2010, 1, 1), dt.date(2010, 12, 31))
END_OF_MAY = dt.date(2010, 5, 31)
days = st.dates(dt.date(2000, 1, 1), dt.date(2040, 12, 31))


def at_day_50(progress: Decimal | int | None, state: StageState = StageState.OPEN) -> ScheduleStatus:
    return schedule.status(state, progress, START, FINISH, DAY_50)


@pytest.mark.parametrize(
    ("progress", "word"),
    [
        (Decimal(30), ScheduleStatus.SERIOUSLY_BEHIND),
        (Decimal("30.0001"), ScheduleStatus.BEHIND),
        (Decimal(45), ScheduleStatus.BEHIND),
        (Decimal("45.0001"), ScheduleStatus.ON_SCHEDULE),
        (Decimal(50), ScheduleStatus.ON_SCHEDULE),
        (Decimal("54.9999"), ScheduleStatus.ON_SCHEDULE),
        (Decimal(55), ScheduleStatus.AHEAD),
        (Decimal("99.9999"), ScheduleStatus.AHEAD),
        (Decimal(100), ScheduleStatus.DONE),
        (Decimal(166), ScheduleStatus.DONE),
        (None, ScheduleStatus.UNKNOWN),
    ],
)
def test_each_word_at_its_exact_threshold(progress: Decimal | None, word: ScheduleStatus) -> None:
    assert at_day_50(progress) is word


def test_the_figures_behind_the_word() -> None:
    found = schedule.assess(StageState.OPEN, Decimal("30.5"), START, FINISH, DAY_50)
    assert (found.elapsed, found.expected, found.gap) == (Fraction(50), Fraction(50), Fraction("-19.5"))
    assert found.progress == Fraction("30.5")


def test_thresholds_are_settings_and_must_rise() -> None:
    strict = Thresholds(Decimal(-10), Decimal(-1), Decimal(1))
    assert (
        schedule.status(StageState.OPEN, Decimal(49), START, FINISH, DAY_50, thresholds=strict) is ScheduleStatus.BEHIND
    )
    with pytest.raises(ValueError, match="rise"):
        Thresholds(Decimal(-5), Decimal(-5), Decimal(5))


@pytest.mark.parametrize("progress", [None, Decimal(0), Decimal(60)])
def test_interrupted_projects_are_not_measured_against_time(progress: Decimal | None) -> None:
    assert at_day_50(progress, StageState.SUSPENDED) is ScheduleStatus.SUSPENDED
    assert at_day_50(progress, StageState.CANCELLED) is ScheduleStatus.CANCELLED


def test_a_finished_stage_counts_only_while_no_figure_says_less() -> None:
    assert at_day_50(None, StageState.FINISHED) is ScheduleStatus.DONE
    assert at_day_50(Decimal(100), StageState.FINISHED) is ScheduleStatus.DONE
    assert at_day_50(Decimal(60), StageState.FINISHED) is ScheduleStatus.AHEAD
    assert schedule.status(StageState.FINISHED, None, None, None, DAY_50) is ScheduleStatus.DONE


def test_overdue_starts_the_day_after_the_first_published_finish() -> None:
    assert schedule.status(StageState.OPEN, 99, START, FINISH, FINISH) is ScheduleStatus.ON_SCHEDULE
    day_after = FINISH + dt.timedelta(days=1)
    assert schedule.status(StageState.OPEN, 99, START, FINISH, day_after) is ScheduleStatus.OVERDUE
    assert schedule.status(StageState.OPEN, 100, START, FINISH, day_after) is ScheduleStatus.DONE
    assert schedule.status(StageState.OPEN, None, START, FINISH, day_after) is ScheduleStatus.UNKNOWN


def test_before_the_start_nothing_is_due_even_without_a_figure() -> None:
    eve = START - dt.timedelta(days=1)
    assert schedule.status(StageState.OPEN, None, START, FINISH, eve) is ScheduleStatus.NOT_DUE
    assert schedule.status(StageState.OPEN, None, START, None, eve) is ScheduleStatus.NOT_DUE
    assert schedule.status(StageState.OPEN, 0, START, FINISH, START) is ScheduleStatus.ON_SCHEDULE


def test_without_dates_the_word_is_unknown_unless_one_date_settles_it() -> None:
    assert schedule.status(StageState.OPEN, 40, None, None, DAY_50) is ScheduleStatus.UNKNOWN
    assert schedule.status(StageState.OPEN, 40, START, None, DAY_50) is ScheduleStatus.UNKNOWN
    assert schedule.status(StageState.OPEN, 40, None, FINISH, DAY_50) is ScheduleStatus.UNKNOWN
    late = FINISH + dt.timedelta(days=1)
    assert schedule.status(StageState.OPEN, 40, None, FINISH, late) is ScheduleStatus.OVERDUE


def test_a_start_that_slipped_past_the_first_finish_breaks_nothing() -> None:
    slipped = FINISH + dt.timedelta(days=30)
    between = FINISH + dt.timedelta(days=5)
    assert schedule.status(StageState.OPEN, 10, slipped, FINISH, between) is ScheduleStatus.OVERDUE
    assert schedule.status(StageState.OPEN, 10, slipped, FINISH, DAY_50) is ScheduleStatus.NOT_DUE
    assert schedule.assess(StageState.OPEN, 10, slipped, FINISH, DAY_50).expected is None
    with pytest.raises(ValueError, match="before"):
        schedule.elapsed(slipped, FINISH, DAY_50)


def test_equal_dates_count_as_one_day() -> None:
    assert schedule.elapsed(START, START, START) == 0
    assert schedule.elapsed(START, START, START + dt.timedelta(days=1)) == 1


def test_january_to_may_is_five_twelfths_of_a_years_plan() -> None:
    assert schedule.elapsed_of_year(5) == Fraction(5, 12)
    assert rates.rounded(schedule.time_share(*YEAR, END_OF_MAY) * 100) == Decimal("41.7")
    assert schedule.time_share(*YEAR, dt.date(2010, 12, 31)) == 1
    assert schedule.time_share(*YEAR, dt.date(2010, 5, 30)) == Fraction(149, 364)
    assert schedule.time_share(dt.date(2010, 1, 2), YEAR[1], END_OF_MAY) == Fraction(149, 363)
    for months in (-1, 13):
        with pytest.raises(ValueError, match="months"):
            schedule.elapsed_of_year(months)


def test_the_money_of_anhui_in_2010_was_ahead() -> None:
    """六安民生工程信息网: 全省民生工程工作推进会讲话 (2010): 157.3亿, 47.6% of the year, January to May."""
    found = schedule.assess_money(StageState.OPEN, Decimal("47.6"), *YEAR, END_OF_MAY)
    assert found.status is ScheduleStatus.AHEAD
    assert found.gap is not None
    assert rates.rounded(found.gap) == Decimal("5.9")


def test_zero_at_the_end_of_may_is_seriously_behind() -> None:
    """为民办实事会议上领导讲话 (新晃侗族自治县): 邮政所建设 and 农民工阳光工程培训 stood at zero."""
    found = schedule.assess(StageState.OPEN, 0, *YEAR, END_OF_MAY)
    assert found.status is ScheduleStatus.SERIOUSLY_BEHIND
    assert found.gap == Fraction(-500, 12)


def test_half_of_the_task_at_the_end_of_may_is_ahead_and_30_percent_is_behind() -> None:
    """The same speech sorts its indicators at 50 % and at 30 %."""
    assert schedule.status(StageState.OPEN, 50, *YEAR, END_OF_MAY) is ScheduleStatus.AHEAD
    assert schedule.status(StageState.OPEN, 30, *YEAR, END_OF_MAY) is ScheduleStatus.BEHIND


def test_jiaxing_2014_missed_its_year() -> None:
    """在政府系統活動推進會上的講話 (五篇): 27.7 of 39.0亿 by the end of 2014."""
    share = rates.completion(277_000_000_000, 390_000_000_000).percent
    year = (dt.date(2014, 1, 1), dt.date(2014, 12, 31))
    assert share is not None
    assert rates.rounded(share) == Decimal("71.0")
    assert schedule.assess_money(StageState.OPEN, share, *year, year[1]).status is ScheduleStatus.SERIOUSLY_BEHIND
    new_year = dt.date(2015, 1, 1)
    assert schedule.assess_money(StageState.OPEN, share, *year, new_year).status is ScheduleStatus.OVERDUE


def test_a_finished_stage_does_not_finish_the_money() -> None:
    found = schedule.assess_money(StageState.FINISHED, None, START, FINISH, DAY_50)
    assert found.status is ScheduleStatus.UNKNOWN
    suspended = schedule.assess_money(StageState.SUSPENDED, 10, START, FINISH, DAY_50)
    assert suspended.status is ScheduleStatus.SUSPENDED


def test_weighted_milestones_replace_time() -> None:
    steps = [
        WeightedMilestone(dt.date(2025, 2, 20), Decimal(10)),
        WeightedMilestone(dt.date(2025, 3, 1), Decimal(30)),
        WeightedMilestone(FINISH, Decimal(60)),
    ]
    eve = DAY_50 - dt.timedelta(days=1)
    assert schedule.expected(START, FINISH, eve, steps) == 0
    assert schedule.expected(START, FINISH, DAY_50, steps) == 10
    assert schedule.expected(START, FINISH, FINISH, steps) == 100
    found = schedule.assess(StageState.OPEN, 12, START, FINISH, DAY_50, milestones=steps)
    assert (found.status, found.elapsed, found.gap) == (ScheduleStatus.ON_SCHEDULE, Fraction(50), Fraction(2))


def test_milestones_that_do_not_weigh_the_whole_work_are_passed_over() -> None:
    one_without = [WeightedMilestone(DAY_50, Decimal(40)), WeightedMilestone(FINISH, None)]
    weightless = [WeightedMilestone(DAY_50, Decimal(0))]
    assert schedule.expected(START, FINISH, DAY_50, one_without) == 50
    assert schedule.expected(START, FINISH, DAY_50, weightless) == 50


@given(days, days, days, days)
def test_elapsed_stays_between_0_and_1_and_never_runs_back(one: dt.date, two: dt.date, a: dt.date, b: dt.date) -> None:
    start, finish = sorted((one, two))
    earlier, later = sorted((a, b))
    assert 0 <= schedule.elapsed(start, finish, earlier) <= schedule.elapsed(start, finish, later) <= 1


@given(st.sampled_from(StageState), st.none() | st.integers(0, 200), st.none() | days, st.none() | days, days)
def test_every_project_has_a_word(
    state: StageState, progress: int | None, start: dt.date | None, finish: dt.date | None, as_of: dt.date
) -> None:
    found = schedule.assess(state, progress, start, finish, as_of)
    if found.status in {ScheduleStatus.AHEAD, ScheduleStatus.ON_SCHEDULE, ScheduleStatus.BEHIND}:
        assert found.gap is not None
        assert found.progress is not None
    if found.status is ScheduleStatus.OVERDUE:
        assert finish is not None
        assert as_of > finish


@given(st.integers(0, 99), st.integers(0, 99), days)
def test_more_progress_never_worsens_the_word(a: int, b: int, as_of: dt.date) -> None:
    order = list(ScheduleStatus)
    low, high = sorted((a, b))
    words = [schedule.status(StageState.OPEN, value, START, FINISH, as_of) for value in (low, high)]
    assert order.index(words[0]) <= order.index(words[1])


def test_every_stage_is_known_to_the_schedule() -> None:
    finished = {Stage.COMPLETED, Stage.ACCEPTED, Stage.IN_USE, Stage.AFTER_CARE}
    special = {Stage.SUSPENDED: StageState.SUSPENDED, Stage.CANCELLED: StageState.CANCELLED}
    for stage in Stage:
        otherwise = StageState.FINISHED if stage in finished else StageState.OPEN
        assert schedule.stage_state(stage) is special.get(stage, otherwise)
    assert schedule.stage_state(None) is StageState.OPEN


def test_the_mean_caps_each_indicator_while_its_own_share_is_uncapped() -> None:
    """为民办实事会议上领导讲话: 166 %, 123 % and 121 % are published values."""
    over = [IndicatorProgress(Decimal(100), Decimal(value)) for value in (166, 123, 121)]
    assert [schedule.indicator_share(item) for item in over] == [166, 123, 121]
    lagging = IndicatorProgress(Decimal(100), Decimal(20))
    found = schedule.project_progress(is_works=False, indicators=[*over, lagging])
    assert (found.percent, found.counted, found.of) == (Fraction(80), 4, 4)


def test_indicator_weights_count_when_every_one_is_given() -> None:
    half, whole = (IndicatorProgress(Decimal(10), Decimal(v), Decimal(w)) for v, w in ((5, 3), (10, 1)))
    assert schedule.project_progress(is_works=False, indicators=[half, whole]).percent == Fraction(250, 4)
    without = IndicatorProgress(Decimal(10), Decimal(10))
    assert schedule.project_progress(is_works=False, indicators=[half, without]).percent == 75


def test_targets_not_assigned_and_values_not_reported_are_left_out_and_counted() -> None:
    """为民办实事会议上领导讲话 (新晃侗族自治县): three targets were not yet assigned."""
    items = [
        IndicatorProgress(None, Decimal(3)),
        IndicatorProgress(Decimal(4), None),
        IndicatorProgress(Decimal(0), Decimal(4)),
        IndicatorProgress(Decimal(4), Decimal(1)),
    ]
    found = schedule.project_progress(is_works=False, indicators=items)
    assert (found.percent, found.counted, found.of) == (Fraction(25), 1, 4)
    assert schedule.project_progress(is_works=False, indicators=items[:3]).percent is None


def test_less_may_be_better() -> None:
    ceiling = Decimal(50)
    assert schedule.indicator_share(IndicatorProgress(ceiling, Decimal(40), less_is_better=True)) == 100
    assert schedule.indicator_share(IndicatorProgress(ceiling, Decimal(0), less_is_better=True)) == 100
    assert schedule.indicator_share(IndicatorProgress(ceiling, Decimal(80), less_is_better=True)) == Fraction(125, 2)


def test_works_go_by_their_physical_progress_alone() -> None:
    """为民办实事会议上领导讲话: 8.5 of 22.5 km of roadbed; the kilometres are not the physical progress."""
    roads = [IndicatorProgress(Decimal("22.5"), Decimal("8.5"))]
    found = schedule.project_progress(is_works=True, physical=Decimal("35.5"), indicators=roads)
    assert found.percent == Fraction("35.5")
    assert schedule.project_progress(is_works=True, indicators=roads).percent is None


def test_a_programme_is_weighted_only_where_every_project_has_a_plan() -> None:
    members = [ProgrammeMember(100, 100), ProgrammeMember(Decimal(20), 300)]
    found = schedule.programme_progress(members)
    assert (found.percent, found.counted, found.of, found.weighting) == (
        Fraction(40),
        2,
        2,
        Weighting.PLANNED_INVESTMENT,
    )
    found = schedule.programme_progress([*members, ProgrammeMember(30, None)])
    assert (found.percent, found.counted, found.of, found.weighting) == (Fraction(50), 3, 3, Weighting.UNWEIGHTED)


def test_a_programme_says_how_many_projects_it_could_count() -> None:
    found = schedule.programme_progress([ProgrammeMember(None, 100), ProgrammeMember(50, 100)])
    assert (found.percent, found.counted, found.of) == (Fraction(50), 1, 2)
    assert schedule.programme_progress([ProgrammeMember(None, 1)]).percent is None
    assert schedule.programme_progress([]) == schedule.ProgrammeProgress(None, 0, 0, Weighting.UNWEIGHTED)


def test_an_overfulfilled_project_cannot_hide_a_neglected_one() -> None:
    assert schedule.programme_progress([ProgrammeMember(180, None), ProgrammeMember(20, None)]).percent == 60
