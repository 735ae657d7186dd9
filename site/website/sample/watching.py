"""Who watches over the county's projects: problems on their way, inspections by lot, summons lists, bulletins.

Everything is done through the acts of staff, by the people of the sample county: the supervising office writes, the
publisher signs.
"""

import datetime as dt
from decimal import Decimal
from functools import partial
from typing import Any

import sqlalchemy as sa

from admin.oversight.bulletin_words import figures_of, texts_of, title_of
from minsheng.accounts.staff import StaffMember
from minsheng.oversight import (
    breakdown_acts,
    bulletin_acts,
    bulletins,
    inspection_acts,
    look_back_acts,
    problem_acts,
    summons_acts,
)
from minsheng.oversight.breakdown_acts import Share
from minsheng.oversight.bulletin_issues import BlockName, BulletinIssue
from minsheng.oversight.bulletins import Period
from minsheng.oversight.inspection_sheets import items_of
from minsheng.oversight.inspections import InspectionPlan
from minsheng.oversight.look_back_acts import Found
from minsheng.oversight.lookbacks import LookBackResult
from minsheng.oversight.problem_acts import Entry
from minsheng.oversight.problems import Problem, ProblemKind, ProblemSource
from minsheng.pictures.media import StoredImage
from minsheng.progress.comparison import projects_of
from minsheng.records.indicators import Indicator
from minsheng.records.programmes import Programme
from minsheng.records.projects import Category, Project
from minsheng.records.scope import Scope
from website.sample.calendar import REPORT_DUE_DAY, moment, written
from website.sample.content import content
from website.sample.pictures import Picture
from website.sample.plan import ProjectPlan
from website.sample.world import World

OVERSEER = "duban"


def watching_pictures(plans: dict[str, ProjectPlan]) -> list[Picture]:
    """Return the pictures of cures that wait for their check; ``plans`` are by slug."""
    cured = [entry for entry in content("watching")["problem"] if "cure" in entry]
    return [_picture(entry["project"], plans[entry["project"]]) for entry in cured]


def plan_watching(world: World, plans: dict[str, ProjectPlan]) -> None:
    """Put everything into the story, in the last weeks before the county is loaded."""
    today = world.calendar.as_of
    for number, entry in enumerate(content("watching")["problem"]):
        begun = moment(today - dt.timedelta(days=entry["days_ago"]), 9, number)
        world.story.at(begun, partial(_problem, world, number, plans.get(entry["project"])))
    for entry in content("watching")["look_back"]:
        begun = moment(today - dt.timedelta(days=entry["days_ago"]), 10)
        world.story.at(begun, partial(_look_back, world, entry["project"], entry["note"]))
    world.story.at(moment(today - dt.timedelta(days=40), 9), partial(_inspect, world))
    world.story.at(moment(today - dt.timedelta(days=6), 9), partial(_plan_next_inspection, world))
    world.story.at(moment(today - dt.timedelta(days=2), 14), partial(_summon, world))
    world.story.at(moment(today - dt.timedelta(days=2), 15), partial(_bulletins, world))
    world.story.at(moment(today - dt.timedelta(days=1), 16), partial(_break_down, world))


def _overseer(world: World) -> StaffMember:
    return world.staff[OVERSEER]


def _picture(slug: str, plan: ProjectPlan) -> Picture:
    last = plan.months[-1].progress if plan.months else 0
    return Picture(plan.spec["scene"], max(last, 10), f"{slug} cure")


def _problem(world: World, number: int, plan: ProjectPlan | None, at: dt.datetime) -> None:
    """Register a problem; open it and bring a cure where the story says so."""
    entry = content("watching")["problem"][number]
    project, overseer = world.projects[entry["project"]], _overseer(world)
    agency = project.agency
    if agency is None:
        return
    found = Entry(
        project=project,
        agency=agency,
        kind=ProblemKind(entry["kind"]),
        source=ProblemSource(entry["source"]),
        post=entry["post"],
        description=entry["description"],
        found_on=at.date(),
        deadline=at.date() + dt.timedelta(days=entry["days_to_cure"]),
    )
    problem = problem_acts.register(world.session, found, overseer, at)
    if entry.get("is_draft"):
        return
    world.story.at(at + dt.timedelta(minutes=30), partial(_open_problem, world, problem, entry, plan))


def _open_problem(
    world: World, problem: Problem, entry: dict[str, Any], plan: ProjectPlan | None, at: dt.datetime
) -> None:
    """Let residents see a problem; two hours later its cure is there, where the story says so."""
    problem_acts.open_to_public(world.session, problem, world.publisher, at)
    if "cure" in entry and plan is not None:
        world.story.at(at + dt.timedelta(hours=2), partial(_cure, world, problem, entry, plan))


def _cure(world: World, problem: Problem, entry: dict[str, Any], plan: ProjectPlan, at: dt.datetime) -> None:
    """Bring a picture and words of a cure, and ask for closing."""
    stored = world.gallery.stored(_picture(entry["project"], plan))
    author = world.author_for(problem.project)
    image = StoredImage(stored.key, stored.width, stored.height, at.date())
    added = problem_acts.add_photo(world.session, problem, image, entry["picture"], author, is_cure=True)
    added.photo.is_drawing = True
    problem_acts.note(problem, entry["note"], author, at)
    problem_acts.propose_closing(world.session, problem, entry["cure"], author, at)


