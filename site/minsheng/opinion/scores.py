"""From sums per cell to the published scores and ranks. Everything after the cells happens here, in both editions."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from minsheng.opinion.cells import CellSums, by_name
from minsheng.opinion.composite import PERCENT, Part, combine, counted_share
from minsheng.opinion.estimates import Estimate, Kind, Note, estimate
from minsheng.opinion.panels import ALL_DIVISIONS, COMPOSITE, NO_PROGRAMME, Handling, Key
from minsheng.opinion.ranks import RankInterval, intervals_of, printed_ranks
from minsheng.opinion.schemes import ItemMethod, RankMethod, Scheme, SuggestionItem, SurveyItem
from minsheng.opinion.suppression import Reason

ALL = "all"
"""The view of all answers, whatever the quality rules say of them."""
WITHHELD_CELL = "withheld"
"""The cell that holds the withheld divisions together, in the sums of a programme over all divisions."""


@dataclass(frozen=True)
class CellBook:
    """Published cells and what is said about them.

    ``cells[view, panel][key]`` are the strata of one figure; ``reasons[view, key]`` says why a figure is withheld;
    ``notes[view, division]`` what must be said of a division's weights. Views are ``all`` and ``unflagged``. A
    programme's sums over all divisions are those of its published divisions and of the cell ``withheld``.
    """

    cells: Mapping[tuple[str, str], Mapping[Key, Sequence[CellSums]]]
    reasons: Mapping[tuple[str, Key], str]
    notes: Mapping[tuple[str, str], tuple[Note, ...]] = field(default_factory=dict)

    @property
    def views(self) -> tuple[str, ...]:
        """The views in the book, in alphabetical order: ``all``, which every book has, comes first."""
        return tuple(sorted({ALL, *(view for view, _ in self.cells), *(view for view, _ in self.reasons)}))


@dataclass(frozen=True)
class Score:
    """One published figure, or the reason why there is none.

    ``rank`` is taken at the scheme's printed precision with ties skipping; ``interval`` is the joint rank interval.
    """

    view: str
    division: str
    programme: str
    item: str
    estimate: Estimate | None
    reason: str = ""
    rank: int | None = None
    interval: RankInterval | None = None


def panel_names(scheme: Scheme) -> tuple[tuple[float, str], ...]:
    """Return each panel's share of the score and its name in the book."""
    return tuple((share, "+".join(channels)) for share, channels in scheme.panels)


def panel_estimate(scheme: Scheme, item: SurveyItem, cells: Sequence[CellSums]) -> Estimate:
    """Estimate one item from the cells of one panel. Raises ``NoEstimateError`` where nobody answered."""
    kind = Kind.SHARE if item.method is ItemMethod.SHARE else Kind.MEAN
    return estimate(cells, kind, level=scheme.inference.level, use_kish=scheme.inference.use_kish)


def item_estimate(scheme: Scheme, item: SurveyItem, panels: Sequence[Sequence[CellSums]]) -> Estimate:
    """Estimate one item from its cells in each panel of the scheme, blending where the scheme declares a blend.

    A blend has no interval. Raises ``NoEstimateError`` where a panel has no answers.
    """
    found = [panel_estimate(scheme, item, cells) for cells in panels]
    if not scheme.channels.blend:
        return found[0]
    value = math.fsum(share * part.value for (share, _), part in zip(scheme.panels, found, strict=True))
    return Estimate(found[0].kind, value, sum(part.n for part in found), notes=(Note.BLENDED,))


def composite_estimate(
    scheme: Scheme, parts: Mapping[str, Estimate], residuals: Sequence[CellSums], handling: Handling
) -> Estimate | None:
    """Return the composite, or None where a part with weight is missing. ``parts`` are the sampled items."""
    held = []
    for key, weight in scheme.composite.weights.items():
        if weight == 0:
            continue
        is_counted = isinstance(scheme.items[key], SuggestionItem)
        part = counted_share(handling.shares) if is_counted else parts.get(key)
        if part is None:
            return None
        held.append(Part(weight, part, not is_counted))
    level, most = scheme.inference.level, scheme.composite.max_points
    if not scheme.channels.blend:
        found = combine(held, residuals, level=level, max_points=most)
        left_out = any(Note.PARTS_LEFT_OUT in part.estimate.notes for part in held)
        return replace(found, notes=(*found.notes, Note.PARTS_LEFT_OUT)) if left_out else found
    blended = combine(held, [], level=level, max_points=most)
    return replace(blended, notes=(Note.BLENDED,))


