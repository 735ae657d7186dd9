"""The ledger of problems, and the look-backs at what was finished last year."""

import datetime as dt
from functools import partial
from typing import Any

from minsheng import publishing
from minsheng.lookbacks import LookBack, LookBackResult
from minsheng.photos import Photo, PhotoPhase
from minsheng.problems import Problem, ProblemSource
from website.sample.calendar import moment
from website.sample.content import content
from website.sample.money import FEN_PER_TEN_THOUSAND_YUAN
from website.sample.world import OFFICE, World


def plan_problems(world: World) -> None:
    """Put problems and look-backs into the story."""
    for entry in content("problems")["problem"]:
        found = world.calendar.as_of - dt.timedelta(days=entry["days_ago"])
        world.story.at(moment(found, 16), partial(_open, world, entry))
    for entry in content("problems")["lookback"]:
        looked = dt.date(world.calendar.year, 1, 1) + dt.timedelta(days=entry["day_of_year"])
        world.story.at(moment(looked, 15), partial(_look_back, world, entry))


def _open(world: World, entry: dict[str, Any], at: dt.datetime) -> None:
    """Write down a problem with its deadline, and have it closed when its cure comes."""
    project = world.projects[entry["project"]]
    found = at.date()
    problem = Problem(
        project=project,
        agency=project.agency,
        source=ProblemSource(entry["source"]),
        description=entry["description"],
        found_on=found,
        deadline=found + dt.timedelta(days=entry["days_to_cure"]),
        photo_before=next((photo for photo in project.photos if photo.phase is not PhotoPhase.AFTER), None),
    )
    world.session.add(problem)
    publishing.record_problem(world.session, problem, OFFICE, at)
    if "cured_after" in entry:
        world.story.at(at + dt.timedelta(days=entry["cured_after"]), partial(_close, world, problem, entry["evidence"]))


def _close(world: World, problem: Problem, evidence: str, at: dt.datetime) -> None:
    """Close a problem with its evidence in words and, where the project has one, a picture."""
    after: Photo | None = next(
        (photo for photo in reversed(problem.project.photos) if photo is not problem.photo_before), None
    )
    problem.photo_after = after
    problem.close(evidence, at.date())
    publishing.record_problem(world.session, problem, OFFICE, at)


def _look_back(world: World, entry: dict[str, Any], at: dt.datetime) -> None:
    """Write down what was found at a finished project."""
    lookback = LookBack(
        project=world.projects[entry["project"]],
        looked_on=at.date(),
        result=LookBackResult(entry["result"]),
        keeper=entry["keeper"],
        upkeep_budget_fen=int(entry["upkeep"] * FEN_PER_TEN_THOUSAND_YUAN),
        note=entry["note"],
    )
    world.session.add(lookback)
    publishing.record_lookback(world.session, lookback, OFFICE, at)
