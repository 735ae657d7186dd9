from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from minsheng.editorial import publishing, reporting
from minsheng.progress.findings import CheckCode
from minsheng.records.projects import Stage
from minsheng.records.reports import ProgressReport
from tests.factories import Make


def _codes(report: ProgressReport) -> list[str]:
    return [finding.code for finding in reporting.findings_of(report)]


@pytest.fixture
def overspent(make: Make) -> ProgressReport:
    """A draft that spent more than was disbursed."""
    return make.report(make.project(), funds_spent_fen=55_000_000)


def test_the_checks_read_the_report_its_project_and_the_month_before(make: Make, session: Session) -> None:
    project = make.project()
    make.published_report(project, "2026-04", physical_progress=Decimal(50))
    session.expire(project, ["reports"])
    report = make.report(project, "2026-05", physical_progress=Decimal(40), stage=Stage.COMPLETED)

    assert _codes(report) == [CheckCode.PROGRESS_WENT_DOWN, CheckCode.FINISHED_BELOW_TARGET]


def test_a_correction_of_an_old_month_is_not_older_than_the_last(make: Make, session: Session) -> None:
    project = make.project()
    april = make.published_report(project, "2026-04")
    make.published_report(project, "2026-05")
    session.expire(project, ["reports"])
    late = make.report(project, "2026-03")
    assert _codes(late) == [CheckCode.REPORT_OLDER_THAN_LAST]

    with session.no_autoflush:
        revision = april.correction(make.staff(), "数字有误", make.at)
    assert _codes(revision) == []


def test_a_correction_is_read_against_what_it_corrects(make: Make, session: Session) -> None:
    project = make.project()
    april = make.published_report(project, "2026-04")
    may = make.published_report(project, "2026-05")
    session.expire(project, ["reports"])
    assert reporting.compared_report(may) is april

    with session.no_autoflush:
        revision = may.correction(make.staff(), "数字有误", make.at)
        session.add(revision)
    session.flush()

    assert reporting.compared_report(revision) is may
    assert reporting.report_in_work(project, "2026-05") is revision
    assert reporting.next_revision(project, "2026-05") == 3


def test_an_explanation_stands_for_its_figures_and_waits_beside_others(overspent: ProgressReport) -> None:
    (finding,) = reporting.findings_of(overspent)
    reporting.explain(overspent, [finding], {finding.key: " 镇里先垫付。 "})
    assert reporting.unexplained(overspent, [finding]) == []
    assert reporting.explanation_of(overspent, finding) == ("镇里先垫付。", False)

    overspent.funds_spent_fen = 58_000_000
    (changed,) = reporting.findings_of(overspent)
    assert reporting.unexplained(overspent, [changed]) == [changed]
    assert reporting.explanation_of(overspent, changed) == ("镇里先垫付。", True)

    reporting.explain(overspent, [changed], {changed.key: "镇里先垫付。"})
    assert [answer.finding for answer in overspent.answers] == [changed.key]


def test_an_explanation_taken_back_leaves_nothing(overspent: ProgressReport) -> None:
    (finding,) = reporting.findings_of(overspent)
    reporting.explain(overspent, [finding], {finding.key: "镇里先垫付。"})

    reporting.explain(overspent, [finding], {finding.key: ""})

    assert overspent.answers == []


def test_handing_in_drops_what_explains_nothing_any_more(make: Make, overspent: ProgressReport) -> None:
    (finding,) = reporting.findings_of(overspent)
    reporting.explain(overspent, [finding], {finding.key: "镇里先垫付。"})
    overspent.funds_spent_fen = 40_000_000

    reporting.hand_in(overspent, reporting.findings_of(overspent), make.at)

    assert overspent.answers == []


def test_a_published_report_is_found_with_its_explanations_in_the_journal(
    make: Make, session: Session, overspent: ProgressReport
) -> None:
    findings = reporting.findings_of(overspent)
    reporting.explain(overspent, findings, {findings[0].key: "镇里先垫付。"})
    reporting.hand_in(overspent, findings, make.at)

    publishing.publish_report(session, overspent, make.staff(), make.at, [finding.key for finding in findings])

    assert publishing.verify(session) == []
    assert overspent.snapshot()["explanations"] == [[findings[0].key, "镇里先垫付。"]]
