"""Policies and news of the sample: how letters are handled, what is kept of people, and two notices."""

import datetime as dt
from functools import partial
from typing import Any

from minsheng.editorial import content_pages
from minsheng.editorial.content_pages import ContentKind, ContentPage
from website.sample.calendar import moment
from website.sample.content import content
from website.sample.translations import LANGUAGE
from website.sample.world import World

EDITOR, REVIEWER = "guanli", "shenhe"
"""Who writes the pages, and who reads them before residents do."""


def plan_pages(world: World) -> None:
    """Put the pages into the story, and the change of one of them."""
    calendar = world.calendar
    for given in content("pages")["page"]:
        day = calendar.as_of - dt.timedelta(days=given["days_ago"]) if "days_ago" in given else None
        day = day or calendar.date(calendar.year, given["published"])
        world.story.at(moment(day, 9), partial(_publish, world, given))


def _publish(world: World, given: dict[str, Any], at: dt.datetime) -> None:
    """Publish a page; one that was changed later begins without what the change brought."""
    years = {"year": world.calendar.year, "next": world.calendar.year + 1}
    editor = world.staff[EDITOR]
    page = content_pages.begin(world.session, ContentKind(given["kind"]), given["slug"].format(**years), editor)
    body = given["body"].format(**years)
    if "revised" in given:
        day = world.calendar.date(world.calendar.year, given["revised"])
        world.story.at(moment(day, 9), partial(_write, world, page, given, body))
    _write(world, page, given, _before(given, body), at)


def _before(given: dict[str, Any], body: str) -> str:
    """Return a page's text without what a later change adds."""
    return body.replace(given["added"], "") if "added" in given else body


def _write(world: World, page: ContentPage, given: dict[str, Any], body: str, at: dt.datetime) -> None:
    """Write a version and let residents read it."""
    years = {"year": world.calendar.year, "next": world.calendar.year + 1}
    editor = world.staff[EDITOR]
    english = {LANGUAGE: {field: text.strip().format(**years) for field, text in given["english"].items()}}
    seen = page.newest.number if page.versions else 0
    version = content_pages.write(
        world.session, page, given["title"].format(**years), body, editor, at, translations=english, seen=seen
    )
    page.is_invented = True
    content_pages.submit(world.session, page, version.number, editor, at)
    content_pages.publish(world.session, page, version.number, world.staff[REVIEWER], at)
