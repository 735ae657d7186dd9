"""A wave's figures as plain JSON values for the database, and back, to the last digit."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from minsheng.opinion.beside import Figure
from minsheng.opinion.channels import ChannelCount
from minsheng.opinion.estimates import Estimate, Kind, Note
from minsheng.opinion.groups import GroupFigure
from minsheng.opinion.package import ExclusionRow
from minsheng.opinion.panels import Handling
from minsheng.opinion.ranks import RankInterval
from minsheng.opinion.scores import Score
from minsheng.surveying.wave_figures import Comparison, DrawnCount, Figures

T = TypeVar("T")
Record = dict[str, Any]


def to_record(figures: Figures) -> dict[str, object]:
    """Return the figures in plain JSON values."""
    return {
        "scores": [_score(row) for row in figures.scores],
        "programmes": [_score(row) for row in figures.programmes],
        "channels": [vars(row) for row in figures.channels],
        "handling": {code: vars(held) for code, held in figures.handling.items()},
        "comparisons": {
            name: {
                "scheme_id": held.scheme_id,
                "scheme_title": held.scheme_title,
                "scores": [_score(row) for row in held.scores],
            }
            for name, held in figures.comparisons.items()
        },
        "refused": dict(figures.refused),
        "dont_know": {key: [_figure(row) for row in rows] for key, rows in figures.dont_know.items()},
        "told": [_figure(row) for row in figures.told],
        "groups": {key: [_group(row) for row in rows] for key, rows in figures.groups.items()},
        "counted": dict(figures.counted),
        "flagged": dict(figures.flagged),
        "dispositions": [{**vars(row), "counts": dict(row.counts)} for row in figures.dispositions],
        "exclusions": [vars(row) for row in figures.exclusions],
    }


def from_record(record: Mapping[str, Any]) -> Figures:
    """Return the figures that ``to_record`` was given."""
    return Figures(
        scores=_each(record["scores"], _read_score),
        programmes=_each(record["programmes"], _read_score),
        channels=_each(record["channels"], lambda row: ChannelCount(**row)),
        handling={code: Handling(**held) for code, held in record["handling"].items()},
        comparisons={
            name: Comparison(held["scheme_id"], held["scheme_title"], _each(held["scores"], _read_score))
            for name, held in record["comparisons"].items()
        },
        refused=record["refused"],
        dont_know={key: _each(rows, _read_figure) for key, rows in record["dont_know"].items()},
        told=_each(record["told"], _read_figure),
        groups={key: _each(rows, _read_group) for key, rows in record["groups"].items()},
        counted=record["counted"],
        flagged=record["flagged"],
        dispositions=[DrawnCount(**row) for row in record["dispositions"]],
        exclusions=[ExclusionRow(**row) for row in record["exclusions"]],
    )


def _each(rows: Sequence[Record], read: Callable[[Record], T]) -> list[T]:
    return [read(row) for row in rows]


def _estimate(held: Estimate | None) -> Record | None:
    return None if held is None else {**vars(held), "notes": [note.value for note in held.notes]}


def _read_estimate(record: Record | None) -> Estimate | None:
    if record is None:
        return None
    notes = tuple(Note(note) for note in record["notes"])
    return Estimate(**{**record, "kind": Kind(record["kind"]), "notes": notes})


def _score(row: Score) -> Record:
    interval = None if row.interval is None else [row.interval.best, row.interval.worst, row.interval.of]
    return {**vars(row), "estimate": _estimate(row.estimate), "interval": interval}


def _read_score(record: Record) -> Score:
    interval = None if record["interval"] is None else RankInterval(*record["interval"])
    return Score(**{**record, "estimate": _read_estimate(record["estimate"]), "interval": interval})


def _figure(row: Figure) -> Record:
    return {**vars(row), "estimate": _estimate(row.estimate)}


def _read_figure(record: Record) -> Figure:
    return Figure(**{**record, "estimate": _read_estimate(record["estimate"])})


def _group(row: GroupFigure) -> Record:
    return {**vars(row), "estimate": _estimate(row.estimate)}


def _read_group(record: Record) -> GroupFigure:
    return GroupFigure(**{**record, "estimate": _read_estimate(record["estimate"])})