def _look_back(world: World, slug: str, note: str, at: dt.datetime) -> None:
    """Write what was found at a finished project, and hand it in."""
    found = Found(at.date(), LookBackResult.PARTLY, "", None, note)
    look_back = look_back_acts.enter(world.session, world.projects[slug], found, _overseer(world), at)
    look_back.submit(at + dt.timedelta(hours=1))


def _inspect(world: World, at: dt.datetime) -> None:
    """Draw last year's projects by lot, check them, and publish the round."""
    plan = _plan(world, 1, at)
    overseer, said = _overseer(world), content("watching")["inspection"]
    for check in plan.checks:
        answers = {item: {"answer": "yes", "note": ""} for item in items_of(check.category)}
        if check.position == 0:
            answers["signed"] = {"answer": "no", "note": said["failed"]}
        conclusion = said["failed"] if check.position == 0 else said["passed"]
        inspection_acts.record_check(world.session, check, at.date(), answers, conclusion, overseer, at)
    inspection_acts.hand_in(plan, said["summary"], overseer, at)
    world.story.at(
        at + dt.timedelta(hours=2),
        lambda later: inspection_acts.publish(world.session, plan, world.publisher, later),
    )


def _plan_next_inspection(world: World, at: dt.datetime) -> None:
    """Draw a second round, which is still being made."""
    _plan(world, 2, at)


def _plan(world: World, number: int, at: dt.datetime) -> InspectionPlan:
    year = world.calendar.year - 1
    said = content("watching")["inspection"]
    plan = inspection_acts.plan(
        world.session,
        said["title"].format(year=year, number=number),
        world.county,
        (dt.date(year, 1, 1), dt.date(year, 12, 31)),
        {Category(kind): 1 for kind in said["kinds"]},
        _overseer(world),
    )
    inspection_acts.draw(world.session, plan, f"{said['seed']}{number}", _overseer(world), at)
    return plan


def _summon(world: World, at: dt.datetime) -> None:
    """Publish the summons list of the last closed quarter of the year."""
    programme, today = _programme(world), at.date()
    quarters = summons_acts.closed_quarters(today, world.calendar.year, REPORT_DUE_DAY)
    if not quarters:
        return
    overseer = _overseer(world)
    summons = summons_acts.prepare(world.session, programme, quarters[0], overseer, today, REPORT_DUE_DAY)
    summons_acts.edit(summons, content("watching")["summons"]["words"], {}, overseer)
    summons.submit(at)
    world.story.at(
        at + dt.timedelta(minutes=30),
        lambda later: summons_acts.publish(world.session, summons, world.publisher, later, REPORT_DUE_DAY),
    )


def _bulletins(world: World, at: dt.datetime) -> None:
    """Publish the bulletin of the last closed month but one, and hand in that of the last."""
    programme, overseer = _programme(world), _overseer(world)
    projects = projects_of(world.session, Scope(programme=programme))
    for back in (1, 0):
        period = Period.parse(written(world.calendar.latest - back))
        if period not in bulletins.periods(projects, programme, at.date(), REPORT_DUE_DAY):
            continue
        bulletin = bulletins.bulletin(world.session, programme, projects, period, REPORT_DUE_DAY)
        figures, texts = figures_of(bulletin), texts_of(bulletin)
        texts[BlockName.NEXT] = content("watching")["bulletin"]["next"]
        issue = bulletin_acts.prepare(
            world.session, programme, period.key, title_of(programme.title, period), texts, figures, overseer
        )
        bulletin_acts.hand_in(world.session, issue, at)
        if back:
            world.story.at(at + dt.timedelta(minutes=40), partial(_publish_bulletin, world, issue, figures))


def _publish_bulletin(world: World, issue: BulletinIssue, figures: dict[str, str], at: dt.datetime) -> None:
    bulletin_acts.publish(world.session, issue, figures, world.publisher, at)


def _break_down(world: World, at: dt.datetime) -> None:
    """Hand in a sheet that breaks one target of the year down to the townships."""
    programme = _programme(world)
    own = sa.select(Project.id).where(Project.programme_id == programme.id, Project.division_id == world.county.id)
    query = sa.select(Indicator).where(Indicator.project_id.in_(own)).order_by(Indicator.id)
    for indicator in world.session.scalars(query):
        places = breakdown_acts.places_of(world.session, breakdown_acts.project_of(world.session, indicator))
        is_whole_number = indicator.target is not None and indicator.target == indicator.target.to_integral_value()
        if not places or not is_whole_number or not breakdown_acts.can_be_broken_down(indicator):
            continue
        if breakdown_acts.parts_of(world.session, indicator):
            continue
        each, rest = divmod(int(indicator.target or 0), len(places))
        shares = [Share(place.id, place.name, Decimal(each + (number < rest))) for number, place in enumerate(places)]
        breakdown_acts.hand_in(world.session, indicator, shares, "", world.staff["yuebao"], at)
        return


def _programme(world: World) -> Programme:
    return world.programmes["this"]
