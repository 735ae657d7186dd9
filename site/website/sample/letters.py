"""Residents' letters: from the first word to the rated answer, each as far as its story has gone.

Most are sent on the site; those with a ``channel`` were told by telephone, written on paper or came over another
platform, and the office typed them in on the same day.
"""

import datetime as dt
import uuid
from functools import partial
from typing import Any

import sqlalchemy as sa

from minsheng.casework import case_adoptions, case_entry, case_links, letters, supports
from minsheng.casework.case_channels import CaseChannel
from minsheng.casework.case_entry import OfflineLetter
from minsheng.casework.cases import CaseState, Rating, RefusalReason, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.editorial import publishing
from minsheng.oversight import problem_acts
from website.sample.calendar import moment
from website.sample.content import content
from website.sample.world import OFFICE, World

TICKETS = uuid.UUID("99012100-0000-4000-8000-000000000000")
HANDLER_POSTS = {"transport": "jiaotong", "education": "jiaoyu", "water": "shuili", "housing": "banli"}


def plan_letters(world: World) -> list[tuple[str, str]]:
    """Put all letters into the story; return the codes of those that a newcomer may follow, with what they are."""
    codes = []
    for number, entry in enumerate(content("letters")["letter"], start=1):
        ticket = uuid.uuid5(TICKETS, str(number)).hex
        received = _received(world, entry)
        world.story.at(moment(received, 8 + number % 12, number), partial(_Case(world, entry, ticket).receive))
        if "try_following" in entry:
            codes.append((world.code_of(ticket), entry["try_following"]))
    return codes


def _received(world: World, entry: dict[str, Any]) -> dt.date:
    """Return the day a letter came: so many days ago, or a day of the year before the current list."""
    if "last_year" in entry:
        return world.calendar.date(world.calendar.year - 1, entry["last_year"])
    return world.calendar.as_of - dt.timedelta(days=entry["days_ago"])


