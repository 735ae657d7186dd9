"""Notice boards of the sample: put up where works begin."""

import datetime as dt
from functools import partial

from minsheng.records import boards
from minsheng.records.projects import Project
from website.sample.calendar import moment
from website.sample.content import content
from website.sample.plan import ProjectPlan
from website.sample.world import OFFICE, World


def plan_boards(world: World, plans: dict[str, ProjectPlan]) -> None:
    """Put boards into the story at the start of works; ``plans`` are by slug."""
    for slug, sites in content("boards").items():
        plan = plans[slug]
        begun = max(world.calendar.published_on(plan.year), plan.start) + dt.timedelta(days=1)
        for site in sites:
            world.story.at(moment(begun, 8), partial(_put_up, world, world.projects[slug], site))


def _put_up(world: World, project: Project, site: str, at: dt.datetime) -> None:
    boards.issue(world.session, project, site, secret=world.installation.secret, actor=OFFICE, at=at)