def division_scores(scheme: Scheme, book: CellBook, handling: Mapping[str, Handling]) -> list[Score]:
    """Return every division's items and composite, view by view, the composites ranked."""
    scores: list[Score] = []
    for view in book.views:
        divisions = {key[0] for panel in _panels(scheme, book, view) for key in panel if key[1] == NO_PROGRAMME}
        divisions |= {key[0] for held, key in book.reasons if held == view and key[1] == NO_PROGRAMME}
        rows: list[Score] = []
        for division in sorted((divisions | set(handling)) - {ALL_DIVISIONS}):
            rows.extend(_division_rows(scheme, book, view, division, handling.get(division, Handling())))
        composites = [row for row in rows if row.item == COMPOSITE]
        ranked = {row.division: row for row in rank_scores(scheme, composites, scheme.rank.method)}
        scores.extend(ranked[row.division] if row.item == COMPOSITE else row for row in rows)
    return scores


def _panels(scheme: Scheme, book: CellBook, view: str) -> list[Mapping[Key, Sequence[CellSums]]]:
    return [book.cells.get((view, name), {}) for _, name in panel_names(scheme)]


def _division_rows(scheme: Scheme, book: CellBook, view: str, division: str, handling: Handling) -> list[Score]:
    panels = _panels(scheme, book, view)
    notes = book.notes.get((view, division), ())
    parts: dict[str, Estimate] = {}
    rows = []
    for key, item in scheme.items.items():
        if isinstance(item, SuggestionItem):
            counted = counted_share(handling.shares)
            rows.append(Score(view, division, NO_PROGRAMME, key, counted, "" if counted else Reason.PART_MISSING.value))
            continue
        place = (division, NO_PROGRAMME, key)
        row = _row(scheme, item, view, place, [panel.get(place, ()) for panel in panels], book.reasons, notes)
        if row.estimate is not None:
            parts[key] = row.estimate
        rows.append(row)
    place = (division, NO_PROGRAMME, COMPOSITE)
    reason = book.reasons.get((view, place), "")
    whole = None if reason else composite_estimate(scheme, parts, panels[0].get(place, ()), handling)
    if whole is None and not reason:
        reason = Reason.PART_MISSING.value
    rows.append(Score(view, division, NO_PROGRAMME, COMPOSITE, _noted(whole, notes), reason))
    return rows


def _row(
    scheme: Scheme,
    item: SurveyItem,
    view: str,
    place: Key,
    panels: Sequence[Sequence[CellSums]],
    reasons: Mapping[tuple[str, Key], str],
    notes: tuple[Note, ...] = (),
) -> Score:
    reason = reasons.get((view, place), "")
    if not reason and not all(any(cell.n for cell in cells) for cells in panels):
        reason = Reason.NO_ANSWERS.value
    found = None if reason else _noted(item_estimate(scheme, item, panels), notes)
    return Score(view, *place, found, reason)


def _noted(found: Estimate | None, notes: tuple[Note, ...]) -> Estimate | None:
    return found if found is None else replace(found, notes=tuple(dict.fromkeys((*found.notes, *notes))))


def programme_scores(scheme: Scheme, book: CellBook) -> list[Score]:
    """Return every programme over all divisions and in each, ranked among the programmes of the same place.

    The same people judge several programmes of one place, so those ranks use Bonferroni's rule.
    """
    scores: list[Score] = []
    item = scheme.items.get(scheme.programme_item)
    if not isinstance(item, SurveyItem):
        return scores
    for view in book.views:
        panels = _panels(scheme, book, view)
        places = {key[:2] for panel in panels for key in panel if key[1] != NO_PROGRAMME}
        places |= {key[:2] for held, key in book.reasons if held == view and key[1] != NO_PROGRAMME}
        places |= {(ALL_DIVISIONS, programme) for _, programme in places}
        by_division: dict[str, list[Score]] = {}
        for division, programme in sorted(places):
            key = (division, programme, scheme.programme_item)
            cells = [total_cells(panel, key) if division == ALL_DIVISIONS else panel.get(key, ()) for panel in panels]
            row = _row(scheme, item, view, key, cells, book.reasons, book.notes.get((view, division), ()))
            by_division.setdefault(division, []).append(row)
        for rows in by_division.values():
            scores.extend(rank_scores(scheme, rows, RankMethod.BONFERRONI))
    return scores


def total_cells(panel: Mapping[Key, Sequence[CellSums]], key: Key) -> list[CellSums]:
    """Return the strata of a programme over all divisions: those published, and the withheld ones in one cell."""
    _, programme, item = key
    return by_name({held[0]: cells for held, cells in panel.items() if held[1:] == (programme, item)})


def rank_scores(scheme: Scheme, rows: Sequence[Score], method: RankMethod) -> list[Score]:
    """Return the rows with the ranks of those that have a score, printed and as joint intervals."""

    def name(row: Score) -> str:
        return f"{row.division}/{row.programme}"

    known = {name(row): row.estimate for row in rows if row.estimate is not None}
    printed = {key: found.value * (PERCENT if found.kind is Kind.SHARE else 1) for key, found in known.items()}
    ranks = printed_ranks(printed, scheme.rank.decimals)
    intervals = intervals_of(known, scheme.rank.alpha, method)
    return [replace(row, rank=ranks.get(name(row)), interval=intervals.get(name(row))) for row in rows]
