"""The rows of ``projects.json`` and ``programmes.json`` as checked, plain records.

Money in the files is whole yuan, here it is fen. What the compiler derived (``derived_*``,
``progress_percent_derived``) and noted (``notes``) was never published and is not read. What the compiler
inferred is read only for place, year and report period, and named in ``inferred``.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from minsheng.importing.divisions import PlaceNames
from minsheng.importing.fields import Fields, day
from minsheng.importing.moneys import MovedTotal, funding_source, moved_total
from minsheng.importing.notes import NoteCode, RowNotes
from minsheng.importing.targets import TargetRecord, read_targets
from minsheng.records.funding import FundingSource
from minsheng.records.places import DivisionLevel
from minsheng.records.projects import Category, Stage
from minsheng.records.publication import SourceKind
from minsheng.records.reports import ProgressBasis

PLACE_FIELDS = ("division.province", "division.city", "division.county", "division.township")
MAY_BE_INFERRED = frozenset({*PLACE_FIELDS, "year", "report_period"})
"""What the site keeps although the compiler inferred it: it finds a record its place, and is marked."""
STAGES = {
    "planned": Stage.PROPOSED,
    "preparing": Stage.PREPARING,
    "under_construction": Stage.UNDER_WAY,
    "completed": Stage.COMPLETED,
    "accepted": Stage.ACCEPTED,
    "in_use": Stage.IN_USE,
}
WEB_ADDRESS = re.compile(r"https?://[^\s/?#\"'<>\\]+[^\s\"'<>\\]*", re.IGNORECASE)
ID_LENGTH = 64


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """The notice a record was copied from; ``url`` only where it is an official page."""

    title: str
    kind: SourceKind | None
    url: str | None
    published: str | None


@dataclass(frozen=True, slots=True)
class FundingRecord:
    """A planned amount by its printed label."""

    label: str
    source: FundingSource
    planned_fen: int | None


@dataclass(frozen=True, slots=True)
class ProgrammeRecord:
    """One row of ``programmes.json``: the published totals of a list."""

    id: str
    title: str
    year: int | None
    report_period: str | None
    names: PlaceNames
    source: SourceRecord
    counts: Mapping[str, int | None]
    amounts: Mapping[str, int | None]
    stated_percent: str | None
    funding: tuple[Mapping[str, object], ...]


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """One row of ``projects.json``: one promise and the one report there is of it."""

    id: str
    title: str
    programme_title: str
    year: int | None
    report_period: str | None
    level: DivisionLevel | None
    names: PlaceNames
    source: SourceRecord
    category: Category
    lead_unit: str
    owner_unit: str
    stage: Stage | None
    stage_printed: str
    start_printed: str
    finish_printed: str
    total_fen: int | None
    planned_fen: int | None
    completed_fen: int | None
    funding: tuple[FundingRecord, ...]
    moved: Mapping[MovedTotal, int]
    targets: tuple[TargetRecord, ...]
    progress: Decimal | None
    progress_basis: ProgressBasis | None
    inferred: tuple[str, ...]


def read_programme(values: Mapping[str, object], notes: RowNotes) -> ProgrammeRecord | None:
    """Return the row as a record, or None where a note refuses it."""
    fields = Fields(values, notes)
    record = ProgrammeRecord(
        id=notes.row,
        title=_required(fields, "programme", 200, NoteCode.NO_TITLE),
        year=fields.year("year"),
        report_period=fields.month("report_period"),
        names=_names(fields),
        source=_source(fields),
        counts={
            name: fields.count(name)
            for name in ("items_total", "items_completed", "items_on_track", "items_slow", "items_not_started")
        },
        amounts={
            f"{name}_investment_fen": fields.fen(f"{name}_investment_yuan")
            for name in ("planned", "total", "completed")
        },
        stated_percent=fields.printed_number("stated_percent"),
        funding=tuple(
            {"label": item.text("source", 120), "amount_fen": item.fen("amount_yuan")}
            for item in fields.objects("funding")
        ),
    )
    return None if notes.refused else record


def read_project(values: Mapping[str, object], notes: RowNotes) -> ProjectRecord | None:
    """Return the row as a record, or None where a note refuses it."""
    inferred = _inferred(Fields(values, notes))
    fields = Fields(_without_inferred(values, inferred, notes), notes)
    stage_word = fields.text("stage", 40)
    if stage_word and stage_word not in STAGES:
        fields.note(NoteCode.UNKNOWN_VALUE, "stage", stage_word)
    funding, moved = _funding(fields)
    progress, basis = _progress(fields)
    record = ProjectRecord(
        id=notes.row,
        title=_required(fields, "title", 200, NoteCode.NO_TITLE),
        programme_title=_required(fields, "programme", 200, NoteCode.NO_TITLE),
        year=fields.year("year"),
        report_period=fields.month("report_period"),
        level=fields.choice("level", DivisionLevel, instead=NoteCode.LEVEL_FROM_PLACE),
        names=_names(fields),
        source=_source(fields),
        category=_category(fields),
        lead_unit=fields.text("lead_unit", 200),
        owner_unit=fields.text("owner_unit", 200),
        stage=STAGES.get(stage_word),
        stage_printed=fields.text("stage_stated", 200),
        start_printed=fields.date("start_date"),
        finish_printed=fields.date("finish_date"),
        total_fen=fields.fen("total_investment_yuan"),
        planned_fen=fields.fen("planned_investment_yuan"),
        completed_fen=fields.fen("completed_investment_yuan"),
        funding=funding,
        moved=moved,
        targets=read_targets(fields),
        progress=progress,
        progress_basis=basis,
        inferred=tuple(name for name in inferred if name in MAY_BE_INFERRED),
    )
    if dates_out_of_order(record):
        fields.note(NoteCode.DATES_OUT_OF_ORDER, "finish_date", record.finish_printed)
    return None if notes.refused else record


def dates_out_of_order(record: ProjectRecord) -> bool:
    """Whether both dates are printed to the day and the finish lies before the start."""
    start, finish = day(record.start_printed), day(record.finish_printed)
    return start is not None and finish is not None and finish < start


def _inferred(fields: Fields) -> tuple[str, ...]:
    """Return the names of inferred fields; a place inferred as a whole is inferred on every level."""
    named = fields.words("inferred", 60)
    expanded = [step for name in named for step in (PLACE_FIELDS if name == "division" else (name,))]
    return tuple(dict.fromkeys(expanded))


def _without_inferred(values: Mapping[str, object], inferred: tuple[str, ...], notes: RowNotes) -> Mapping[str, object]:
    """Return the row without what was inferred and never published, except what the site keeps marked."""
    kept = dict(values)
    for name in inferred:
        if name not in MAY_BE_INFERRED:
            notes.add(NoteCode.INFERRED_LEFT_OUT, name, kept.pop(name, None))
    return kept


def _required(fields: Fields, name: str, limit: int, missing: NoteCode) -> str:
    text = fields.text(name, limit)
    if not text:
        fields.note(missing, name)
    return text


def _names(fields: Fields) -> PlaceNames:
    division = fields.record("division")
    return PlaceNames(**{name: division.text(name, 60) or None for name in ("province", "city", "county", "township")})


def _source(fields: Fields) -> SourceRecord:
    kind = fields.choice("source_kind", SourceKind)
    url = fields.text("source_url", 500)
    if url and (kind is not SourceKind.OFFICIAL or not WEB_ADDRESS.fullmatch(url)):
        fields.note(NoteCode.BAD_LINK, "source_url", url)
        url = ""
    title = _required(fields, "source_title", 300, NoteCode.NO_SOURCE)
    return SourceRecord(title, kind, url or None, fields.date("published") or None)


def _category(fields: Fields) -> Category:
    category = fields.choice("category", Category, instead=NoteCode.UNKNOWN_CATEGORY)
    if category is None and fields.values.get("category") is None:
        fields.note(NoteCode.UNKNOWN_CATEGORY, "category")
    return category or Category.OTHER


def _funding(fields: Fields) -> tuple[tuple[FundingRecord, ...], dict[MovedTotal, int]]:
    """Return the planned lines, and the totals of money moved that stand among them by their plain names."""
    lines: list[FundingRecord] = []
    moved: dict[MovedTotal, int] = {}
    for item in fields.objects("funding"):
        label, amount = item.text("source", 120), item.fen("amount_yuan")
        total = moved_total(label)
        if total is None:
            lines.append(FundingRecord(label, funding_source(label), amount))
        elif total is MovedTotal.UNCLEAR or total in moved:
            item.note(NoteCode.NOT_A_PLAN, "source", label)
        elif amount is not None:
            moved[total] = amount
    return tuple(lines), moved


def _progress(fields: Fields) -> tuple[Decimal | None, ProgressBasis | None]:
    """Return the printed percentage and what it is a share of; without a percentage there is no basis."""
    progress = fields.number("progress_percent")
    basis = fields.choice("progress_basis", ProgressBasis)
    if progress is None:
        return None, None
    if basis is None:
        fields.note(NoteCode.NO_BASIS, "progress_percent", progress)
    return progress, basis or ProgressBasis.STATED
