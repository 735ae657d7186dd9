"""From answers to publishable cells: what is pooled and what is withheld is decided here, once, for both editions."""

from collections.abc import Iterable, Mapping, Sequence

from minsheng.opinion.cells import CellSums, add_cells, group_small, join_groups, pool
from minsheng.opinion.estimates import Note
from minsheng.opinion.panels import (
    ALL_DIVISIONS,
    COMPOSITE,
    NO_PROGRAMME,
    Handling,
    Key,
    Panel,
    Sample,
    sum_residuals,
    weigh_panel,
)
from minsheng.opinion.schemes import Scheme
from minsheng.opinion.scores import (
    ALL,
    WITHHELD_CELL,
    CellBook,
    composite_estimate,
    item_estimate,
    panel_estimate,
    total_cells,
)
from minsheng.opinion.suppression import (
    Reason,
    is_disclosed_by_difference,
    protect_list,
    reason_to_withhold,
)

UNFLAGGED = "unflagged"
Cells = dict[Key, Sequence[CellSums]]


def build(sample: Sample) -> CellBook:
    """Weight, sum, pool and withhold: return what may be published of a sample.

    Besides ``all`` there is the view ``unflagged`` where any headline answer is flagged. Divisions that cannot be
    weighted are withheld with the reason. Raises ``MissingColumnError`` or ``UnknownOptionError`` where scheme and
    answers do not fit each other, ``InvalidColumnError`` for weights that cannot be.
    """
    views = {ALL: sample.answers}
    headline = sample.answers.of_channels(channel for _, panel in sample.scheme.panels for channel in panel)
    if any(headline.flagged):
        views[UNFLAGGED] = sample.answers.without_flagged()
    panels = {
        view: [weigh_panel(sample, answers, channels) for _, channels in sample.scheme.panels]
        for view, answers in views.items()
    }
    pooled = _pooled(sample.scheme, panels)
    withheld: dict[str, dict[Key, str]] = {}
    for view in views:
        own = _imprecise(sample, panels[view], pooled[view])
        _drop_unanswered(pooled[view])
        if view == UNFLAGGED:
            own = _small_differences(sample, pooled) | withheld[ALL] | own
        _protect_composites(sample, pooled[view], own)
        _protect_totals(sample.scheme, pooled[view], own)
        if view == UNFLAGGED:
            _protect_total_differences(sample.scheme, pooled, own, withheld[ALL])
        withheld[view] = own
    return CellBook(
        {
            (view, panel.name): _published(cells, withheld[view])
            for view in views
            for panel, cells in zip(panels[view], pooled[view], strict=True)
        },
        {(view, key): code for view in views for key, code in sorted(withheld[view].items())},
        {(view, division): notes for view in views for division, notes in _notes(panels[view]).items()},
    )


def _notes(panels: Sequence[Panel]) -> dict[str, tuple[Note, ...]]:
    divisions = {division for panel in panels for division, notes in panel.notes.items() if notes}
    return {
        division: tuple(dict.fromkeys(note for panel in panels for note in panel.notes.get(division, ())))
        for division in sorted(divisions)
    }


def _pooled(scheme: Scheme, panels: Mapping[str, Sequence[Panel]]) -> dict[str, list[Cells]]:
    """Pool small strata alike in every view, then add the composite's residuals about the pooled means."""
    pooled: dict[str, list[Cells]] = {view: [{} for _ in held] for view, held in panels.items()}
    parts = [item.key for item in scheme.survey_items if scheme.composite.weights.get(item.key, 0) > 0]
    for place, _ in enumerate(scheme.panels):
        known: dict[Key, list[tuple[str, ...]]] = {}

        def pool_keys(keys: Iterable[Key], place: int = place, known: dict[Key, list[tuple[str, ...]]] = known) -> None:
            for key in sorted(keys):
                cells = [held[place].cells[key] for held in panels.values() if key in held[place].cells]
                groups = group_small(cells, scheme.publish.k_anon)
                if key[2] == COMPOSITE:
                    # Residuals of a cell less those of one item are the other's, which may be pooled there.
                    groups = join_groups([groups, *(known[*key[:2], part] for part in parts)])
                known[key] = groups
                for view, held in panels.items():
                    if key in held[place].cells:
                        pooled[view][place][key] = pool(held[place].cells[key], groups)

        pool_keys({key for held in panels.values() for key in held[place].cells})
        if not scheme.channels.blend:
            for view, held in panels.items():
                sum_residuals(scheme, held[place], pooled[view][place])
            pool_keys({key for held in panels.values() for key in held[place].cells if key[2] == COMPOSITE})
    return pooled


