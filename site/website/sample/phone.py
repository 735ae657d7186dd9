"""Calls of the open survey: a frame of numbers that nobody can have, a drawn sample, and two interviewers at work."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from itertools import count

from minsheng.surveying import call_checks, call_progress, call_sheets, sample_frame_reading, sample_frames, samples
from minsheng.surveying.call_sheets import CallResult
from minsheng.surveying.sample_drawing import Wanted
from minsheng.surveying.samples import DrawOrder, Sample, SampleDesign, SampledPerson
from minsheng.surveying.surveys import Channel, Wave, new_ticket
from website.sample.calendar import moment
from website.sample.content import content
from website.sample.world import World

SURVEYOR, INTERVIEWERS = "diaocha", ("dianhua", "fanghua")
HEADINGS = ["电话", "地方", "层"]
CALLS = 22
INTERVIEW = dt.timedelta(minutes=4)
"""How long the invented interviews take."""
RESULTS = (
    CallResult.NO_ANSWER,
    CallResult.NOT_THERE,
    CallResult.REFUSED,
    CallResult.NO_ANSWER,
    CallResult.NOT_IN_SERVICE,
    CallResult.UNABLE,
)
"""How every other call ends that brings no answers, one after the other."""

Answering = Callable[[str], dict[str, list[str]]]
"""Invents the answers of one person of a town (``urban``) or a village (``rural``)."""


def plan_phone(world: World, wave: Wave, answering: Answering) -> None:
    """Put frame, draw and calls into the story, in the survey's second and third week."""
    begun = wave.opens_on + dt.timedelta(days=9)
    drawn: list[Sample] = []
    world.story.at(moment(begun, 9), lambda at: drawn.append(_draw(world, wave, at)))
    for number in range(CALLS):
        calling = moment(begun + dt.timedelta(days=1), 10) + dt.timedelta(minutes=9) * (number + 1)
        world.story.at(calling, partial(_call, world, wave, answering, number))
    world.story.at(
        moment(begun + dt.timedelta(days=2), 10),
        lambda at: _draw_checks(world, drawn[0], at),
    )


def _draw(world: World, wave: Wave, at: dt.datetime) -> Sample:
    given, by, secret = content("questionnaire")["calls"], world.staff[SURVEYOR], world.installation.secret
    numbers = count(1)
    rows = [HEADINGS] + [
        [f"{given['prefix']}{next(numbers):04d}", world.county.code, one["name"]]
        for one in given["stratum"]
        for _ in range(one["size"])
    ]
    planned = sample_frame_reading.plan(world.session, wave, Channel.PHONE, rows, secret)
    frame = sample_frame_reading.keep(
        world.session,
        wave,
        Channel.PHONE,
        given["title"],
        planned,
        seal=world.installation.contacts.seal,
        secret=secret,
        by=by,
        at=at,
    )
    sample_frames.confirm(world.session, frame, by, at)
    wanted = {(world.county.id, one["name"]): Wanted(one["drawn"], one["reserve"]) for one in given["stratum"]}
    return samples.draw(
        world.session, frame, DrawOrder(SampleDesign.STRATIFIED, wanted, script=given["script"]), by, at
    )


def _draw_checks(world: World, sample: Sample, at: dt.datetime) -> None:
    call_checks.draw_checks(world.session, sample, world.staff[SURVEYOR], at)


def _call(world: World, wave: Wave, answering: Answering, number: int, at: dt.datetime) -> None:
    """Make a call: every other one ends in an interview, the rest in what ``RESULTS`` says."""
    homes = {one["name"]: one["home"] for one in content("questionnaire")["calls"]["stratum"]}
    by = world.staff[INTERVIEWERS[number % 2]]
    claim = call_sheets.claim_next(world.session, wave, by, world.installation.secret, at)
    if number % 2 == number // 2 % 2:
        person: SampledPerson = claim.person
        call_sheets.save_answers(
            world.session,
            claim,
            answering(homes[person.stratum]),
            by,
            at + INTERVIEW,
            secret=world.installation.secret,
            ticket=new_ticket(),
        )
    else:
        call_sheets.note_result(world.session, claim, RESULTS[number // 2 % len(RESULTS)], by, at)
    call_progress.keep_dispositions(world.session, wave, Channel.PHONE)
