"""What the office keeps for its letters: listed words, and beginnings of replies and refusals."""

import datetime as dt
from functools import partial
from typing import Any

from minsheng.casework import reply_templates, word_lists
from minsheng.casework.cases import RefusalReason
from minsheng.casework.reply_templates import ReplyTemplate, TemplateUse
from minsheng.casework.word_lists import WordList
from minsheng.records.projects import Category
from website.sample.calendar import moment
from website.sample.content import content
from website.sample.world import World


def plan_case_words(world: World) -> None:
    """Put the day on which the office made them into the story, before the first letter."""
    day = world.calendar.published_on(world.calendar.year - 1)
    world.story.at(moment(day, 9), partial(_add, world))


def _add(world: World, at: dt.datetime) -> None:
    written, by = content("case_words"), world.staff["laixin"]
    for word_list in WordList:
        word_lists.add(world.session, word_list, written[word_list.value], by, at)
    for use in TemplateUse:
        for entry in written[use.value]:
            template = ReplyTemplate()
            template.write(use, _category(entry), _reason(entry), (entry["title"], entry["text"]), by, at)
            reply_templates.save(world.session, template, by, at)


def _category(entry: dict[str, Any]) -> Category | None:
    return Category(entry["category"]) if "category" in entry else None


def _reason(entry: dict[str, Any]) -> RefusalReason | None:
    return RefusalReason(entry["reason"]) if "reason" in entry else None
