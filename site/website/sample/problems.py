"""The ledger of problems, and the look-backs at what was finished last year."""

import datetime as dt
from functools import partial
from typing import Any

from minsheng.editorial import publishing
from minsheng.oversight.lookbacks import LookBack, LookBackResult
from minsheng.oversight.problems import Problem, ProblemSource
from minsheng.pictures.photos import Photo, PhotoPhase
from minsheng.records.projects import Project
from website.sample.calendar import moment
from website.sample.content import content
from website.sample.money import FEN_PER_TEN_THOUSAND_YUAN
from website.sample.pictures import Picture
from website.sample.plan import ProjectPlan
from website.sample.world import OFFICE, World


def problem_pictures(plans: dict[str, ProjectPlan]) -> list[Picture]:
    """Return the pictures of cured problems, before and after; ``plans`` are by slug."""
    cured = [entry for entry in content("problems")["problem"] if "cured_after" in entry]
    return [picture for entry in cured for picture in _pictures(entry, plans[entry["project"]])]


def plan_problems(world: World, plans: dict[str, ProjectPlan]) -> None:
    """Put problems and look-backs into the story."""
    for entry in content("problems")["problem"]:
        found = world.calendar.as_of - dt.timedelta(days=entry["days_ago"])
        world.story.at(moment(found, 16), partial(_open, world, entry, plans[entry["project"]]))
    for entry in content("problems")["lookback"]:
        looked = dt.date(world.calendar.year, 1, 1) + dt.timedelta(days=entry["day_of_year"])
        world.story.at(moment(looked, 15), partial(_look_back, world, entry))


def _pictures(entry: dict[str, Any], plan: ProjectPlan) -> tuple[Picture, Picture]:
    """Return what the place looked like when the problem was found, and when it was cured."""
    last = plan.months[-1].progress if plan.months else 0
    seed = f"{entry['project']} problem {entry['days_ago']}"
    return Picture(plan.spec["scene"], max(last - 12, 5), seed), Picture(plan.spec["scene"], max(last, 10), seed)


def _photo(world: World, project: Project, picture: Picture, day: dt.date, caption: str) -> Photo:
    stored = world.gallery.stored(picture)
    return Photo(
        project=project,
        key=stored.key,
        phase=PhotoPhase.DURING,
        taken_on=day,
        caption=caption,
        alt_text=content("pictures")[picture.scene][PhotoPhase.DURING.value],
        width=stored.width,
        height=stored.height,
        is_drawing=True,
    )


def _open(world: World, entry: dict[str, Any], plan: ProjectPlan, at: dt.datetime) -> None:
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
    )
    if "cured_after" in entry:
        before, after = _pictures(entry, plan)
        problem.photo_before = _photo(world, project, before, found, "整改前")
        cure = partial(_close, world, problem, entry["evidence"], after)
        world.story.at(at + dt.timedelta(days=entry["cured_after"]), cure)
    world.session.add(problem)
    publishing.record_problem(world.session, problem, OFFICE, at)


def _close(world: World, problem: Problem, evidence: str, picture: Picture, at: dt.datetime) -> None:
    """Close a problem with its evidence in words and in a picture."""
    problem.photo_after = _photo(world, problem.project, picture, at.date(), "整改后")
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
