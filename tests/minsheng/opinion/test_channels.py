"""The tables of channels beside the scores: whom they count, and what they hold back."""

from dataclasses import replace

from minsheng.opinion.cellbook import build
from minsheng.opinion.channels import ChannelCount, channel_counts
from minsheng.opinion.coding import Answers, Column
from minsheng.opinion.panels import Sample
from minsheng.opinion.scheme_reading import read_scheme
from minsheng.opinion.suppression import Reason

from .samples import OPTIONS

SCHEME = """
[scheme]
id = "s"
version = "1"
[items.satisfaction]
question = "satisfaction"
method = "mean_of_points"
points = {very_satisfied = 100, satisfied = 80, neutral = 60, dissatisfied = 30, very_dissatisfied = 0, dont_know = 50}
[items.awareness]
question = "awareness"
method = "share"
positive = ["heard"]
[composite]
weights = {satisfaction = 0.5, awareness = 0.5}
[programmes]
item = "satisfaction"
[channels]
headline = ["phone"]
"""


def answers(people: list[tuple[str, str, int]]) -> Answers:
    """So many people per place and channel, whose answers go through all options; everybody has heard of it."""
    division = [place for place, _, count in people for _ in range(count)]
    said = [OPTIONS[number % 6] for _, _, count in people for number in range(count)]
    columns = {"satisfaction": said, "awareness": ["heard"] * len(division), "about_p": said}
    return Answers(
        division,
        [channel for _, channel, count in people for _ in range(count)],
        {key: Column.of(values) for key, values in columns.items()},
        [1.0] * len(division),
        {"p": "about_p"},
    )


def tables(scheme: str, given: Answers) -> list[ChannelCount]:
    sample = Sample(read_scheme(scheme), given, {})
    return channel_counts(sample, build(sample))


def test_a_table_counts_the_people_whom_its_item_asks() -> None:
    # 3 of 300 have not heard of it: with the score of the other 297, a table of all 300 would tell what they said.
    given = answers([("A", "phone", 300)])
    awareness = Column.of(["never"] * 3 + ["heard"] * 297)
    given = replace(given, columns={**given.columns, "awareness": awareness})
    filtered = SCHEME.replace('question = "satisfaction"', 'question = "satisfaction"\nfilter = "aware"')
    for scheme, base in ((SCHEME, 300), (filtered, 297)):
        found = [row for row in tables(scheme, given) if row.question == "satisfaction"]
        assert {row.base for row in found} == {base}
        assert sum(row.count or 0 for row in found) == base


def test_a_channel_that_feeds_a_blend_is_withheld_with_its_score() -> None:
    # B's 8 answers by web are withheld; A goes with it, because the total less A would give them back. A's table too.
    people = [("A", "phone", 90), ("A", "web", 300), ("B", "phone", 90), ("B", "web", 8), ("C", "phone", 90)]
    given = answers([*people, ("C", "web", 400), ("D", "phone", 90), ("D", "web", 500)])
    blended = SCHEME + "blend = {phone = 0.6, web = 0.4}\n"
    found = {(row.division, row.channel): row.reason for row in tables(blended, given) if row.programme}
    assert found["B", "web"] == Reason.SMALL_GROUP
    assert found["A", "web"] == found["A", "phone"] == Reason.COMPLEMENTARY
    assert found["C", "web"] == found["D", "phone"] == ""
    beside = {(row.division, row.channel): row.reason for row in tables(SCHEME, given) if row.programme}
    assert beside["A", "web"] == beside["A", "phone"] == ""
