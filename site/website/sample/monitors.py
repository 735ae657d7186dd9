"""Residents who watch a site: appointed with the programme, heard on the days they went."""

import datetime as dt
from functools import partial
from typing import Any

from minsheng.participation.monitors import Monitor, MonitorReport
from minsheng.pictures.photos import Photo, PhotoPhase
from minsheng.records import project_records
from website.sample.calendar import moment
from website.sample.content import content
from website.sample.pictures import Picture
from website.sample.plan import ProjectPlan
from website.sample.world import OFFICE, World

DAYS_TO_READ = 2


def monitor_pictures(plans: dict[str, ProjectPlan]) -> list[Picture]:
    """Return the pictures that monitors took; ``plans`` are by slug."""
    return [
        _picture(plans[entry["project"]].spec["scene"], entry["project"], report)
        for entry in content("records")["monitor"]
        for report in entry["report"]
    ]


def plan_monitors(world: World, plans: dict[str, ProjectPlan]) -> None:
    """Put appointments into the story; each brings the reports that follow it."""
    for entry in content("records")["monitor"]:
        plan = plans[entry["project"]]
        appointed = max(world.calendar.published_on(plan.year), plan.start) + dt.timedelta(days=2)
        world.story.at(moment(appointed, 9), partial(_appoint, world, entry, plan.spec["scene"]))


def _picture(scene: str, slug: str, report: dict[str, Any]) -> Picture:
    return Picture(scene, report["progress"], f"{slug} monitor {report['days_ago']}")


def _appoint(world: World, entry: dict[str, Any], scene: str, at: dt.datetime) -> None:
    monitor = Monitor(project=world.projects[entry["project"]], badge=entry["badge"], appointed_on=at.date())
    project_records.publish_record(world.session, monitor, OFFICE, at)
    for report in entry["report"]:
        visited = world.calendar.as_of - dt.timedelta(days=report["days_ago"])
        if visited > monitor.appointed_on:
            act = partial(_hear, world, monitor, visited, report, _picture(scene, entry["project"], report))
            world.story.at(moment(visited + dt.timedelta(days=DAYS_TO_READ), 11), act)


def _hear(
    world: World, monitor: Monitor, visited: dt.date, given: dict[str, Any], picture: Picture, at: dt.datetime
) -> None:
    """Publish what a monitor saw, with the picture that came with it."""
    report = MonitorReport(monitor=monitor, visited_on=visited, text=given["text"])
    world.session.add(report)
    stored = world.gallery.stored(picture)
    report.photos.append(
        Photo(
            project=monitor.project,
            key=stored.key,
            phase=PhotoPhase.AFTER if given["progress"] >= 100 else PhotoPhase.DURING,
            taken_on=visited,
            caption="群众监督员拍到的现场",
            alt_text=given["alt"],
            width=stored.width,
            height=stored.height,
            is_drawing=True,
        )
    )
    world.session.flush()
    report.publish(at)
    project_records.publish_record(world.session, report, OFFICE, at)
