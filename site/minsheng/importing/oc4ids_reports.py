"""Monthly progress of an OC4IDS file: drafts of the monthly reports of public projects, never more than drafts.

A month that somebody already wrote is left alone, and one that is public is not corrected by a file: both are told.
"""

import dataclasses
import datetime as dt
import enum
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from minsheng.accounts.staff import Permission, StaffMember
from minsheng.editorial import reporting
from minsheng.importing.oc4ids_codes import FIGURES, PHYSICAL
from minsheng.importing.oc4ids_records import ReadProject
from minsheng.records.indicators import Indicator
from minsheng.records.projects import Project, ProjectKind
from minsheng.records.publication import Origin, Publication
from minsheng.records.reports import IndicatorValue, ProgressReport


class Fate(enum.StrEnum):
    """What becomes of a month of a file.

    ``draft`` is written; ``in_work`` has a draft or was handed in, ``same`` is public and says the same, ``differs``
    is public and says otherwise, ``closed`` lies before the start of the project or after today.
    """

    DRAFT = "draft"
    IN_WORK = "in_work"
    SAME = "same"
    DIFFERS = "differs"
    CLOSED = "closed"


@dataclasses.dataclass(frozen=True)
class Month:
    """What a file says of one month: columns of the report, values of targets by their identity, and its fate."""

    month: str
    columns: Mapping[str, Any]
    values: Mapping[int, Decimal]
    fate: Fate


@dataclasses.dataclass(frozen=True)
class Progress:
    """The months of one project, the oldest first; ``left`` counts values that have no place in a report here."""

    months: tuple[Month, ...] = ()
    left: int = 0

    def of(self, fate: Fate) -> list[str]:
        """Return the months that share a fate."""
        return [one.month for one in self.months if one.fate is fate]


NOTHING = Progress()


def takes_reports(project: Project, member: StaffMember) -> bool:
    """Whether a member may write reports of a project, which only a public one of this installation has."""
    is_ours = project.origin is Origin.OWN and project.publication is Publication.PUBLISHED
    return is_ours and member.may_on(Permission.WRITE_REPORT, project.division, project.agency)


def progress_of(project: Project, record: ReadProject, today: dt.date) -> Progress:
    """Return what a file says month by month, and what becomes of it."""
    targets = _targets(project, record)
    columns: dict[str, dict[str, Any]] = {}
    values: dict[str, dict[int, Decimal]] = {}
    left = 0
    for one in record.observed:
        month, figure, target = one["month"], one["figure"], one["target"]
        if figure in FIGURES:
            columns.setdefault(month, {})[FIGURES[figure]] = int(one["value"])
        elif figure == PHYSICAL and project.kind is ProjectKind.WORKS:
            columns.setdefault(month, {})["physical_progress"] = Decimal(one["value"])
        elif target is not None and target in targets:
            values.setdefault(month, {})[targets[target].id] = Decimal(one["value"])
        else:
            left += 1
    months = []
    for month in sorted({*columns, *values}):
        said, reached = MappingProxyType(columns.get(month, {})), MappingProxyType(values.get(month, {}))
        months.append(Month(month, said, reached, _fate(project, month, said, reached, today)))
    return Progress(tuple(months), left)


def _targets(project: Project, record: ReadProject) -> dict[int, Indicator]:
    """Return the project's targets by their place in the file; only those a report gives values for."""
    known = {(one.name, one.part_name or ""): one for one in reporting.whole_indicators(project)}
    names = {place: (one["name"], one.get("part_name") or "") for place, one in enumerate(record.indicators)}
    return {place: known[name] for place, name in names.items() if name in known}


def _fate(
    project: Project, month: str, columns: Mapping[str, Any], values: Mapping[int, Decimal], today: dt.date
) -> Fate:
    start = project.first_planned_start
    if start is None or not f"{start:%Y-%m}" <= month <= f"{today:%Y-%m}":
        return Fate.CLOSED
    if reporting.report_in_work(project, month) is not None:
        return Fate.IN_WORK
    public = reporting.report_in_force(project, month)
    if public is None:
        return Fate.DRAFT
    reached = {one.indicator_id: one.value for one in public.values}
    is_same = all(getattr(public, name) == value for name, value in columns.items()) and all(
        reached.get(number) == value for number, value in values.items()
    )
    return Fate.SAME if is_same else Fate.DIFFERS


def write(session: Session, project: Project, progress: Progress, by: StaffMember, at: dt.datetime) -> list[str]:
    """Write a draft of every month that may have one, in the caller's transaction; return those months."""
    for one in progress.months:
        if one.fate is not Fate.DRAFT:
            continue
        last = reporting.report_before(project, one.month)
        report = ProgressReport(
            project=project,
            month=one.month,
            revision=reporting.next_revision(project, one.month),
            stage=last.stage if last and last.stage else project.stage,
            updated_at=at,
            author=by,
            **one.columns,
        )
        report.values = [IndicatorValue(indicator_id=number, value=value) for number, value in one.values.items()]
        session.add(report)
    session.flush()
    return progress.of(Fate.DRAFT)
