"""Rounds that ask residents: the one before this year's list, told to its outcomes, and one that is running."""

import datetime as dt
import uuid
from functools import partial
from typing import Any

from minsheng.clock import LOCAL_ZONE
from minsheng.participation import call_acts
from minsheng.participation.call_ideas import CallIdea, GroupOutcome, IdeaGroup, SetAsideReason
from minsheng.participation.calls import Call, CallState, CallTheme
from website.sample.calendar import moment
from website.sample.content import content
from website.sample.world import OFFICE, World

TICKETS = uuid.UUID("99012100-0000-4000-8000-00000000ca11")


def plan_calls(world: World) -> list[tuple[str, str]]:
    """Put the rounds into the story; return the code of an idea that a newcomer may follow, with what it is."""
    finished, running = content("calls")["call"]
    return [*_Finished(world, finished).plan(), *_Running(world, running).plan()]


class _Round:
    """What both rounds do: announce themselves, and take and read ideas."""

    def __init__(self, world: World, entry: dict[str, Any], year: int) -> None:
        self._world = world
        self._entry = entry
        self._year = year
        self._sent = 0
        self.call: Call | None = None

    def announce(self, opens: dt.date, closes: dt.date, at: dt.datetime) -> None:
        """Publish the round, which opens and ends at midnights."""
        entry = self._entry
        call = Call(
            slug=f"{entry['slug']}-{self._year}",
            state=CallState.DRAFT,
            theme=CallTheme(entry["theme"]),
            title=entry["title"].format(year=self._year),
            text=entry["text"],
            year=self._year,
            division=self._world.county,
            opens_at=_midnight(opens),
            closes_at=_midnight(closes + dt.timedelta(days=1)),
            first_closes_at=_midnight(closes + dt.timedelta(days=1)),
        )
        self._world.session.add(call)
        call_acts.publish(self._world.session, call, OFFICE, at)
        self.call = call

    def ticket(self) -> str:
        """Return the ticket of the next idea."""
        self._sent += 1
        return uuid.uuid5(TICKETS, f"{self._year} {self._sent}").hex

    def receive(self, words: str, title: str, place: str, ticket: str, at: dt.datetime) -> CallIdea:
        """Let an idea come in; one with a title is read the day after."""
        world = self._world
        idea = call_acts.submit(
            world.session,
            self._known(),
            words,
            consent_to_publish=True,
            division=world.places[place],
            ticket=ticket,
            code=world.code_of(ticket),
            at=at,
        )
        if title:
            world.story.at(at + dt.timedelta(days=1), partial(self._read, idea, title))
        return idea

    def _read(self, idea: CallIdea, title: str, at: dt.datetime) -> None:
        session, actor = self._world.session, self._world.staff["laixin"].post
        call_acts.review(session, idea, is_public=True, title=title, words=idea.words, actor=actor, at=at)

    def answer_as_expert(self, expert_title: str, title: str, words: str, at: dt.datetime) -> CallIdea:
        """Publish an expert's answer."""
        told = (expert_title, title, words, self.ticket(), OFFICE, at)
        return call_acts.add_expert_answer(self._world.session, self._known(), *told)

    def _known(self) -> Call:
        if self.call is None:
            raise ValueError("the round was not announced")
        return self.call


