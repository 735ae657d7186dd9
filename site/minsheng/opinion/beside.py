"""What stands beside the scores: further shares of the same sample, and the same answers by other schemes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import compress

from minsheng.opinion.cellbook import build
from minsheng.opinion.cells import cell_sums
from minsheng.opinion.coding import asked, code_item
from minsheng.opinion.errors import MissingColumnError, UnknownOptionError
from minsheng.opinion.estimates import Estimate
from minsheng.opinion.panels import COMPOSITE, NO_PROGRAMME, Sample, weigh_panel
from minsheng.opinion.schemes import ALL_ASKED, Filter, Scheme, SurveyItem
from minsheng.opinion.scores import ALL, Score, division_scores, item_estimate, rank_scores
from minsheng.opinion.suppression import Reason, is_disclosed_by_difference, reason_to_withhold


@dataclass(frozen=True)
class Figure:
    """A share or mean in one division, or the reason why it is withheld."""

    division: str
    estimate: Estimate | None
    reason: str = ""


def figures_by_division(sample: Sample, item: SurveyItem) -> list[Figure]:
    """Estimate an item that the scheme does not score, such as ``coding.share_of`` "don't know", by division.

    Weights, strata and limits are those of the scores. Raises ``MissingColumnError`` where it was not asked.
    """
    panels = [weigh_panel(sample, sample.answers, channels) for _, channels in sample.scheme.panels]
    sums = []
    for panel in panels:
        coded = code_item(item, panel.answers, sample.scheme.filters)
        sums.append(cell_sums(panel.classes, coded.codes, coded.values))
    found: list[Figure] = []
    for division in sorted({name for panel in panels for name in (*panel.strata, *panel.reasons)}):
        code = next((panel.reasons[division] for panel in panels if division in panel.reasons), "")
        cells = [
            [held[number] for number in panel.strata.get(division, ())]
            for panel, held in zip(panels, sums, strict=True)
        ]
        if not code and not all(any(cell.n for cell in part) for part in cells):
            code = Reason.NO_ANSWERS.value
        if code:
            found.append(Figure(division, None, code))
            continue
        estimate = item_estimate(sample.scheme, item, cells)
        reason = reason_to_withhold(estimate, sample.scheme.publish)
        found.append(Figure(division, None, reason.value) if reason else Figure(division, estimate))
    return found


@dataclass(frozen=True)
class Comparison:
    """The same answers by several schemes: scores of the view ``all`` by scheme, and why a scheme cannot be used."""

    scores: Mapping[str, Sequence[Score]] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)


def compare_schemes(sample: Sample, schemes: Iterable[Scheme]) -> Comparison:
    """Score a wave by each scheme, so that a reader sees how far the choice of scheme moves scores and ranks.

    A question that one scheme withholds in a place is withheld there by all, for one could give the other back; and
    where the people whom a scheme counts are, but for a few, those whom an earlier one counts, the later one
    withholds it: the wave's own scheme, whose scores are published anyhow, comes first. Ranks are taken among the
    places that remain. Schemes that ask for other questions or options are refused.
    """
    scores: dict[str, list[Score]] = {}
    refused: dict[str, str] = {}
    used: dict[str, Scheme] = {}
    for scheme in schemes:
        own = replace(sample, scheme=scheme)
        try:
            rows = division_scores(scheme, build(own), sample.handling)
        except (MissingColumnError, UnknownOptionError) as error:
            refused[scheme.id] = error.code
            continue
        used[scheme.id] = scheme
        scores[scheme.id] = [row for row in rows if row.view == ALL]
    withheld = {
        place for name, rows in scores.items() for row in rows if row.reason for place in _questions(used[name], row)
    }
    apart = _few_apart(sample, list(used.values()))
    return Comparison(
        {name: _without(used[name], rows, withheld | apart[name]) for name, rows in scores.items()},
        refused,
    )


People = tuple[str, frozenset[str], Filter | None]
"""Whom an item counts: those who answered this question, by these channels, and whom the filter asks."""


def _few_apart(sample: Sample, schemes: Sequence[Scheme]) -> dict[str, set[tuple[str, str]]]:
    """Return by scheme the places and questions where it counts a few people more or fewer than an earlier one."""
    answers = sample.answers
    least = max((scheme.publish.k_anon for scheme in schemes), default=0)
    masks: dict[People, list[bool]] = {}
    close: dict[People, set[tuple[str, str]]] = {}
    found: dict[str, set[tuple[str, str]]] = {}
    for scheme in schemes:
        found[scheme.id] = set()
        for item in scheme.survey_items:
            codes = asked(item, answers, scheme.filters, answers.column(item.question).codes)
            for _, channels in scheme.panels:
                rule = None if item.filter == ALL_ASKED else scheme.filters[item.filter]
                people = (item.question, frozenset(channels), rule)
                if people not in masks:
                    pairs = zip(codes, answers.channel, strict=True)
                    own = [code > 0 and channel in people[1] for code, channel in pairs]
                    others = [mask for known, mask in masks.items() if known[0] == item.question]
                    masks[people] = own
                    close[people] = {
                        (division, item.question)
                        for other in others
                        for division in _places_few_apart(answers.division, own, other, least)
                    }
                found[scheme.id] |= close[people]
    return found


def _places_few_apart(places: Sequence[str], one: Sequence[bool], other: Sequence[bool], least: int) -> set[str]:
    """Return the places where somebody, but fewer than ``least``, is among the one people and not the other."""
    found: set[str] = set()
    for more, fewer in ((one, other), (other, one)):
        only = Counter(compress(places, (is_in and not is_out for is_in, is_out in zip(more, fewer, strict=True))))
        found |= {place for place, count in only.items() if is_disclosed_by_difference(count, 0, least)}
    return found


def _questions(scheme: Scheme, row: Score) -> list[tuple[str, str]]:
    """Return the place and question of a sampled item; a composite adds nothing to the reasons of its items."""
    item = scheme.items.get(row.item)
    return [(row.division, item.question)] if isinstance(item, SurveyItem) else []


def _without(scheme: Scheme, rows: Sequence[Score], withheld: set[tuple[str, str]]) -> list[Score]:
    weighty = [item for item in scheme.survey_items if scheme.composite.weights.get(item.key, 0) > 0]
    kept = []
    for row in rows:
        questions = (
            {item.question for item in weighty} if row.item == COMPOSITE else {q for _, q in _questions(scheme, row)}
        )
        if not row.reason and any((row.division, question) in withheld for question in questions):
            reason = Reason.PART_WITHHELD if row.item == COMPOSITE else Reason.COMPLEMENTARY
            kept.append(Score(ALL, row.division, NO_PROGRAMME, row.item, None, reason.value))
        else:
            kept.append(row)
    composites = [row for row in kept if row.item == COMPOSITE]
    ranked = {row.division: row for row in rank_scores(scheme, composites, scheme.rank.method)}
    return [ranked[row.division] if row.item == COMPOSITE else row for row in kept]
