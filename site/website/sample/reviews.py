"""Reviews of both years: quarterly self-reviews, half-year inspections, acceptance, and what was found long after."""

import datetime as dt
from decimal import Decimal
from functools import partial

from minsheng.progress.schedule import ScheduleStatus
from minsheng.progress.standing import standing
from minsheng.records import project_records
from minsheng.records.aftercare import AfterCare
from minsheng.records.projects import Project, ProjectKind, Stage
from minsheng.records.reviews import Review, ReviewKind
from website.sample.calendar import day_in, moment
from website.sample.content import content
from website.sample.money import FEN_PER_TEN_THOUSAND_YUAN
from website.sample.plan import ProjectPlan
from website.sample.side_records import begins_before, score_of
from website.sample.world import OFFICE, World

FULL = Decimal(100)
LATE = frozenset({ScheduleStatus.BEHIND, ScheduleStatus.SERIOUSLY_BEHIND, ScheduleStatus.OVERDUE})
INSPECTION_EVERY_MONTHS = 6


def plan_reviews(world: World, project: Project, plan: ProjectPlan) -> None:
    """Put the reviews of one project's year into the story."""
    january = plan.year * 12
    for quarter, held in ((1, dt.date(plan.year, 4, 16)), (2, dt.date(plan.year, 7, 15))):
        if begins_before(plan, january + quarter * 3 - 1):
            act = partial(_self_review, world, project, f"{plan.year}-Q{quarter}")
            world.story.at(moment(held, 16, 30), act)
    if begins_before(plan, january + 5):
        world.story.at(moment(dt.date(plan.year, 7, 22), 16), partial(_inspect, world, project, f"{plan.year}-H1"))
    if plan.year < world.calendar.year:
        _plan_acceptance(world, project, plan)


def plan_evaluations(world: World) -> None:
    """Put the post-evaluations of last year's projects into the story."""
    for entry in content("records")["reviews"]["evaluation"]:
        held = dt.date(world.calendar.year, 5, 6)
        world.story.at(moment(held, 15), partial(_evaluate, world, entry["project"], entry["finding"]))


def plan_after_care(world: World) -> None:
    """Put into the story who keeps what was finished last year, and with what money."""
    for entry in content("problems")["lookback"]:
        day = dt.date(world.calendar.year, 1, 20)
        world.story.at(
            moment(day, 9), partial(_hand_to_keeper, world, entry["project"], entry["keeper"], entry["upkeep"])
        )


def _publish(world: World, review: Review, at: dt.datetime) -> None:
    project_records.publish_record(world.session, review, OFFICE, at)


def _self_review(world: World, project: Project, period: str, at: dt.datetime) -> None:
    texts = content("records")["reviews"]
    late = standing(project, at.date()).status in LATE
    finding = texts["self_late" if late else "self_good"]
    _publish(
        world,
        Review(
            project=project,
            kind=ReviewKind.QUARTERLY_SELF_REVIEW,
            period=period,
            held_on=at.date(),
            agency=project.agency,
            reviewer="责任单位自评",
            score=score_of(project.slug, period) - (9 if late else 0),
            points=FULL,
            finding=finding,
        ),
        at,
    )


def _inspect(world: World, project: Project, period: str, at: dt.datetime) -> None:
    texts = content("records")["reviews"]
    late = standing(project, at.date()).status in LATE
    _publish(
        world,
        Review(
            project=project,
            kind=ReviewKind.HALF_YEAR_INSPECTION,
            period=period,
            held_on=at.date(),
            agency=world.agencies["minsheng"],
            reviewer="县督查组",
            score=score_of(project.slug, period) - (12 if late else 2),
            points=FULL,
            finding=texts["inspection_late" if late else "inspection_good"],
        ),
        at,
    )


def _plan_acceptance(world: World, project: Project, plan: ProjectPlan) -> None:
    """Accept in January what was done, but for the one that failed the standard and was redone before."""
    texts = content("records")["reviews"]
    failed = texts["failed"]
    accepted = next((state.month for state in plan.months if state.stage is Stage.ACCEPTED), None)
    if plan.spec["slug"] == failed["project"] and accepted is not None and plan.kind is ProjectKind.WORKS:
        for day, meets, finding in ((6, False, failed["finding"]), (16, True, failed["redone"])):
            held = day_in(accepted, day)
            world.story.at(moment(held, 17), partial(_accept, world, project, plan.year, meets, finding))
    else:
        held = dt.date(plan.year + 1, 1, 12)
        world.story.at(moment(held, 17), partial(_accept, world, project, plan.year, True, texts["accepted"]))


def _accept(world: World, project: Project, year: int, meets: bool, finding: str, at: dt.datetime) -> None:
    _publish(
        world,
        Review(
            project=project,
            kind=ReviewKind.YEAR_END_ACCEPTANCE,
            period=str(year),
            held_on=at.date(),
            agency=world.agencies["minsheng"],
            reviewer="县年终考核验收组",
            score=score_of(project.slug, year) if meets else Decimal(58),
            points=FULL,
            meets_standard=meets,
            finding=finding,
        ),
        at,
    )


def _evaluate(world: World, slug: str, finding: str, at: dt.datetime) -> None:
    project = world.projects[slug]
    _publish(
        world,
        Review(
            project=project,
            kind=ReviewKind.POST_EVALUATION,
            period=str(project.year),
            held_on=at.date(),
            agency=world.agencies["minsheng"],
            reviewer="县民生办和三名居民代表",
            meets_standard=True,
            finding=finding,
        ),
        at,
    )


def _hand_to_keeper(world: World, slug: str, keeper: str, upkeep: float, at: dt.datetime) -> None:
    project = world.projects[slug]
    care = AfterCare(
        project=project,
        keeper=keeper,
        agency=project.agency,
        yearly_budget_fen=int(Decimal(str(upkeep)) * FEN_PER_TEN_THOUSAND_YUAN),
        budget_source="县级财政年度预算",
        since=dt.date(at.year, 1, 1),
        inspection_every_months=INSPECTION_EVERY_MONTHS,
        phone=project.agency.desk_phone if project.agency else "",
    )
    project_records.publish_record(world.session, care, OFFICE, at)
