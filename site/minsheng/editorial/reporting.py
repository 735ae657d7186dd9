"""Writing a monthly report: which report it is compared with, what the data checks say, what stays explained."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping

from minsheng.pictures.photos import Photo
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
from minsheng.progress.checks import check_report
from minsheng.progress.findings import Finding
from minsheng.progress.standing import funds_of
from minsheng.records.eligibility import PaymentBatch
from minsheng.records.funding import FundingKind
from minsheng.records.indicators import Direction, Indicator
from minsheng.records.projects import MilestoneKind, Project, ProjectKind
from minsheng.records.reports import CheckAnswer, ProgressReport, ReportState, month_end

IN_WORK = frozenset({ReportState.DRAFT, ReportState.SUBMITTED, ReportState.RETURNED})
_MILESTONE_ORDER = list(MilestoneKind)


def report_in_work(project: Project, month: str) -> ProgressReport | None:
    """Return the draft, submitted or returned report of a month: there is never more than one."""
    return next((one for one in project.reports if one.month == month and one.state in IN_WORK), None)


def report_in_force(project: Project, month: str) -> ProgressReport | None:
    """Return the published report of a month, or None."""
    return next((one for one in project.reports if one.month == month and one.is_in_force), None)


def report_before(project: Project, month: str) -> ProgressReport | None:
    """Return the published report of the nearest earlier month: the figures to write on from."""
    earlier = [one for one in project.published_reports if one.month is not None and one.month < month]
    return earlier[-1] if earlier else None


def next_revision(project: Project, month: str) -> int:
    """Return the number of a new report of a month; a month whose report was withdrawn goes on counting."""
    return 1 + max((one.revision for one in project.reports if one.month == month), default=0)


def compared_report(report: ProgressReport) -> ProgressReport | None:
    """Return what a reviewer reads the report against: the revision it corrects, else the month before."""
    if report.month is None:
        return None
    earlier = [
        one
        for one in report.project.reports
        if one.month == report.month
        and one.revision < report.revision
        and one.state in {ReportState.PUBLISHED, ReportState.SUPERSEDED}
    ]
    return earlier[-1] if earlier else report_before(report.project, report.month)


def whole_indicators(project: Project) -> list[Indicator]:
    """Return the targets a monthly report gives values for: those that are no part of another."""
    return [indicator for indicator in project.indicators if indicator.whole_id is None]


def findings_of(report: ProgressReport) -> tuple[Finding, ...]:
    """Return what the data checks say of a report that names its month."""
    return check_report(
        _figures(report), _compared_figures(report), _project_figures(report.project, report.month or "")
    )


def unexplained(report: ProgressReport, findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that have no public explanation yet."""
    explained = {answer.finding for answer in report.answers if answer.explanation.strip()}
    return [finding for finding in findings if finding.key not in explained]


def explanation_of(report: ProgressReport, finding: Finding) -> tuple[str, bool]:
    """Return the explanation of a finding, and whether it was written for other figures than today's."""
    for answer in report.answers:
        if answer.finding == finding.key:
            return answer.explanation, False
    kind = _kind(finding.key)
    for answer in report.answers:
        if _kind(answer.finding) == kind:
            return answer.explanation, True
    return "", False


def explain(report: ProgressReport, findings: Iterable[Finding], explanations: Mapping[str, str]) -> None:
    """Keep the explanations, given by finding key, of findings that still stand.

    An explanation of figures that have changed since stays beside the finding until it is written anew.
    """
    standing = list(findings)
    for finding in standing:
        words = explanations.get(finding.key, "").strip()
        if finding.key not in explanations:
            continue
        answer = next((one for one in report.answers if one.finding == finding.key), None)
        if answer is not None:
            answer.explanation = words
        elif words:
            report.answers.append(CheckAnswer(finding=finding.key, explanation=words))
    kinds, answered = {_kind(finding.key) for finding in standing}, {one.finding for one in report.answers}
    written_anew = {_kind(finding.key) for finding in standing if finding.key in answered}
    report.answers = [
        one
        for one in report.answers
        if one.explanation
        and (one.finding in {finding.key for finding in standing} or _kind(one.finding) in kinds - written_anew)
    ]