def _people(cells: Sequence[Cells], key: Key) -> int:
    """Return how many answered, in the panel with the fewest."""
    return min(sum(cell.n for cell in panel.get(key, ())) for panel in cells)


def _imprecise(sample: Sample, panels: Sequence[Panel], cells: Sequence[Cells]) -> dict[Key, str]:
    """Return the figures that could not be weighted or are too uncertain in any panel, with the reason."""
    scheme = sample.scheme
    items = {item.key: item for item in scheme.survey_items}
    found: dict[Key, str] = {}
    for panel in panels:
        programmes = sample.answers.programmes if scheme.programme_item else {}
        for division, code in panel.reasons.items():
            names = [(NO_PROGRAMME, item) for item in (*items, COMPOSITE)]
            names += [(programme, scheme.programme_item) for programme in programmes]
            found |= {(division, *name): code for name in names}
    for key in sorted({key for panel in cells for key in panel if key[2] != COMPOSITE} - found.keys()):
        if not _people(cells, key):
            found[key] = Reason.NO_ANSWERS.value
            continue
        alone = [panel_estimate(scheme, items[key[2]], panel[key]) for panel in cells]
        reasons = [reason_to_withhold(part, scheme.publish) for part in alone]
        reason = next((reason for reason in reasons if reason is not None), None)
        if reason is not None:
            found[key] = reason.value
    return found


def _drop_unanswered(cells: Sequence[Cells]) -> None:
    """Leave a division out of a programme's total where a panel of a blend has no answers for it.

    What the other panel has of it would otherwise stand in the total without enough others to hide it.
    """
    for key in {key for panel in cells for key in panel if key[1] != NO_PROGRAMME}:
        if not _people(cells, key):
            for panel in cells:
                panel.pop(key, None)


def _small_differences(sample: Sample, pooled: Mapping[str, Sequence[Cells]]) -> dict[Key, str]:
    """Return the figures without flagged answers that would tell those of a few flagged people."""
    least = sample.scheme.publish.k_anon
    small: set[tuple[str, str]] = set()
    for every, unflagged in zip(pooled[ALL], pooled[UNFLAGGED], strict=True):
        for key in every:
            larger, smaller = (sum(cell.n for cell in held.get(key, ())) for held in (every, unflagged))
            if is_disclosed_by_difference(larger, smaller, least):
                small.add(key[:2])
    keys = {key for cells in pooled[UNFLAGGED] for key in cells}
    return {key: Reason.SMALL_GROUP.value for key in sorted(keys) if key[:2] in small}


def _protect_composites(sample: Sample, cells: Sequence[Cells], withheld: dict[Key, str]) -> None:
    """Withhold composites that lack a part or precision, and then a part, so that the rest does not give it back."""
    scheme = sample.scheme
    weights = scheme.composite.weights
    items = [item for item in scheme.survey_items if weights.get(item.key, 0) > 0]
    for division in sorted({key[0] for panel in cells for key in panel if key[1] == NO_PROGRAMME}):
        place = (division, NO_PROGRAMME, COMPOSITE)
        if place in withheld:
            continue
        lacking = {withheld.get((division, NO_PROGRAMME, item.key)) for item in items} - {None}
        if lacking:
            is_missing = Reason.NO_ANSWERS.value in lacking
            withheld[place] = (Reason.PART_MISSING if is_missing else Reason.PART_WITHHELD).value
            continue
        parts = {
            item.key: item_estimate(scheme, item, [panel[division, NO_PROGRAMME, item.key] for panel in cells])
            for item in items
        }
        handling = sample.handling.get(division, Handling())
        whole = composite_estimate(scheme, parts, cells[0].get(place, ()), handling)
        if whole is None:
            withheld[place] = Reason.PART_MISSING.value
            continue
        reason = reason_to_withhold(whole, scheme.publish, scheme.composite.max_points)
        if reason is not None:
            withheld[place] = reason.value
            loosest = max(items, key=lambda item: (weights[item.key] * (parts[item.key].se or 0), item.key))
            withheld[division, NO_PROGRAMME, loosest.key] = Reason.COMPLEMENTARY.value