class _Case:
    """One letter and what becomes of it."""

    def __init__(self, world: World, entry: dict[str, Any], ticket: str) -> None:
        self._world = world
        self._entry = entry
        self._ticket = ticket
        self._reviewer = world.staff["laixin"].post

    def receive(self, at: dt.datetime) -> None:
        """Let the letter come in, and plan its review."""
        world, entry = self._world, self._entry
        case = self._enter(at) if "channel" in entry else self._send(at)
        if "title" in entry:
            later = self._working(at, entry.get("reviewed_after", 1), 9)
            world.story.at(later, partial(self._review, case))

    def _send(self, at: dt.datetime) -> Suggestion:
        """Let a resident send the letter on the site."""
        world, contact = self._world, self._entry.get("contact")
        case = letters.submit(
            world.session,
            self._letter,
            ticket=self._ticket,
            code=world.code_of(self._ticket),
            at=at,
            clock=world.clock,
            seal=(lambda record: world.installation.contacts.seal(contact, record)) if contact else None,
        )
        self._record(case, "received", "", at)
        return case

    def _enter(self, at: dt.datetime) -> Suggestion:
        """Let the office type in what came another way."""
        world, entry = self._world, self._entry
        came = OfflineLetter(
            channel=CaseChannel(entry["channel"]),
            original_number=entry.get("number", "").format(year=at.year),
            received_on=at.date(),
            letter=self._letter,
            contact=entry.get("contact", ""),
        )
        return case_entry.enter(
            world.session,
            came,
            ticket=self._ticket,
            code=world.code_of(self._ticket),
            by=world.staff["laixin"],
            at=at,
            clock=world.clock,
            box=world.installation.contacts,
        )

    @property
    def _letter(self) -> Letter:
        entry, world = self._entry, self._world
        return Letter(
            kind=SuggestionKind(entry["kind"]),
            words=entry["words"],
            consent_to_publish=entry.get("consent", True),
            project=world.projects[entry["project"]] if "project" in entry else None,
            division=world.places[entry["place"]] if "place" in entry else None,
        )

    def _review(self, case: Suggestion, at: dt.datetime) -> None:
        """Split where the letter speaks of two things; review, then accept and hand over, or refuse."""
        entry = self._entry
        if "split" in entry:
            self._split(case, at)
        case.review(
            is_public=case.consent_to_publish,
            title=entry["title"],
            words=entry.get("public_words", entry["words"]),
            by=self._reviewer,
            at=at,
        )
        self._record(case, "reviewed", self._reviewer, at)
        self._support(case, at)
        if "refused" in entry:
            case.refuse(RefusalReason(entry["refused"]), entry["refused_words"], self._reviewer, at)
            self._record(case, "refused", self._reviewer, at)
            return
        case.accept(self._reviewer, at)
        self._record(case, "accepted", self._reviewer, at)
        if "merged_into" in entry:
            self._world.story.at(at + dt.timedelta(hours=1), partial(self._merge, case))
        if "agency" in entry:
            self._world.story.at(at + dt.timedelta(hours=2), partial(self._hand_over, case))
        if "problem" in entry:
            self._world.story.at(self._working(at, 2, 10), partial(self._register_problem, case))
        if "adopted" in entry:
            taken = moment(self._world.calendar.published_on(self._world.calendar.year) + dt.timedelta(days=2), 10)
            self._world.story.at(taken, partial(self._adopt, case))

    def _split(self, case: Suggestion, at: dt.datetime) -> None:
        """Make a second case of the other thing, which goes its own way from here."""
        world, told = self._world, self._entry["split"]
        ticket = uuid.uuid5(TICKETS, f"{self._ticket} split").hex
        second = case_links.split(
            world.session,
            case,
            told["words"],
            ticket=ticket,
            code=world.code_of(ticket),
            box=world.installation.contacts,
            by=self._reviewer,
            at=at,
        )
        self._record(case, "split", self._reviewer, at)
        self._record(second, "split_off", self._reviewer, at)
        world.story.at(at + dt.timedelta(hours=1), partial(_Case(world, told, ticket)._review, second))

    def _support(self, case: Suggestion, at: dt.datetime) -> None:
        """Let as many browsers support the case as its story says."""
        for number in range(self._entry.get("support", 0)):
            hashed = supports.browser_hash(self._world.installation.secret, case, f"{self._ticket} {number}")
            supports.give(self._world.session, case, hashed, at.date())

    def _register_problem(self, case: Suggestion, at: dt.datetime) -> None:
        """Put what the letter told on the problem list: one person writes it, another opens it."""
        world, entry = self._world, self._entry
        deadline = at.date() + dt.timedelta(days=entry["days_to_cure"])
        agency, writer = world.agencies[entry["agency"]], world.staff["laixin"]
        told = (agency, entry["problem"], deadline, writer, at)
        problem = case_links.register_problem(world.session, case, *told)
        opened = self._working(at, 1, 11)
        supervisor = world.staff["duban"]
        world.story.at(opened, partial(problem_acts.open_to_public, world.session, problem, supervisor))

    def _adopt(self, case: Suggestion, at: dt.datetime) -> None:
        """Take the case into the list of the year, and a little later name the project it became."""
        world, entry = self._world, self._entry
        project = world.projects[entry["adopted"]]
        case_adoptions.adopt(case, project.programme, None, entry["adopted_note"], self._reviewer, at)
        self._record(case, "adopted", self._reviewer, at)
        world.story.at(self._working(at, 3, 10), partial(self._name_project, case))

    def _name_project(self, case: Suggestion, at: dt.datetime) -> None:
        project = self._world.projects[self._entry["adopted"]]
        case_adoptions.adopt(case, project.programme, project, self._entry["adopted_note"], self._reviewer, at)
        self._record(case, "adopted", self._reviewer, at)

    def _merge(self, case: Suggestion, at: dt.datetime) -> None:
        """Find the earlier case about the same thing, and go on with that one."""
        session = self._world.session
        main = session.scalars(sa.select(Suggestion).where(Suggestion.public_title == self._entry["merged_into"])).one()
        case_links.merge(session, case, main, self._reviewer, at)
        self._record(main, "took_in", self._reviewer, at)
        self._record(case, "merged", self._reviewer, at)

    def _hand_over(self, case: Suggestion, at: dt.datetime) -> None:
        """Give the case to its agency, with the detours and delays of its story."""
        entry, world = self._entry, self._world
        case.hand_over(world.agencies[entry.get("first_agency", entry["agency"])], self._reviewer, at)
        self._record(case, "handed_over", self._reviewer, at)
        if "first_agency" in entry:
            world.story.at(self._working(at, 3, 10), partial(self._transfer, case))
        if "extended" in entry:
            world.story.at(self._working(at, 10, 15), partial(self._extend, case))
        if "reply" in entry:
            world.story.at(self._working(at, entry.get("replied_after", 7), 11), partial(self._answer, case))

    def _transfer(self, case: Suggestion, at: dt.datetime) -> None:
        case.hand_over(self._world.agencies[self._entry["agency"]], self._reviewer, at)
        self._record(case, "transferred", self._reviewer, at)

    def _extend(self, case: Suggestion, at: dt.datetime) -> None:
        case.extend(self._entry["extended"], self._handler, at, self._world.clock)
        self._record(case, "extended", self._handler, at)

    def _answer(self, case: Suggestion, at: dt.datetime) -> None:
        """Reply, and wait for what the sender says of it."""
        entry, world = self._entry, self._world
        case.answer(entry["reply"], self._handler, at, world.clock)
        self._record(case, "replied", self._handler, at)
        if "dispute" in entry:
            world.story.at(self._working(at, 2, 20), partial(self._dispute, case))
        elif "rating" in entry:
            world.story.at(self._working(at, 3, 20), partial(self._rate, case))
        elif entry.get("falls_silent"):
            self._close_when_due(case)

    def _dispute(self, case: Suggestion, at: dt.datetime) -> None:
        case.dispute(self._entry["dispute"], at, self._world.clock)
        self._record(case, "disputed", "", at)
        if "final_reply" in self._entry:
            self._world.story.at(self._working(at, 6, 16), partial(self._answer_finally, case))

    def _answer_finally(self, case: Suggestion, at: dt.datetime) -> None:
        supervisor = self._world.staff["duban"].post
        case.answer_finally(self._entry["final_reply"], supervisor, at, self._world.clock)
        self._record(case, "finally_replied", supervisor, at)
        if "rating" in self._entry:
            self._world.story.at(self._working(at, 4, 19), partial(self._rate, case))
        elif self._entry.get("falls_silent"):
            self._close_when_due(case)

    def _rate(self, case: Suggestion, at: dt.datetime) -> None:
        case.rate(Rating(self._entry["rating"]), self._entry.get("rating_words", ""), at)
        self._record(case, "rated", "", at)

    def _close_when_due(self, case: Suggestion) -> None:
        if case.rating_due is not None:
            self._world.story.at(moment(case.rating_due + dt.timedelta(days=1), 1), partial(self._close, case))

    def _close(self, case: Suggestion, at: dt.datetime) -> None:
        if case.state in {CaseState.REPLIED, CaseState.FINALLY_REPLIED}:
            case.close_unrated(at)
            self._record(case, "closed", OFFICE, at)

    @property
    def _handler(self) -> str:
        """The post that answers: the agency's desk."""
        slug = self._entry["agency"]
        known = HANDLER_POSTS.get(slug)
        return self._world.staff[known].post if known else f"{self._world.agencies[slug].name}办公室"

    def _working(self, at: dt.datetime, days: int, hour: int) -> dt.datetime:
        """Return an hour some working days later."""
        day, _ = self._world.clock.after(at, days)
        return moment(day, hour, at.minute)

    def _record(self, case: Suggestion, act: str, actor: str, at: dt.datetime) -> None:
        publishing.record_suggestion(self._world.session, case, f"suggestion_{act}", actor, at)
