"""Every data check: it fires on what it is for, and stays silent on the honest neighbour of that."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from minsheng.progress.check_figures import (
    BatchFigures,
    FundingFigures,
    IndicatorFigures,
    IndicatorTerms,
    MilestoneFigures,
    PhotoFigures,
    ProjectFigures,
    ProjectTerms,
    ReportFigures,
)
from minsheng.progress.checks import check_project, check_report
from minsheng.progress.findings import CheckCode, Finding

APRIL, MAY = dt.date(2025, 4, 30), dt.date(2025, 5, 31)
TERMS = ProjectTerms(
    indicators=(IndicatorTerms("1", "通村公路", "公里", Decimal("22.5"), parts=(Decimal("8.5"), Decimal(14))),),
    planned_fen=100_000_00,
    quality_standard="四级公路",
    planned_start=dt.date(2025, 1, 1),
    planned_finish=dt.date(2025, 12, 31),
)
PROJECT = ProjectFigures(
    is_works=True,
    terms=TERMS,
    published=TERMS,
    funding=FundingFigures((60_000_00, 40_000_00)),
    milestones=(
        MilestoneFigures("approval", dt.date(2025, 1, 10), dt.date(2025, 1, 12)),
        MilestoneFigures("start", dt.date(2025, 2, 1), dt.date(2025, 2, 1)),
        MilestoneFigures("completion", dt.date(2025, 11, 30)),
    ),
    actual_start=dt.date(2025, 2, 1),
)
REPORT = ReportFigures(
    as_of=MAY,
    stage="under_way",
    physical_progress=Decimal(40),
    arrived_fen=80_000_00,
    disbursed_fen=50_000_00,
    spent_fen=45_000_00,
    investment_completed_fen=60_000_00,
    indicators=(IndicatorFigures("1", "通村公路", "公里", Decimal("22.5"), Decimal("8.5"), stated_percent="37.8%"),),
    photos=(
        PhotoFigures("1", "before", dt.date(2024, 9, 1)),
        PhotoFigures("2", "during", dt.date(2025, 5, 1)),
        PhotoFigures("3", "during", None),
    ),
)
EARLIER = replace(
    REPORT,
    as_of=APRIL,
    physical_progress=Decimal(35),
    indicators=(IndicatorFigures("1", "通村公路", "公里", Decimal("22.5"), Decimal(7)),),
)


def found(
    report: ReportFigures = REPORT, previous: ReportFigures | None = EARLIER, project: ProjectFigures = PROJECT
) -> dict[CheckCode, Finding]:
    findings = check_report(report, previous, project)
    assert len({finding.key for finding in findings}) == len(findings)
    return {finding.code: finding for finding in findings}


def only(code: CheckCode, findings: dict[CheckCode, Finding]) -> Finding:
    assert list(findings) == [code]
    return findings[code]


def test_an_honest_report_has_no_findings() -> None:
    assert found() == {}


def test_an_empty_report_has_no_findings() -> None:
    bare = ProjectFigures(is_works=False, terms=ProjectTerms())
    assert check_report(ReportFigures(MAY), None, bare) == ()
    assert check_report(ReportFigures(MAY), ReportFigures(APRIL), bare) == ()


def test_spent_over_disbursed() -> None:
    finding = only(CheckCode.SPENT_OVER_DISBURSED, found(replace(REPORT, spent_fen=50_000_01)))
    assert finding.facts == {"spent_fen": "5000001", "disbursed_fen": "5000000"}
    assert found(replace(REPORT, spent_fen=50_000_00)) == {}


def test_disbursed_over_arrived() -> None:
    finding = only(CheckCode.DISBURSED_OVER_ARRIVED, found(replace(REPORT, disbursed_fen=80_000_01)))
    assert finding.facts == {"disbursed_fen": "8000001", "arrived_fen": "8000000"}
    assert found(replace(REPORT, disbursed_fen=80_000_00)) == {}


def test_more_than_planned_may_arrive() -> None:
    assert found(replace(REPORT, arrived_fen=103_570_00)) == {}


def test_progress_went_down() -> None:
    finding = only(CheckCode.PROGRESS_WENT_DOWN, found(replace(REPORT, physical_progress=Decimal("34.9"))))
    assert finding.facts["earlier_percent"] == "35"
    assert finding.facts["later_percent"] == "34.9"
    assert (finding.facts["earlier_month"], finding.facts["later_month"]) == ("2025-04", "2025-05")


NOTHING_YET = replace(EARLIER, arrived_fen=0, disbursed_fen=0, spent_fen=0, investment_completed_fen=0)


@pytest.mark.parametrize(
    ("previous", "fund"),
    [
        (replace(NOTHING_YET, arrived_fen=99_000_00), "arrived"),
        (replace(NOTHING_YET, disbursed_fen=99_000_00), "disbursed"),
        (replace(NOTHING_YET, spent_fen=99_000_00), "spent"),
        (replace(NOTHING_YET, investment_completed_fen=99_000_00), "investment_completed"),
    ],
)
def test_cumulative_money_went_down(previous: ReportFigures, fund: str) -> None:
    finding = only(CheckCode.FUNDS_WENT_DOWN, found(previous=previous))
    assert finding.facts["fund"] == fund
    assert finding.facts["earlier_fen"] == "9900000"


@pytest.mark.parametrize(("measure", "fires"), [("cumulative", True), ("level", False), ("rate", False)])
def test_only_cumulative_values_never_go_down(measure: str, fires: bool) -> None:
    lower = IndicatorFigures("1", "通村公路", "公里", Decimal("22.5"), Decimal("6.9"), measure)
    assert (CheckCode.VALUE_WENT_DOWN in found(replace(REPORT, indicators=(lower,)))) is fires


def test_a_report_older_than_the_last_is_compared_the_right_way_round() -> None:
    only(CheckCode.REPORT_OLDER_THAN_LAST, found(replace(EARLIER, photos=()), REPORT))
    above = replace(EARLIER, physical_progress=Decimal(41), photos=())
    codes = list(found(above, REPORT))
    assert codes == [CheckCode.REPORT_OLDER_THAN_LAST, CheckCode.PROGRESS_WENT_DOWN]


def test_a_correction_of_the_same_month_may_go_down() -> None:
    assert found(replace(REPORT, physical_progress=Decimal(20)), REPORT) == {}


def test_done_with_little_spent() -> None:
    done = replace(REPORT, physical_progress=Decimal(100), indicators=())
    finding = only(CheckCode.DONE_WITH_LITTLE_SPENT, found(replace(done, spent_fen=49_999_99)))
    assert finding.facts["planned_fen"] == "10000000"
    assert found(replace(done, spent_fen=50_000_00)) == {}
    assert found(replace(done, spent_fen=None)) == {}
    assert found(replace(done, physical_progress=Decimal("99.9"))) == {}


def test_finished_with_an_open_problem() -> None:
    done = replace(REPORT, physical_progress=Decimal(100), stage="completed", spent_fen=50_000_00)
    finding = only(CheckCode.COMPLETED_WITH_OPEN_PROBLEM, found(done, project=replace(PROJECT, open_problems=2)))
    assert finding.facts == {"stage": "completed", "problems_count": "2"}
    assert found(done) == {}
    assert found(project=replace(PROJECT, open_problems=2)) == {}


def test_finished_below_the_target() -> None:
    finding = only(CheckCode.FINISHED_BELOW_TARGET, found(replace(REPORT, stage="in_use")))
    assert finding.facts == {"stage": "in_use", "progress_percent": "40.00"}


def test_finished_below_the_target_by_indicators() -> None:
    training = replace(PROJECT, is_works=False)
    codes = found(replace(REPORT, stage="completed", physical_progress=None), project=training)
    assert only(CheckCode.FINISHED_BELOW_TARGET, codes).facts["progress_percent"] == "37.78"


@pytest.mark.parametrize("stage", ["proposed", "preparing", "reserved"])
def test_progress_before_the_work_has_begun(stage: str) -> None:
    """2025年宁波市政府民生实事项目进展情况(截至5月15日): 30 % while a site was still being chosen."""
    finding = only(CheckCode.PROGRESS_BEFORE_START, found(replace(REPORT, stage=stage)))
    assert finding.facts["stage"] == stage
    assert found(replace(REPORT, stage=stage, physical_progress=Decimal(0)), None) == {}


def test_a_stated_percentage_that_cannot_be() -> None:
    """2023年3月份暖民心行动各县区进展情况表: 736 of 4000 printed as 18.04 %; digits swapped."""
    trained = IndicatorFigures("1", "技能人才", "人", Decimal(4000), Decimal(736), stated_percent="18.04%")
    finding = only(CheckCode.PERCENTAGE_IMPOSSIBLE, found(replace(REPORT, indicators=(trained,)), None))
    assert finding.facts["computed_percent"] == "18.40"
    assert finding.facts["stated_percent"] == "18.04"
    assert finding.facts["name"] == "技能人才"
    right = replace(trained, stated_percent="18.4")
    assert found(replace(REPORT, indicators=(right,)), None) == {}


def test_a_stated_percentage_in_words_is_no_number() -> None:
    """祁门县民生实事实施进度表: the cell for progress holds 持续推进."""
    words = IndicatorFigures("1", "农村保障人数", "人", None, Decimal(35611), "level", "持续推进")
    finding = only(CheckCode.NOT_A_NUMBER, found(replace(REPORT, indicators=(words,)), None))
    assert finding.facts["text"] == "持续推进"


def test_photos_outside_the_month() -> None:
    def photo(phase: str, day: dt.date) -> ReportFigures:
        return replace(REPORT, photos=(PhotoFigures("9", phase, day),))

    finding = only(CheckCode.PHOTO_OUTSIDE_PERIOD, found(photo("during", APRIL)))
    assert finding.subject == "photo:9"
    assert finding.facts["period_start_on"] == "2025-05-01"
    for phase in ("before", "during", "after"):
        only(CheckCode.PHOTO_OUTSIDE_PERIOD, found(photo(phase, dt.date(2025, 6, 1))))
        assert found(photo(phase, MAY)) == {}
    only(CheckCode.PHOTO_OUTSIDE_PERIOD, found(photo("after", APRIL)))
    assert found(photo("before", APRIL)) == {}


BATCH = BatchFigures("b1", "第一批", dt.date(2025, 5, 6), 120, 24_000_00)


@pytest.mark.parametrize(
    ("again", "fires"),
    [
        (replace(BATCH, held_on=None), True),  # the same key
        (replace(BATCH, key="b2", name="五月发放"), True),  # the same day, people and amount
        (replace(BATCH, key="b2", people=121), False),
        (replace(BATCH, key="b2", held_on=dt.date(2025, 5, 7)), False),
        (replace(BATCH, key="b2", held_on=None), False),
    ],
)
def test_a_batch_counts_once(again: BatchFigures, fires: bool) -> None:
    project = replace(PROJECT, earlier_batches=(BATCH,))
    assert (CheckCode.REPORTED_TWICE in found(replace(REPORT, batches=(again,)), project=project)) is fires
    assert (CheckCode.REPORTED_TWICE in found(replace(REPORT, batches=(BATCH, again)))) is fires


def test_two_trainings_of_one_size_on_one_day_are_two() -> None:
    one = BatchFigures("t1", "电工", dt.date(2025, 5, 6), 50)
    assert found(replace(REPORT, batches=(one, replace(one, key="t2", name="焊工")))) == {}
    only(CheckCode.REPORTED_TWICE, found(replace(REPORT, batches=(one, replace(one, key="t2")))))


def changed(terms: ProjectTerms) -> dict[CheckCode, Finding]:
    return {finding.code: finding for finding in check_project(replace(PROJECT, terms=terms))}


def test_a_target_lowered_after_publication() -> None:
    def target(value: Decimal | None) -> ProjectTerms:
        return replace(TERMS, indicators=(replace(TERMS.indicators[0], target=value, parts=()),))

    finding = only(CheckCode.TARGET_LOWERED, changed(target(Decimal(20))))
    assert (finding.facts["earlier"], finding.facts["later"]) == ("22.5", "20")
    only(CheckCode.TARGET_LOWERED, changed(target(None)))
    only(CheckCode.TARGET_LOWERED, changed(replace(TERMS, indicators=())))
    assert changed(target(Decimal(30))) == {}


def test_a_ceiling_raised_is_a_target_lowered() -> None:
    ceiling = replace(TERMS.indicators[0], less_is_better=True, parts=())
    before = replace(TERMS, indicators=(ceiling,))
    raised, tightened = (replace(TERMS, indicators=(replace(ceiling, target=Decimal(v)),)) for v in (30, 20))
    assert [f.code for f in check_project(replace(PROJECT, published=before, terms=raised))] == [
        CheckCode.TARGET_LOWERED
    ]
    assert check_project(replace(PROJECT, published=before, terms=tightened)) == ()


def test_funds_standard_and_finish_changed_after_publication() -> None:
    less = replace(PROJECT, terms=replace(TERMS, planned_fen=90_000_00), funding=FundingFigures((90_000_00,)))
    assert [finding.code for finding in check_project(less)] == [CheckCode.FUNDS_LOWERED]
    only(CheckCode.STANDARD_CHANGED, changed(replace(TERMS, quality_standard="等外公路")))
    assert changed(replace(TERMS, quality_standard=" 四级公路 ")) == {}
    finding = only(CheckCode.FINISH_MOVED, changed(replace(TERMS, planned_finish=dt.date(2026, 1, 10))))
    assert finding.facts == {"earlier_on": "2025-12-31", "later_on": "2026-01-10", "days_count": "10"}
    assert check_project(replace(PROJECT, published=None)) == ()


def test_parts_of_a_target_and_the_whole() -> None:
    def parts(*values: Decimal | None) -> ProjectTerms:
        return replace(TERMS, indicators=(replace(TERMS.indicators[0], parts=values),))

    finding = only(CheckCode.PARTS_NOT_WHOLE, changed(parts(Decimal("8.5"), Decimal("13.9"))))
    assert (finding.facts["sum"], finding.facts["whole"], finding.facts["difference"]) == ("22.4", "22.5公里", "-0.1")
    assert changed(parts(Decimal("8.5"), None)) == {}
    only(CheckCode.PARTS_NOT_WHOLE, changed(parts(Decimal(23), None)))


def test_funding_lines_and_the_plan() -> None:
    def lines(*fen: int | None, complete: bool = True) -> list[CheckCode]:
        project = replace(PROJECT, funding=FundingFigures(fen, complete))
        return [finding.code for finding in check_project(project)]

    assert lines(60_000_00, 39_999_99) == [CheckCode.FUNDING_PARTS_NOT_WHOLE]
    assert lines(60_000_00, 40_000_01) == [CheckCode.FUNDING_PARTS_NOT_WHOLE]
    assert lines(60_000_00, None) == []
    assert lines(60_000_00, complete=False) == []
    assert lines(100_000_01, complete=False) == [CheckCode.FUNDING_PARTS_NOT_WHOLE]


def test_dates_out_of_order() -> None:
    backwards = replace(TERMS, planned_start=dt.date(2026, 1, 1))
    finding = only(CheckCode.DATES_OUT_OF_ORDER, changed(backwards))
    assert finding.subject == "dates:planned"
    steps = (
        MilestoneFigures("approval", dt.date(2025, 3, 1), dt.date(2025, 3, 1)),
        MilestoneFigures("bidding", None, dt.date(2025, 4, 1)),
        MilestoneFigures("start", dt.date(2025, 2, 1), dt.date(2025, 3, 15)),
    )
    findings = check_project(replace(PROJECT, milestones=steps))
    assert [finding.subject for finding in findings] == ["milestones:planned:start", "milestones:actual:start"]
    assert findings[0].facts["first"] == "approval"
    actual = replace(PROJECT, actual_start=dt.date(2025, 6, 2), actual_finish=dt.date(2025, 6, 1))
    assert [finding.subject for finding in check_project(actual)] == ["dates:actual"]


def test_a_report_tells_of_nothing_still_to_come() -> None:
    late_start = replace(PROJECT, actual_start=dt.date(2025, 6, 1))
    assert only(CheckCode.DATE_IN_FUTURE, found(project=late_start)).facts["what"] == "start"
    finished_since = replace(PROJECT, actual_finish=dt.date(2025, 7, 1))
    assert found(project=finished_since) == {}
    done = replace(REPORT, stage="completed", physical_progress=Decimal(100), spent_fen=50_000_00)
    assert only(CheckCode.DATE_IN_FUTURE, found(done, project=finished_since)).facts["what"] == "finish"


def test_an_explanation_stands_for_these_figures_only() -> None:
    one = found(replace(REPORT, spent_fen=50_000_01))[CheckCode.SPENT_OVER_DISBURSED]
    again = found(replace(REPORT, spent_fen=50_000_01))[CheckCode.SPENT_OVER_DISBURSED]
    other = found(replace(REPORT, spent_fen=50_000_02))[CheckCode.SPENT_OVER_DISBURSED]
    assert one.key == again.key
    assert one.key != other.key
    assert one.key.startswith("spent_over_disbursed:funds:")
