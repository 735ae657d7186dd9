"""Which programme a project belongs to.

Rows name their programme by its title only, and titles repeat: every place has its "2021年民生实事". Records of
one title and year belong together when they stand in the same notice or at the same place of the same level.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from minsheng.importing.placing import PlacedProgramme, PlacedProject
from minsheng.importing.records import ProjectRecord
from minsheng.records.programmes import Programme

GroupKey = tuple[str, int | None, str, str]


@dataclass(slots=True)
class Group:
    """Programmes and projects that belong together: rows of the file, programmes already there, projects."""

    rows: list[PlacedProgramme] = field(default_factory=list)
    existing: list[Programme] = field(default_factory=list)
    projects: list[PlacedProject] = field(default_factory=list)

    def take_over(self, other: "Group") -> None:
        """Add the members of another group to this one."""
        self.rows += other.rows
        self.existing += other.existing
        self.projects += other.projects


def group(
    rows: Iterable[PlacedProgramme], existing: Iterable[Programme], projects: Iterable[PlacedProject]
) -> list[Group]:
    """Return the groups in the order of their first member."""
    by_key: dict[GroupKey, Group] = {}
    for row in rows:
        record = row.record
        code = row.place.code if row.place else None
        _joined(by_key, keys(record.title, record.year, record.source.title, code)).rows.append(row)
    for programme in existing:
        code = programme.division.code if programme.division else None
        its_keys = keys(programme.title, programme.year, programme.source_title or "", code)
        _joined(by_key, its_keys).existing.append(programme)
    for project in projects:
        code = project.list_place.code if project.list_place else None
        its_keys = keys(project.record.programme_title, project.record.year, project.record.source.title, code)
        _joined(by_key, its_keys).projects.append(project)
    return list({id(one): one for one in by_key.values()}.values())


def keys(title: str, year: int | None, source_title: str, place_code: str | None) -> list[GroupKey]:
    """Return by what a record finds its group."""
    found: list[GroupKey] = [(title, year, "source", source_title)]
    if place_code is not None:
        found.append((title, year, "place", place_code))
    return found


def _joined(by_key: dict[GroupKey, Group], its_keys: list[GroupKey]) -> Group:
    """Return the one group of these keys, joining groups that turn out to be one."""
    groups = {id(by_key[key]): by_key[key] for key in its_keys if key in by_key}
    first, *others = [*groups.values()] or [Group()]
    for other in others:
        first.take_over(other)
    absorbed = {id(other) for other in others}
    for key, held in list(by_key.items()) if absorbed else ():
        if id(held) in absorbed:
            by_key[key] = first
    by_key.update(dict.fromkeys(its_keys, first))
    return first


def choose(project: ProjectRecord, programmes: Iterable[Programme]) -> Programme:
    """Return the programme of the project's own notice, else of its month, else the latest.

    Two notices of one list, a quarter apart, are two programmes of the same title: their totals stand side by
    side. Raises ``ValueError`` when there is no programme to choose from.
    """
    return max(
        programmes,
        key=lambda one: (
            one.source_title == project.source.title,
            one.report_period == project.report_period,
            one.report_period or "",
            one.external_id or "",
        ),
    )