def hand_in(report: ProgressReport, findings: Iterable[Finding], at: dt.datetime) -> None:
    """Hand the report to a second person, without explanations of figures it no longer has.

    Raises ``WrongStateError`` unless it is a draft or was returned.
    """
    report.submit(at)
    keys = {finding.key for finding in findings}
    report.answers = [one for one in report.answers if one.finding in keys]


def carry_photos(report: ProgressReport, revision: ProgressReport) -> None:
    """Give a correction the pictures of the report it corrects, which stay with that report too."""
    revision.photos = [
        Photo(
            project=report.project,
            key=photo.key,
            phase=photo.phase,
            taken_on=photo.taken_on,
            caption=photo.caption,
            alt_text=photo.alt_text,
            width=photo.width,
            height=photo.height,
            is_drawing=photo.is_drawing,
        )
        for photo in report.photos
    ]


def _kind(key: str) -> str:
    """Return check and subject of a finding's key, without the digest of its figures."""
    return re.sub(r":[0-9a-f]{8}$", "", key)


def _compared_figures(report: ProgressReport) -> ReportFigures | None:
    """Return the figures the checks compare with.

    A first report must not be older than the last one; a correction stands in its own place in the row.
    """
    others = [one for one in report.project.published_reports if one.month not in {None, report.month}]
    if report.revision > 1:
        others = [one for one in others if (one.month or "") < (report.month or "")]
    return _figures(others[-1]) if others else None


def _figures(report: ProgressReport) -> ReportFigures:
    return ReportFigures(
        as_of=month_end(report.month or ""),
        stage=report.stage.value if report.stage else None,
        physical_progress=report.physical_progress,
        arrived_fen=report.funds_arrived_fen,
        disbursed_fen=report.funds_disbursed_fen,
        spent_fen=report.funds_spent_fen,
        investment_completed_fen=report.investment_completed_fen,
        indicators=tuple(_indicator_figures(report, indicator) for indicator in whole_indicators(report.project)),
        photos=tuple(PhotoFigures(photo.key[:12], photo.phase.value, photo.taken_on) for photo in report.photos),
        batches=tuple(
            batch_figures(batch)
            for batch in report.project.payment_batches
            if f"{batch.paid_on:%Y-%m}" == report.month and not batch.note
        ),
    )


def batch_figures(batch: PaymentBatch) -> BatchFigures:
    """Return a batch as the checks compare it with others."""
    return BatchFigures(str(batch.id), batch.label, batch.paid_on, batch.people, batch.amount_fen)


def _indicator_figures(report: ProgressReport, indicator: Indicator) -> IndicatorFigures:
    reported = report.value_of(indicator)
    return IndicatorFigures(
        key=str(indicator.position),
        name=indicator.name,
        unit=indicator.unit,
        target=indicator.target,
        value=reported.value if reported else None,
        measure=indicator.measure.value,
        stated_percent=reported.stated_percent if reported else None,
        weight=indicator.weight,
        less_is_better=indicator.direction is Direction.LESS,
    )


def _project_figures(project: Project, month: str) -> ProjectFigures:
    """Return the project as the checks of its report for ``month`` read it."""
    steps = sorted(project.milestones, key=lambda step: _MILESTONE_ORDER.index(step.kind))
    return ProjectFigures(
        is_works=project.kind is ProjectKind.WORKS,
        terms=ProjectTerms(
            indicators=tuple(
                IndicatorTerms(
                    str(indicator.position),
                    indicator.name,
                    indicator.unit,
                    indicator.target,
                    indicator.direction is Direction.LESS,
                    tuple(part.target for part in indicator.parts),
                )
                for indicator in whole_indicators(project)
            ),
            planned_fen=funds_of(project, None).planned,
            quality_standard=project.quality_standard,
            planned_start=project.planned_start,
            planned_finish=project.planned_finish,
        ),
        funding=FundingFigures(
            tuple(line.planned_fen for line in project.funding_lines if line.kind is FundingKind.FUNDS)
        ),
        milestones=tuple(MilestoneFigures(step.kind.value, step.planned_on, step.actual_on) for step in steps),
        actual_start=project.actual_start,
        actual_finish=project.actual_finish,
        open_problems=sum(problem.is_open for problem in project.problems),
        earlier_batches=tuple(
            batch_figures(batch) for batch in project.payment_batches if f"{batch.paid_on:%Y-%m}" < month
        ),
    )
