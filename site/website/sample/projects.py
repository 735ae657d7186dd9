"""Programmes and projects: built from the written content and published in January of their year."""

import datetime as dt
import random
from decimal import Decimal
from typing import Any

from minsheng.editorial import publishing
from minsheng.records.funding import FundingKind, FundingLine, FundingSource
from minsheng.records.indicators import AssignedBy, Indicator, Measure, TargetAssignment
from minsheng.records.places import DivisionLevel
from minsheng.records.programmes import Programme
from minsheng.records.projects import (
    Category,
    Milestone,
    MilestoneKind,
    Project,
    Responsibility,
    ResponsibilityRole,
    Stage,
)
from website.sample.calendar import moment
from website.sample.content import content, exact
from website.sample.money import FEN_PER_TEN_THOUSAND_YUAN
from website.sample.plan import ProjectPlan
from website.sample.side_records import is_put_out_to_tender
from website.sample.translations import english, english_programme, english_target
from website.sample.world import COUNTY, OFFICE, World

SPREAD = 28
"""How far a project lies from the centre of its place at most, in thousandths of a degree: about three kilometres."""
MILESTONE_WEIGHTS = {
    MilestoneKind.APPROVAL: 5,
    MilestoneKind.BIDDING: 5,
    MilestoneKind.START: 10,
    MilestoneKind.MAIN_STRUCTURE: 40,
    MilestoneKind.COMPLETION: 30,
    MilestoneKind.ACCEPTANCE: 5,
    MilestoneKind.HAND_OVER: 5,
}


def add_programme(world: World, which: str, year: int) -> Programme:
    """Add and publish the programme ``last`` or ``this`` of a year."""
    texts = {key: value for key, value in content("programmes")[which].items() if key != "title"}
    programme = Programme(
        slug=f"shili-{year}",
        title=content("programmes")[which]["title"].format(year=year),
        year=year,
        level=DivisionLevel.COUNTY,
        division=world.places[COUNTY],
        agency=world.agencies["minsheng"],
        translations=english_programme(which, year),
        **texts,
    )
    world.programmes[which] = programme
    world.session.add(programme)
    world.story.at(
        moment(world.calendar.published_on(year), 9),
        lambda at: publishing.publish_programme(world.session, programme, OFFICE, at),
    )
    return programme


def add_project(world: World, programme: Programme, plan: ProjectPlan) -> Project:
    """Add a project with its four settled things and have it published with its programme."""
    spec = plan.spec
    lines = _funding_lines(spec, plan.year)
    planned = sum(line.planned_fen or 0 for line in lines if line.kind is FundingKind.FUNDS)
    latitude, longitude = position_of(spec)
    project = Project(
        slug=f"{plan.year}-{spec['slug']}",
        programme=programme,
        division=world.places[spec["place"]],
        agency=world.agencies[spec["agency"]],
        title=spec["title"],
        summary=spec["summary"],
        translations=english("project", spec["slug"]),
        year=plan.year,
        level=programme.level,
        category=Category(spec["category"]),
        kind=plan.kind,
        themes=list(spec["themes"]),
        stage=plan.months[0].stage if plan.months else Stage.UNDER_WAY if spec.get("just_begun") else Stage.RESERVED,
        location=spec["location"],
        latitude=latitude,
        longitude=longitude,
        quality_standard=spec["quality"],
        planned_start=plan.start,
        planned_finish=plan.finish,
        planned_investment_fen=planned,
        total_investment_fen=planned,
        responsibilities=[
            Responsibility(position=position, role=role, post=post)
            for position, (role, post) in enumerate(zip(ResponsibilityRole, spec["posts"], strict=True))
        ],
        funding_lines=lines,
        milestones=_milestones(plan, planned) if plan.kind == "works" else [],
    )
    _add_indicators(world, project, spec["indicators"], plan.year)
    world.projects[spec["slug"]] = project
    world.session.add(project)
    world.session.flush()
    world.story.at(
        moment(world.calendar.published_on(plan.year), 9, 30),
        lambda at: publishing.publish_project(world.session, project, OFFICE, at),
    )
    if spec.get("withdrawn"):
        given = content("records")["withdrawn"]
        day = world.calendar.published_on(plan.year) + dt.timedelta(days=given["days"])
        world.story.at(
            moment(day, 16),
            lambda at: publishing.withdraw(world.session, project, given["reason"], OFFICE, at),
        )
    return project


