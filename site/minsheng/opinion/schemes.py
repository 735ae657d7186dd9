"""Schemes: versioned TOML files that say how answers become points, scores and ranks.

The dataclasses below say what each table and key means; ``scheme_reading`` checks a file against them.
"""

import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from minsheng.opinion.weighting import WeightingRules

SHIPPED = Path(__file__).parent / "schemes"
DRAWN_CHANNELS = ("phone", "paper_sample")
OPT_IN_CHANNELS = ("web", "qr", "paper_walk_in")
CHANNELS = (*DRAWN_CHANNELS, *OPT_IN_CHANNELS)
DEFAULT_SCHEME = "default"
ALL_ASKED = "all"
"""The filter of an item that asks everybody."""


class ItemMethod(enum.StrEnum):
    """How an item's answers become a figure: the mean of points, or the share of positive answers."""

    MEAN_OF_POINTS = "mean_of_points"
    SHARE = "share"


class Treatment(enum.StrEnum):
    """What becomes of "don't know" and the like, unless the scheme gives them points."""

    EXCLUDE = "exclude"
    IN_DENOMINATOR = "in_denominator"


class RankMethod(enum.StrEnum):
    """How many places' intervals are made to hold together (see ``ranks``)."""

    INDEPENDENT = "kww_independent"
    BONFERRONI = "kww_bonferroni"


@dataclass(frozen=True)
class SurveyItem:
    """``[items.KEY]``: one figure from one question.

    ``points`` maps options to points (0 to 100) for a mean of points, ``positive`` lists the options that count
    for a share; ``nonsubstantive`` maps the other options to a treatment or to points. ``filter`` names who is
    asked: ``all`` or a filter of the scheme.
    """

    key: str
    title: str
    question: str
    method: ItemMethod
    points: Mapping[str, float]
    positive: tuple[str, ...]
    nonsubstantive: Mapping[str, Treatment | float]
    filter: str = ALL_ASKED


@dataclass(frozen=True)
class SuggestionItem:
    """``[items.KEY]`` with ``source = "suggestions"``: the mean of the shares replied, on time and satisfied."""

    key: str
    title: str


Item = SurveyItem | SuggestionItem


@dataclass(frozen=True)
class Filter:
    """``[filters.KEY]``: the people who chose one of ``options`` in ``question``."""

    question: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Composite:
    """``[composite]``: each item's weight (together 1) and the points of a full score."""

    weights: Mapping[str, float]
    max_points: float = 100


@dataclass(frozen=True)
class Channels:
    """``[channels]``: drawn channels of the headline score, opt-in ones shown beside it, and any declared blend.

    A blend maps channels to shares (together 1) of the score; its interval is withheld.
    """

    headline: tuple[str, ...]
    advisory: tuple[str, ...] = OPT_IN_CHANNELS
    blend: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Inference:
    """``[inference]``: confidence of the intervals, which n_eff Wilson's uses, whether fractions sampled count."""

    level: float = 0.95
    use_kish: bool = False
    finite_population: bool = False


@dataclass(frozen=True)
class Ranking:
    """``[rank]``: joint error rate, method, and the decimals at which the published ranks are taken."""

    alpha: float = 0.10
    method: RankMethod = RankMethod.INDEPENDENT
    decimals: int = 2


@dataclass(frozen=True)
class Publishing:
    """``[publish]``: the limits under which a figure is withheld (see ``suppression``)."""

    k_anon: int = 10
    min_n: int = 30
    min_n_eff: float = 30
    max_width: float = 0.30
    max_relative_width: float = 1.30


@dataclass(frozen=True)
class SheetPart:
    """``[[sheet.parts]]``: ``count`` programmes (or duties) of ``points`` points each."""

    key: str
    title: str
    points: float
    count: int = 1


@dataclass(frozen=True)
class Scheme:
    """One scheme as read. ``content_hash`` is the SHA-256 of the file's text in hexadecimal."""

    id: str
    version: str
    title: str
    description: str
    is_locked: bool
    items: Mapping[str, Item]
    filters: Mapping[str, Filter]
    composite: Composite
    programme_item: str
    channels: Channels
    weighting: WeightingRules
    inference: Inference
    rank: Ranking
    publish: Publishing
    sheet: tuple[SheetPart, ...]
    content_hash: str
    text: str

    @property
    def survey_items(self) -> tuple[SurveyItem, ...]:
        """The items that come from questions, in the order of the file."""
        return tuple(item for item in self.items.values() if isinstance(item, SurveyItem))

    @property
    def suggestion_item(self) -> SuggestionItem | None:
        """The item that comes from the handling of suggestions, if the scheme has one."""
        return next((item for item in self.items.values() if isinstance(item, SuggestionItem)), None)

    @property
    def panels(self) -> tuple[tuple[float, tuple[str, ...]], ...]:
        """The groups of channels that are weighted together, each with its share of the score."""
        if self.channels.blend:
            return tuple((share, (channel,)) for channel, share in self.channels.blend.items())
        return ((1.0, self.channels.headline),)


def content_hash(text: str) -> str:
    """Return the SHA-256 of a scheme's text, in hexadecimal; line ends of other systems do not change it."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


def shipped_names() -> tuple[str, ...]:
    """Return the names of the schemes that come with the software, the default first."""
    names = sorted(path.stem for path in SHIPPED.glob("*.toml"))
    return (DEFAULT_SCHEME, *(name for name in names if name != DEFAULT_SCHEME))


def shipped_text(name: str) -> str:
    """Return a shipped scheme's text. Raises ``KeyError`` for a name that is not shipped."""
    if name not in shipped_names():
        raise KeyError(name)
    return (SHIPPED / f"{name}.toml").read_text(encoding="utf-8")
