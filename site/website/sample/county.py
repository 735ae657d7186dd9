"""The invented county 示例县: loaded through the domain's own acts, each at the moment the story gives it."""

import datetime as dt
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session

from minsheng.casework.cases import CaseClock
from minsheng.clock import LOCAL_ZONE
from minsheng.workdays import WorkCalendar
from website.sample import boards, calls, case_words, letters, monitors, pages, problems, reviews, surveys, watching
from website.sample import documents as files
from website.sample.calendar import StoryCalendar
from website.sample.content import content
from website.sample.photo_plans import photo_plans
from website.sample.pictures import Gallery
from website.sample.places import add_agencies, add_outlines, add_places, add_staff
from website.sample.plan import ProjectPlan, make_plan
from website.sample.projects import add_programme, add_project
from website.sample.reports import Chronicle
from website.sample.story import Story
from website.sample.world import Installation, World

FILES = {"last": ("projects_last_year",), "this": ("projects_this_year_works", "projects_this_year_people")}
PICTURE_WIDTH = 1080


@dataclass(frozen=True)
class SampleCounty:
    """What a newcomer needs: who may sign in (user name, post), and codes of cases to follow (code, what it is)."""

    accounts: list[tuple[str, str]]
    codes: list[tuple[str, str]]


def load_county(
    session: Session,
    installation: Installation,
    *,
    as_of: dt.date,
    password_hash: str,
    progress: Callable[[str, int, int], None],
    picture_width: int = PICTURE_WIDTH,
) -> SampleCounty:
    """Load the county as it stands on ``as_of``; the caller commits.

    Everything in it happened before that day. ``password_hash`` is that of the one password of all sample
    accounts; ``progress`` gets a label, how much is done and of how much. ``picture_width`` is in pixels.
    """
    calendar = StoryCalendar(as_of)
    world = World(
        session=session,
        calendar=calendar,
        story=Story(until=dt.datetime.combine(as_of, dt.time(), LOCAL_ZONE)),
        gallery=Gallery(installation.media, picture_width),
        clock=CaseClock(WorkCalendar.load()),
        installation=installation,
    )
    add_places(world)
    add_outlines(world)
    add_agencies(world)
    accounts = add_staff(world, password_hash)
    plans = _plans(calendar)
    by_slug = {str(plan.spec["slug"]): plan for group in plans.values() for plan in group}
    world.gallery.prepare(
        [photo.picture for plan in by_slug.values() for photo in photo_plans(plan)]
        + monitors.monitor_pictures(by_slug)
        + problems.problem_pictures(by_slug)
        + watching.watching_pictures(by_slug),
        lambda done, total: progress("示例图片", done, total),
    )
    for which, year in (("last", calendar.year - 1), ("this", calendar.year)):
        programme = add_programme(world, which, year)
        for plan in plans[which]:
            project = add_project(world, programme, plan)
            Chronicle(world, project, plan).plan_months()
            reviews.plan_reviews(world, project, plan)
    problems.plan_problems(world, by_slug)
    watching.plan_watching(world, by_slug)
    reviews.plan_evaluations(world)
    reviews.plan_after_care(world)
    monitors.plan_monitors(world, by_slug)
    files.plan_documents(world, by_slug)
    boards.plan_boards(world, by_slug)
    pages.plan_pages(world)
    case_words.plan_case_words(world)
    codes = [*letters.plan_letters(world), *calls.plan_calls(world)]
    surveys.plan_surveys(world)
    with _without_collecting():
        world.story.tell(lambda done, total: progress("示例县的两年", done, total))
        session.flush()
    return SampleCounty([(member.username, member.post) for member in accounts], codes)


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Leave cycles of objects alone: the session holds nearly everything to the end, and looking takes a fifth."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _plans(calendar: StoryCalendar) -> dict[str, list[ProjectPlan]]:
    """Return the plans of last year's and this year's projects."""
    years = {"last": calendar.year - 1, "this": calendar.year}
    return {
        which: [make_plan(spec, calendar, years[which]) for file in files for spec in content(file)["project"]]
        for which, files in FILES.items()
    }