def position_of(spec: dict[str, Any]) -> tuple[Decimal, Decimal]:
    """Return an invented latitude and longitude near the centre of a project's place, the same every time."""
    centres = {entry["code"]: entry["centre"] for entry in content("places")["division"] if "centre" in entry}
    latitude, longitude = (Decimal(degrees) for degrees in centres[spec["place"]])
    wander = random.Random(f"position {spec['slug']}")  # noqa: S311 - the same place every time, not a secret
    return (
        exact(latitude + Decimal(wander.randint(-SPREAD, SPREAD)) / 1000),
        exact(longitude + Decimal(wander.randint(-SPREAD, SPREAD)) / 1000),
    )


def _assignments(whole: Indicator, year: int) -> list[TargetAssignment]:
    """Return how the city gave a target to the county; the province sets none of these itself."""
    return [
        TargetAssignment(
            assigned_by=AssignedBy.CITY,
            target=whole.target,
            assigned_on=dt.date(year, 1, 4),
            source_title=f"示例市{year}年民生实事目标任务分解表",
        )
    ]


def _funding_lines(spec: dict[str, Any], year: int) -> list[FundingLine]:
    """Return the planned money by source; the content gives it in 万元."""
    given = [(source, FundingKind.FUNDS, amount, "") for source, amount in spec["funding"]]
    if "levy" in spec:
        given.append(("self_raised", FundingKind.LEVY, spec["levy"], spec["levy_label"]))
    if "deposit" in spec:
        given.append(("other", FundingKind.QUALITY_DEPOSIT, spec["deposit"], ""))
    return [
        FundingLine(
            position=position,
            source=FundingSource(source),
            kind=kind,
            year=year,
            label=label,
            planned_fen=int(Decimal(str(amount)) * FEN_PER_TEN_THOUSAND_YUAN),
        )
        for position, (source, kind, amount, label) in enumerate(given)
    ]


def _add_indicators(world: World, project: Project, given: list[dict[str, Any]], year: int) -> None:
    """Add the targets, each followed by its parts where it was broken down to townships."""
    for entry in given:
        whole = Indicator(
            position=len(project.indicators),
            name=entry["name"],
            unit=entry["unit"],
            translations=english_target(entry["name"], entry["unit"]),
            target=exact(entry["target"]),
            measure=Measure(entry.get("measure", "cumulative")),
            assigned_by=AssignedBy.CITY if entry.get("parts") else AssignedBy.OWN,
            weight=Decimal(entry["weight"]) if "weight" in entry else None,
        )
        if entry.get("parts"):
            whole.assignments = _assignments(whole, year)
        project.indicators.append(whole)
        for code, target in entry.get("parts", {}).items():
            part = Indicator(
                position=len(project.indicators),
                name=entry["name"],
                part_name=world.places[code].name,
                unit=entry["unit"],
                translations=english_target(entry["name"], entry["unit"]),
                target=exact(target),
                division=world.places[code],
                assigned_by=AssignedBy.OWN,
            )
            whole.parts.append(part)
            project.indicators.append(part)


def _milestones(plan: ProjectPlan, planned_fen: int) -> list[Milestone]:
    """Return the steps of works between the published dates; small works are not put out to tender."""
    span = (plan.finish - plan.start).days
    planned = {
        MilestoneKind.APPROVAL: plan.start - dt.timedelta(days=45),
        MilestoneKind.BIDDING: plan.start - dt.timedelta(days=16),
        MilestoneKind.START: plan.start,
        MilestoneKind.MAIN_STRUCTURE: plan.start + dt.timedelta(days=span * 6 // 10),
        MilestoneKind.COMPLETION: plan.finish,
        MilestoneKind.ACCEPTANCE: plan.finish + dt.timedelta(days=15),
        MilestoneKind.HAND_OVER: plan.finish + dt.timedelta(days=25),
    }
    return [
        Milestone(
            kind=kind,
            first_planned_on=day,
            planned_on=day,
            weight=Decimal(MILESTONE_WEIGHTS[kind]) if plan.spec.get("weights") else None,
        )
        for kind, day in planned.items()
        if kind is not MilestoneKind.BIDDING or is_put_out_to_tender(planned_fen)
    ]
