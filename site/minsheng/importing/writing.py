"""Writing checked records into the database: a record that changed becomes a revision, an equal one stays as it is."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from minsheng.editorial import publishing
from minsheng.importing.fields import day
from minsheng.importing.moneys import MovedTotal
from minsheng.importing.notes import Tally
from minsheng.importing.records import ProgrammeRecord, ProjectRecord, dates_out_of_order
from minsheng.importing.targets import TargetRecord
from minsheng.records.funding import FundingLine
from minsheng.records.indicators import Indicator
from minsheng.records.places import Division, DivisionLevel
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from minsheng.records.reports import IndicatorValue, ProgressReport

REVISED = "汇编资料有更新，按新资料改正"
"""The public reason of a revision: the file says something else than before."""


@dataclass(frozen=True, slots=True)
class Act:
    """Who imports and when."""

    actor: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a record stands: its row in the tree, its level, the printed names that no place in the list bears."""

    division: Division | None
    level: DivisionLevel
    location: str = ""


@dataclass(frozen=True, slots=True)
class NumberedTarget:
    """A target or part with its position in the project; ``whole`` is the position of what it is a part of."""

    position: int
    whole: int | None
    record: TargetRecord


def numbered(targets: Sequence[TargetRecord]) -> list[NumberedTarget]:
    """Return targets and parts in one row, each whole before its parts."""
    found: list[NumberedTarget] = []
    for target in targets:
        whole = len(found)
        found.append(NumberedTarget(whole, None, target))
        found += [NumberedTarget(whole + number, whole, part) for number, part in enumerate(target.parts, 1)]
    return found


def write_programme(
    session: Session,
    programme: Programme,
    record: ProgrammeRecord,
    standing: Standing,
    inferred: Sequence[str],
    act: Act,
) -> str:
    """Bring a programme to what the record says; return the name of the tally's column that it counts in."""
    is_new = programme.id is None
    before = {} if is_new else programme.snapshot()
    programme.origin = Origin.COMPILED
    programme.external_id = record.id
    programme.title = record.title
    programme.year = record.year
    programme.level = standing.level
    programme.division = standing.division
    for name, value in {**record.counts, **record.amounts}.items():
        setattr(programme, name, value)
    programme.stated_percent = record.stated_percent
    programme.published_funding = [dict(line) for line in record.funding]
    programme.inferred = list(inferred)
    _write_source(programme, record)
    if is_new:
        session.add(programme)
        publishing.publish_programme(session, programme, act.actor, act.at)
        return "created"
    if programme.snapshot() == before:
        return "unchanged"
    publishing.revise_compiled(session, programme, before, act.actor, act.at, reason=REVISED)
    return "revised"


def write_project(
    session: Session,
    project: Project,
    record: ProjectRecord,
    programme: Programme,
    standing: Standing,
    act: Act,
) -> tuple[str, str]:
    """Bring a project and its report to what the record says; return the tally's columns for both."""
    is_new = project.id is None
    before = {} if is_new else project.snapshot()
    reports_before = {} if is_new else {report: report.snapshot() for report in project.reports}
    _write_facts(project, record, programme, standing)
    if is_new:
        session.add(project)
    _write_funding(session, project, record)
    replaced = _write_targets(session, project, record)
    # New lines and targets have their defaults, which the snapshot shows, only once they are written.
    session.flush()
    if is_new:
        publishing.publish_project(session, project, act.actor, act.at)
        outcome = "created"
    elif project.snapshot() == before:
        outcome = "unchanged"
    else:
        publishing.revise_compiled(session, project, before, act.actor, act.at, reason=REVISED)
        outcome = "revised"
    for report, was in reports_before.items():
        if not report.is_in_force and report.snapshot() != was:
            publishing.record_compiled_report(session, report, was, act.actor, act.at, reason=REVISED)
    in_force = next((report for report in reports_before if report.is_compiled and report.is_in_force), None)
    if in_force is None and reports_before:
        # Withdrawn here with a public reason: a second import does not bring it back.
        return outcome, "unchanged"
    if in_force is not None and not replaced and _reported(in_force) == _to_report(record):
        return outcome, "unchanged"
    report = _make_report(project, record, act, reason="" if in_force is None else REVISED)
    if in_force is None:
        publishing.publish_compiled_report(session, report, act.actor, act.at)
        return outcome, "created"
    publishing.correct_compiled_report(session, in_force, report, reports_before[in_force], act.actor, act.at)
    return outcome, "revised"


def count(tally: Tally, outcome: str) -> None:
    """Add one to a column of a tally."""
    setattr(tally, outcome, getattr(tally, outcome) + 1)


def _write_source(target: Programme | Project, record: ProgrammeRecord | ProjectRecord) -> None:
    target.source_title = record.source.title
    target.source_kind = record.source.kind
    target.source_url = record.source.url
    target.source_published = record.source.published
    target.report_period = record.report_period