class _Finished(_Round):
    """The round before the current list: each group of ideas has its outcome."""

    def __init__(self, world: World, entry: dict[str, Any]) -> None:
        super().__init__(world, entry, world.calendar.year)
        self._members: list[list[CallIdea]] = [[] for _group in entry["group"]]
        self._aside: list[tuple[CallIdea, SetAsideReason]] = []

    def plan(self) -> list[tuple[str, str]]:
        """Put the round into the story."""
        world, entry = self._world, self._entry
        opens, closes, closed = (self._day(entry[name]) for name in ("opens", "closes", "closed"))
        world.story.at(moment(opens - dt.timedelta(days=7)), partial(self.announce, opens, closes))
        world.story.at(moment(self._day(entry["extended_on"]), 16), self._extend)
        number, codes = 0, []
        for group, told in enumerate(entry["group"]):
            for title, words, place in told["ideas"]:
                ticket = self.ticket()
                sent = moment(opens + dt.timedelta(days=2 + 2 * number), 8 + number % 12, number)
                world.story.at(sent, partial(self._take, group, words, title, place, ticket))
                number += 1
            if "expert" in told:
                world.story.at(moment(closes, 15, group), partial(self._hear, group, *told["expert"]))
            if told["outcome"] == "partly":
                codes.append((world.code_of(ticket), "一条部分采纳的征集建议，在 /calls/follow 查询"))
        for one in entry["aside"]:
            world.story.at(moment(closes, 18), partial(self._take_again, one, self.ticket()))
        world.story.at(moment(closed - dt.timedelta(days=8), 10), self._decide)
        world.story.at(moment(closed, 9), self._close)
        return codes

    def _day(self, month_day: str) -> dt.date:
        return self._world.calendar.date(self._year - 1, month_day)

    def _extend(self, at: dt.datetime) -> None:
        until = _midnight(self._day(self._entry["extended_to"]) + dt.timedelta(days=1))
        call_acts.extend(self._world.session, self._known(), until, self._entry["extended_because"], OFFICE, at)

    def _take(self, group: int, words: str, title: str, place: str, ticket: str, at: dt.datetime) -> None:
        self._members[group].append(self.receive(words, title, place, ticket, at))

    def _hear(self, group: int, expert_title: str, title: str, words: str, at: dt.datetime) -> None:
        self._members[group].append(self.answer_as_expert(expert_title, title, words, at))

    def _take_again(self, told: dict[str, str], ticket: str, at: dt.datetime) -> None:
        idea = self.receive(told["words"], "", self._world.county.code, ticket, at)
        self._aside.append((idea, SetAsideReason(told["reason"])))

    def _decide(self, at: dt.datetime) -> None:
        """Put ideas into groups, and say of each group what becomes of it."""
        session = self._world.session
        for idea, reason in self._aside:
            call_acts.put_aside(session, idea, reason, self._world.staff["laixin"].post, at)
        for told, members in zip(self._entry["group"], self._members, strict=True):
            group = call_acts.make_group(session, self._known(), told["title"], OFFICE, at, told.get("summary", ""))
            call_acts.put_into(session, group, members)
            self._tell(group, told, at)

    def _tell(self, group: IdeaGroup, told: dict[str, Any], at: dt.datetime) -> None:
        project = self._world.projects[told["project"]] if "project" in told else None
        indicator = project.indicators[0] if project is not None and told.get("target") else None
        outcome = GroupOutcome(told["outcome"])
        session = self._world.session
        call_acts.decide(session, group, outcome, told["reason"], OFFICE, at, project=project, indicator=indicator)

    def _close(self, at: dt.datetime) -> None:
        call_acts.close(self._world.session, self._known(), self._entry["outcome"], OFFICE, at)


class _Running(_Round):
    """The round for the next list, in the middle of its time."""

    def __init__(self, world: World, entry: dict[str, Any]) -> None:
        super().__init__(world, entry, world.calendar.year + 1)

    def plan(self) -> list[tuple[str, str]]:
        """Put the round into the story."""
        world, entry = self._world, self._entry
        opens = self._ago(entry["opened_ago"])
        closes = world.calendar.as_of + dt.timedelta(days=entry["closes_in"])
        world.story.at(moment(opens - dt.timedelta(days=2)), partial(self.announce, opens, closes))
        for number, told in enumerate(entry["loose"]):
            sent = moment(self._ago(told["days_ago"]), 9 + number, number)
            world.story.at(sent, partial(self._take, told, self.ticket()))
        expert = entry["expert"]
        told_by = (expert["expert_title"], expert["title"], expert["words"])
        world.story.at(moment(self._ago(expert["days_ago"]), 15), partial(self._hear, *told_by))
        return []

    def _ago(self, days: int) -> dt.date:
        return self._world.calendar.as_of - dt.timedelta(days=days)

    def _take(self, told: dict[str, str], ticket: str, at: dt.datetime) -> None:
        self.receive(told["words"], told.get("title", ""), told["place"], ticket, at)

    def _hear(self, expert_title: str, title: str, words: str, at: dt.datetime) -> None:
        self.answer_as_expert(expert_title, title, words, at)


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), LOCAL_ZONE)
