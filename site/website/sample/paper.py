"""Paper of the open survey: one batch entered, checked and counted, and one in which two clerks disagree."""

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal

from minsheng.accounts.staff import StaffMember
from minsheng.opinion.dispositions import Disposition
from minsheng.surveying import paper_batches, paper_differences, paper_entry, paper_sheets
from minsheng.surveying.paper_sheets import PaperBatch, PlannedBatch, PlannedRun
from minsheng.surveying.surveys import Channel, Wave
from website.sample.calendar import moment
from website.sample.content import content
from website.sample.world import World

SURVEYOR, FIRST_CLERK, SECOND_CLERK = "diaocha", "luru", "fulu"
LOST = {Disposition.REFUSAL: 1, Disposition.NON_CONTACT: 2}
"""What became of the sheets of each batch that brought no answers."""
DISPUTED = "overall"
"""The question that the two clerks of the second batch read in two ways."""

Answering = Callable[[], Mapping[str, list[str]]]
"""Invents the answers of one person."""


def plan_paper(world: World, wave: Wave, answering: Answering) -> None:
    """Put the printing, the entries and the counting into the story, in the survey's second week."""
    begun = wave.opens_on + dt.timedelta(days=8)
    printed: list[PaperBatch] = []
    world.story.at(moment(begun, 9), lambda at: printed.extend(_print(world, wave, at)))
    world.story.at(moment(begun + dt.timedelta(days=5), 10), lambda at: _enter(world, printed, answering, at))
    world.story.at(moment(begun + dt.timedelta(days=6), 10), lambda at: _check(world, printed, at))


def _print(world: World, wave: Wave, at: dt.datetime) -> list[PaperBatch]:
    """Print two villages' sheets. Counts by hand: the invented county draws no sample on paper."""
    given = content("questionnaire")["paper"]
    batches = [
        PlannedBatch(world.places[one["place"]], one["sheets"], one["stratum"], one["unit"], Decimal(one["weight"]))
        for one in given["batch"]
    ]
    planned = PlannedRun(Channel.PAPER_SAMPLE, "zh_Hans", batches, Decimal(given["most_errors"]), why=given["why"])
    return paper_sheets.make_run(world.session, wave, planned, world.staff[SURVEYOR], at).batches


def _enter(world: World, printed: list[PaperBatch], answering: Answering, at: dt.datetime) -> None:
    for batch in printed:
        for number in batch.numbers[: -sum(LOST.values())]:
            _type(world, batch, number, answering(), world.staff[FIRST_CLERK], at)
        paper_batches.finish_first(world.session, batch, LOST, world.staff[SURVEYOR], at)


def _check(world: World, printed: list[PaperBatch], at: dt.datetime) -> None:
    """Enter the drawn sheets again: alike in the first batch, which is then counted, with a slip in the second."""
    counted, open_still = printed
    for batch in printed:
        for number in batch.drawn:
            (first,) = paper_entry.entries_of(world.session, batch, number)
            typed = {key: list(values) for key, values in first.typed.items()}
            if batch is open_still:
                typed[DISPUTED] = ["neutral"] if typed.get(DISPUTED) != ["neutral"] else ["satisfied"]
            _type(world, batch, number, typed, world.staff[SECOND_CLERK], at)
    if not paper_differences.of_batch(world.session, counted):
        paper_batches.count(world.session, counted, world.staff[SURVEYOR], at)


def _type(
    world: World,
    batch: PaperBatch,
    number: int,
    answers: Mapping[str, list[str]],
    clerk: StaffMember,
    at: dt.datetime,
) -> None:
    version = batch.run.wave.version
    typed = {one.key: paper_entry.as_typed(one, answers.get(one.key, [])) for one in version.questions}
    paper_batches.enter(world.session, batch, number, typed, clerk, at)
