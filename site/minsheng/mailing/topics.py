"""What news can be about: a record, a place with all below it, a list, a search, or one's own case.

A topic is a kind and a key, as it stands in addresses and subscriptions. Here are the conditions that find its
entries in the journal; those of lists and searches need what computes them, and come from the faces.
"""

import enum
from dataclasses import dataclass

import sqlalchemy as sa

from minsheng.casework.suggestions import Suggestion
from minsheng.journal import JournalEntry
from minsheng.records.addresses import AddressKind, FormerAddress
from minsheng.records.documents import Document
from minsheng.records.places import Agency, Division
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project

LONGEST_KEY = 400
Condition = sa.ColumnElement[bool]


class TopicKind(enum.StrEnum):
    """Kinds of topic. ``own_case`` is the sender's own, public or not; ``case`` a published one."""

    EVERYTHING = "everything"
    PROJECT = "project"
    PROGRAMME = "programme"
    PLACE = "place"
    AGENCY = "agency"
    LIST = "list"
    SEARCH = "search"
    CASE = "case"
    OWN_CASE = "own_case"


OWN_CASE_STEPS = (
    "accepted",
    "refused",
    "handed_over",
    "transferred",
    "extended",
    "replied",
    "finally_replied",
    "closed",
)
"""Steps that senders are told of: not those they took themselves."""


@dataclass(frozen=True)
class Topic:
    """Something to follow; ``key`` is a slug, a code, the number of a case, or the query of a list or search."""

    kind: TopicKind
    key: str = ""


def about_projects(ids: sa.Select[int]) -> Condition:
    """Return the condition that an entry is about one of these projects, under any slug it ever had."""
    former = sa.select(FormerAddress.slug).where(
        FormerAddress.kind == AddressKind.PROJECT, FormerAddress.record_id.in_(ids)
    )
    return JournalEntry.about_project.in_(sa.select(Project.slug).where(Project.id.in_(ids)).union_all(former))


def about_programmes(ids: sa.Select[int]) -> Condition:
    """Return the condition that an entry is about one of these programmes itself, or about a document of it."""
    now = sa.select("programme:" + Programme.slug).where(Programme.id.in_(ids))
    former = sa.select("programme:" + FormerAddress.slug).where(
        FormerAddress.kind == AddressKind.PROGRAMME, FormerAddress.record_id.in_(ids)
    )
    documents = sa.select("document:" + sa.cast(Document.id, sa.String)).where(Document.programme_id.in_(ids))
    return JournalEntry.subject.in_(now.union_all(former, documents))


def about_cases(ids: sa.Select[int]) -> Condition:
    """Return the condition that an entry is about one of these cases."""
    return JournalEntry.subject.in_(
        sa.select("suggestion:" + sa.cast(Suggestion.id, sa.String)).where(Suggestion.id.in_(ids))
    )


def project_topic(project: Project) -> Condition:
    """Return the condition of one project's news."""
    return about_projects(sa.select(Project.id).where(Project.id == project.id))


def programme_topic(programme: Programme) -> Condition:
    """Return the condition of a programme's news: its own and that of its projects."""
    return sa.or_(
        about_programmes(sa.select(Programme.id).where(Programme.id == programme.id)),
        about_projects(sa.select(Project.id).where(Project.programme_id == programme.id)),
    )


def place_topic(place: Division) -> Condition:
    """Return the condition of the news of a place and all below it."""
    within = sa.select(Division.id).where(Division.path.startswith(place.path, autoescape=True))
    return sa.or_(
        about_projects(sa.select(Project.id).where(Project.division_id.in_(within))),
        about_programmes(sa.select(Programme.id).where(Programme.division_id.in_(within))),
        about_cases(sa.select(Suggestion.id).where(Suggestion.division_id.in_(within))),
    )


def agency_topic(agency: Agency) -> Condition:
    """Return the condition of an agency's news: of the projects it answers for, and the cases it was handed."""
    return sa.or_(
        about_projects(sa.select(Project.id).where(Project.agency_id == agency.id)),
        about_cases(sa.select(Suggestion.id).where(Suggestion.agency_id == agency.id)),
    )


def case_topic(case_id: int) -> Condition:
    """Return the condition of the news of one case."""
    return JournalEntry.subject == f"suggestion:{case_id}"


def own_case_topic(case_id: int) -> Condition:
    """Return the condition of what a sender is told of the own case, which need not be public."""
    return sa.and_(case_topic(case_id), JournalEntry.act.in_([f"suggestion_{step}" for step in OWN_CASE_STEPS]))