def _write_facts(project: Project, record: ProjectRecord, programme: Programme, standing: Standing) -> None:
    project.origin = Origin.COMPILED
    project.external_id = record.id
    project.title = record.title
    project.programme = programme
    project.division = standing.division
    project.level = standing.level
    project.location = standing.location
    project.year = record.year
    project.category = record.category
    project.stage = record.stage
    project.stage_printed = record.stage_printed
    project.lead_unit_printed = record.lead_unit
    project.owner_unit_printed = record.owner_unit
    project.planned_investment_fen = record.planned_fen
    project.total_investment_fen = record.total_fen
    project.inferred = list(record.inferred)
    project.start_printed = record.start_printed
    project.finish_printed = record.finish_printed
    in_order = not dates_out_of_order(record)
    project.planned_start = day(record.start_printed) if in_order else None
    project.planned_finish = day(record.finish_printed) if in_order else None
    _write_source(project, record)


def _write_funding(session: Session, project: Project, record: ProjectRecord) -> None:
    wanted = [(line.source, line.label, line.planned_fen) for line in record.funding]
    if [(line.source, line.label, line.planned_fen) for line in project.funding_lines] == wanted:
        return
    if project.funding_lines:
        project.funding_lines.clear()
        session.flush()
    project.funding_lines = [
        FundingLine(position=position, source=source, label=label, planned_fen=fen)
        for position, (source, label, fen) in enumerate(wanted)
    ]


def _write_targets(session: Session, project: Project, record: ProjectRecord) -> bool:
    """Bring the indicators to the record's targets; return whether they had to be replaced by others.

    Indicators that only change their figures keep their identity, and with it the values in earlier reports.
    """
    targets = numbered(record.targets)
    positions = {indicator.id: indicator.position for indicator in project.indicators}
    shape = [
        (indicator.name, indicator.part_name, indicator.unit, positions.get(indicator.whole_id or 0))
        for indicator in project.indicators
    ]
    wanted = [(item.record.name, item.record.part_name, item.record.unit, item.whole) for item in targets]
    replaced = shape != wanted
    if replaced and project.indicators:
        for report in project.reports:
            report.values.clear()
        project.indicators.clear()
        session.flush()
    if replaced:
        made = [
            Indicator(position=item.position, name=name, part_name=part_name, unit=unit)
            for item, (name, part_name, unit, _) in zip(targets, wanted, strict=True)
        ]
        for item, indicator in zip(targets, made, strict=True):
            if item.whole is not None:
                made[item.whole].parts.append(indicator)
        project.indicators = made
    for item, indicator in zip(targets, project.indicators, strict=True):
        indicator.target = item.record.target
        indicator.comparator = item.record.comparator
        indicator.measure = item.record.measure
        indicator.direction = item.record.direction
    return replaced


def _make_report(project: Project, record: ProjectRecord, act: Act, *, reason: str) -> ProgressReport:
    """Return the record's one report, with a value for every target on which something was reported."""
    same_month = [report.revision for report in project.reports if report.month == record.report_period]
    report = ProgressReport(
        month=record.report_period,
        revision=1 + max(same_month, default=0),
        is_compiled=True,
        stage=record.stage,
        physical_progress=record.progress,
        progress_basis=record.progress_basis,
        funds_arrived_fen=record.moved.get(MovedTotal.ARRIVED),
        funds_disbursed_fen=record.moved.get(MovedTotal.DISBURSED),
        funds_spent_fen=record.moved.get(MovedTotal.SPENT),
        investment_completed_fen=record.completed_fen,
        correction_reason=reason,
        updated_at=act.at,
    )
    report.values = [
        IndicatorValue(indicator=indicator, value=item.record.done, stated_percent=item.record.stated_percent)
        for item, indicator in zip(numbered(record.targets), project.indicators, strict=True)
        if item.record.has_value
    ]
    project.reports.append(report)
    return report


def _reported(report: ProgressReport) -> tuple[object, ...]:
    """Return what a report says, for comparing with :func:`_to_report`."""
    values = sorted((value.indicator.position, value.value, value.stated_percent) for value in report.values)
    return (
        report.month,
        report.stage,
        report.physical_progress,
        report.progress_basis,
        report.funds_arrived_fen,
        report.funds_disbursed_fen,
        report.funds_spent_fen,
        report.investment_completed_fen,
        values,
    )


def _to_report(record: ProjectRecord) -> tuple[object, ...]:
    """Return what a record's report says, for comparing with :func:`_reported`."""
    return (
        record.report_period,
        record.stage,
        record.progress,
        record.progress_basis,
        record.moved.get(MovedTotal.ARRIVED),
        record.moved.get(MovedTotal.DISBURSED),
        record.moved.get(MovedTotal.SPENT),
        record.completed_fen,
        list(_values(record)),
    )


def _values(record: ProjectRecord) -> Iterator[tuple[int, object, str | None]]:
    for item in numbered(record.targets):
        if item.record.has_value:
            yield item.position, item.record.done, item.record.stated_percent
