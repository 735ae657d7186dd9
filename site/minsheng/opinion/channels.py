"""How each channel answered: counts beside the score, never weighted, never pooled."""

from collections import Counter
from dataclasses import dataclass

from minsheng.opinion.coding import Answers, asked
from minsheng.opinion.panels import NO_PROGRAMME, Key, Sample
from minsheng.opinion.schemes import DRAWN_CHANNELS, ItemMethod, Scheme, SurveyItem
from minsheng.opinion.scores import ALL, CellBook
from minsheng.opinion.suppression import Reason


@dataclass(frozen=True)
class ChannelCount:
    """How many of the ``base`` people of one channel chose an option; None where the table is withheld."""

    division: str
    channel: str
    programme: str
    question: str
    option: str
    count: int | None
    base: int | None
    reason: str = ""

    @property
    def share(self) -> float | None:
        """The share of the people who answered, from 0 to 1."""
        return None if self.count is None or not self.base else self.count / self.base


def dont_know_options(item: SurveyItem) -> tuple[str, ...]:
    """Return the options of an item that are no opinion, whatever the scheme makes of them."""
    return tuple(item.nonsubstantive)


def negative_options(item: SurveyItem, below: float = 50) -> tuple[str, ...]:
    """Return the options that say dissatisfied: those worth fewer than ``below`` points."""
    if item.method is not ItemMethod.MEAN_OF_POINTS:
        return ()
    return tuple(option for option, points in item.points.items() if points < below)


def channel_counts(sample: Sample, book: CellBook) -> list[ChannelCount]:
    """Count every scored question by division and channel, without the tables that could tell on a small group.

    Only the people whom the question's item asks are counted: the others would come out as the difference to the
    score. A table of fewer people than the scheme's ``k_anon`` is withheld. The tables of drawn channels, and of
    others that feed a blend, are withheld where the score is; and where one of them is small, all of that question,
    because their sum is the score's.
    """
    rows: list[ChannelCount] = []
    for key, question in _questions(sample.scheme, sample.answers):
        rows.extend(_question_rows(sample, book, key, question))
    return sorted(rows, key=lambda row: (row.division, row.programme, row.question, row.channel, row.option))


def _questions(scheme: Scheme, answers: Answers) -> list[tuple[tuple[str, str], str]]:
    """Return each question once, with the programme and the item it is scored as."""
    found: dict[str, tuple[str, str]] = {}
    for item in scheme.survey_items:
        found.setdefault(item.question, (NO_PROGRAMME, item.key))
    if scheme.programme_item:
        for programme, question in sorted(answers.programmes.items()):
            found.setdefault(question, (programme, scheme.programme_item))
    return [(key, question) for question, key in found.items()]


def _question_rows(sample: Sample, book: CellBook, place: tuple[str, str], question: str) -> list[ChannelCount]:
    answers, least = sample.answers, sample.scheme.publish.k_anon
    column = answers.column(question)
    options = ("", *column.options)
    item = next(item for item in sample.scheme.survey_items if item.key == place[1])
    codes = asked(item, answers, sample.scheme.filters, column.codes)
    counts: dict[tuple[str, str], Counter[str]] = {}
    for (division, channel, code), n in Counter(zip(answers.division, answers.channel, codes, strict=True)).items():
        if code:
            counts.setdefault((division, channel), Counter())[options[code]] += n
    small = {(division, channel) for (division, channel), held in counts.items() if held.total() < least}
    scored = {*DRAWN_CHANNELS, *(channel for _, panel in sample.scheme.panels for channel in panel)}
    rows: list[ChannelCount] = []
    for (division, channel), held in sorted(counts.items()):
        key: Key = (division, *place)
        is_scored = channel in scored
        is_beside_small = is_scored and any((division, other) in small for other in scored)
        reason = book.reasons.get((ALL, key), "") if is_scored else ""
        if (division, channel) in small or (is_beside_small and not reason):
            reason = Reason.SMALL_GROUP.value if (division, channel) in small else Reason.COMPLEMENTARY.value
        if reason:
            rows.append(ChannelCount(division, channel, place[0], question, "", None, None, reason))
            continue
        base = held.total()
        rows += [
            ChannelCount(division, channel, place[0], question, option, held[option], base) for option in column.options
        ]
    return rows
