"""The figures of a wave as its pages show them: computed once from the answers, after suppression, and nothing else.

Whatever is withheld is not in here, so that no page, filter or download made from it can give it away.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from minsheng.opinion.beside import Figure, compare_schemes, figures_by_division
from minsheng.opinion.cellbook import build
from minsheng.opinion.channels import ChannelCount, channel_counts, dont_know_options
from minsheng.opinion.coding import Answers, share_of
from minsheng.opinion.dispositions import Disposition, ResponseRates, response_rates
from minsheng.opinion.groups import GroupFigure, group_figures
from minsheng.opinion.package import Contents, ExclusionRow
from minsheng.opinion.panels import COMPOSITE, NO_PROGRAMME, Handling, Sample
from minsheng.opinion.schemes import Scheme, SurveyItem
from minsheng.opinion.scores import ALL, CellBook, Score, division_scores, programme_scores
from minsheng.opinion.suppression import Reason

TOLD, TOLD_YES = "told_what_to_answer", ("yes",)
AWARENESS = "awareness"
GROUPINGS = ("age_band", "area", "sex", "used", "beneficiary")
"""Columns by which awareness is shown, to see whether those who are hard to reach were reached."""


@dataclass(frozen=True)
class Comparison:
    """The same answers by another scheme: its name, and the scores of the view ``all``."""

    scheme_id: str
    scheme_title: str
    scores: Sequence[Score]


@dataclass(frozen=True)
class DrawnCount:
    """What became of the people drawn for one place and channel, by disposition; ``eligible_share`` is e, if stated."""

    division: str
    channel: str
    counts: Mapping[str, int]
    eligible_share: float | None = None

    @property
    def drawn(self) -> int:
        """How many people were drawn."""
        return sum(self.counts.values())

    @property
    def rates(self) -> ResponseRates:
        """AAPOR's response rates, with the share of eligible people as stated, or worked out from the counts."""
        return response_rates({Disposition(kind): count for kind, count in self.counts.items()}, self.eligible_share)


@dataclass(frozen=True)
class Figures:
    """Everything that may be shown of a wave.

    ``comparisons`` are by the scheme's hash; ``refused`` says why a scheme cannot be used, by its id. ``dont_know``
    is by item, ``groups`` by variable; ``counted`` are the answers by channel, over all places, and ``flagged`` those
    of them that a quality rule marks; ``dispositions`` tell what became of the people drawn.
    """

    scores: Sequence[Score]
    programmes: Sequence[Score]
    channels: Sequence[ChannelCount]
    handling: Mapping[str, Handling]
    comparisons: Mapping[str, Comparison] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)
    dont_know: Mapping[str, Sequence[Figure]] = field(default_factory=dict)
    told: Sequence[Figure] = ()
    groups: Mapping[str, Sequence[GroupFigure]] = field(default_factory=dict)
    counted: Mapping[str, int] = field(default_factory=dict)
    flagged: Mapping[str, int] = field(default_factory=dict)
    dispositions: Sequence[DrawnCount] = ()
    exclusions: Sequence[ExclusionRow] = ()

    def of(self, division: str, item: str = COMPOSITE, view: str = ALL) -> Score | None:
        """Return one place's score, or None where it has no row."""
        return next((row for row in self.scores if (row.view, row.division, row.item) == (view, division, item)), None)


def compute(contents: Contents, schemes: Iterable[Scheme]) -> Figures:
    """Compute every figure of a wave by its own scheme, and its scores by the other ``schemes``.

    Raises ``OpinionError`` where the wave's own scheme does not fit its questions.
    """
    sample = contents.sample
    book = build(sample)
    own = sample.scheme
    others = {scheme.content_hash: scheme for scheme in schemes if scheme.content_hash != own.content_hash}
    # Told apart by hash: two versions of one scheme have the same id.
    compared = compare_schemes(sample, [replace(scheme, id=scheme.content_hash) for scheme in (own, *others.values())])
    return Figures(
        scores=division_scores(own, book, sample.handling),
        programmes=programme_scores(own, book),
        channels=channel_counts(sample, book),
        handling=sample.handling,
        comparisons={
            name: Comparison(others[name].id, others[name].title, rows)
            for name, rows in compared.scores.items()
            if name in others
        },
        refused={others[name].id: code for name, code in compared.refused.items() if name in others},
        dont_know=_dont_know(sample, book),
        told=_told(sample),
        groups=_groups(sample, book),
        counted=_counted(sample.answers),
        flagged=_counted(sample.answers.select(sample.answers.flagged)) if sample.answers.flagged else {},
        dispositions=[
            DrawnCount(*place, {str(kind): count for kind, count in held.items()}, contents.eligible_shares.get(place))
            for place, held in sorted(contents.dispositions.items())
        ],
        exclusions=contents.exclusions,
    )


def _dont_know(sample: Sample, book: CellBook) -> dict[str, list[Figure]]:
    """Return by item how many say they don't know; a place whose figure is withheld has none of this either."""
    found: dict[str, list[Figure]] = {}
    for item in sample.scheme.survey_items:
        options = dont_know_options(item)
        if not options:
            continue
        asked = share_of(f"{item.key}_dont_know", item.question, options, item.filter)
        found[item.key] = [_hidden_with(book, item, figure) for figure in figures_by_division(sample, asked)]
    return found


def _hidden_with(book: CellBook, item: SurveyItem, figure: Figure) -> Figure:
    reason = book.reasons.get((ALL, (figure.division, NO_PROGRAMME, item.key)), "")
    return Figure(figure.division, None, Reason.COMPLEMENTARY.value) if reason and figure.estimate else figure


def _told(sample: Sample) -> list[Figure]:
    if TOLD not in sample.answers.columns:
        return []
    return figures_by_division(sample, share_of(TOLD, TOLD, TOLD_YES))


def _groups(sample: Sample, book: CellBook) -> dict[str, list[GroupFigure]]:
    if not any(item.key == AWARENESS for item in sample.scheme.survey_items):
        return {}
    known = [variable for variable in GROUPINGS if variable in sample.answers.columns]
    return {variable: group_figures(sample, book, AWARENESS, variable) for variable in known}


def _counted(answers: Answers) -> dict[str, int]:
    return {channel: list(answers.channel).count(channel) for channel in sorted(set(answers.channel))}