def _protect_totals(scheme: Scheme, cells: Sequence[Cells], withheld: dict[Key, str]) -> None:
    """Withhold further divisions, or a programme's total, so that the total less the others gives nothing back."""
    item = next((item for item in scheme.survey_items if item.key == scheme.programme_item), None)
    if item is None:
        return
    for programme, panels in _by_programme(cells).items():
        counts = _programme_counts(panels)
        primary = {division for division, n in counts.items() if n and (division, programme, item.key) in withheld}
        for division in sorted(protect_list(counts, primary, scheme.publish.k_anon)):
            withheld.setdefault((division, programme, item.key), Reason.COMPLEMENTARY.value)
        total = (ALL_DIVISIONS, programme, item.key)
        for panel in panels:
            whole = total_cells(_published(panel, withheld), total)
            if total not in withheld and any(cell.n for cell in whole):
                reason = reason_to_withhold(panel_estimate(scheme, item, whole), scheme.publish)
                if reason is not None:
                    withheld[total] = reason.value


def _by_programme(cells: Sequence[Cells]) -> dict[str, list[Cells]]:
    """Return each programme's cells, panel by panel."""
    found: dict[str, list[Cells]] = {}
    for place, panel in enumerate(cells):
        for key, held in panel.items():
            if key[1] != NO_PROGRAMME:
                found.setdefault(key[1], [{} for _ in cells])[place][key] = held
    return dict(sorted(found.items()))


def _programme_counts(panels: Sequence[Cells]) -> dict[str, int]:
    keys = {key for panel in panels for key in panel}
    return {key[0]: _people(panels, key) for key in sorted(keys)}


def _protect_total_differences(
    scheme: Scheme, pooled: Mapping[str, Sequence[Cells]], own: dict[Key, str], in_all: Mapping[Key, str]
) -> None:
    """Withhold a programme's total without flagged answers where it would tell those of a few flagged people."""
    least = scheme.publish.k_anon
    unflagged = _by_programme(pooled[UNFLAGGED])
    for programme, panels in _by_programme(pooled[ALL]).items():
        total = (ALL_DIVISIONS, programme, scheme.programme_item)
        hidden, hidden_unflagged = (
            {key[0] for panel in panels for key in panel if key in held} for held in (in_all, own)
        )
        pairs: list[tuple[int, int]] = []
        # Each panel of a blend stands in the package by itself.
        for every, fewer in zip(panels, unflagged.get(programme, panels), strict=True):
            more, less = _programme_counts([every]), _programme_counts([fewer])
            pairs.append((sum(more.values()), sum(less.values())))
            pairs.append(
                (sum(more.get(division, 0) for division in hidden), sum(less.get(division, 0) for division in hidden))
            )
        if hidden != hidden_unflagged or any(is_disclosed_by_difference(*pair, least) for pair in pairs):
            own.setdefault(total, Reason.SMALL_GROUP.value)


def _published(cells: Cells, withheld: Mapping[Key, str]) -> Cells:
    """Return the cells of what is not withheld, and each programme's withheld divisions in one cell for its total."""
    shown = {key: held for key, held in cells.items() if key not in withheld}
    hidden: dict[tuple[str, str], list[CellSums]] = {}
    for key, held in sorted(cells.items()):
        if key in withheld and key[1] != NO_PROGRAMME and (ALL_DIVISIONS, *key[1:]) not in withheld:
            hidden.setdefault((key[1], key[2]), []).extend(held)
    for (programme, item), parts in hidden.items():
        if any(cell.n for cell in parts):
            shown[ALL_DIVISIONS, programme, item] = [add_cells(parts, WITHHELD_CELL)]
    return shown
