"""What can be followed, for feeds and for mail alike: the topic of a page, its name, its page and its news."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from flask import request

from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from minsheng.editorial import changelog
from minsheng.journal import JournalEntry
from minsheng.mailing import topics
from minsheng.mailing.topics import LONGEST_KEY, Condition, Topic, TopicKind
from minsheng.outbox import RecordKind
from minsheng.progress.directory import agency_by_slug
from minsheng.progress.listing import Sort, ordered_ids
from minsheng.records import addresses
from minsheng.records.addresses import AddressKind
from minsheng.records.places import division_by_code
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from pages.language import gettext as _
from pages.language import plain_record_text, plain_text_of
from pages.services import services
from public import presenting, search
from public.editorial.change_words import ACT_GROUPS
from public.records import projects
from search.engine import Query, Results
from search.finding import find

LARGEST_ID = 2**31 - 1
MOST_FOUND = 300
"""Results of a search that are followed, best first."""
MOST_LISTED = 5_000
"""Projects of a list that are followed, those with the latest reports first: a statement has room for no more."""
NOT_CHOICES = frozenset({"page", "sort", "lang", "before", "view"})
"""Parameters of a list or search that say how it is shown, not what is in it."""


@dataclass(frozen=True)
class Followed:
    """A topic that is there: its name for the reader, its page (endpoint and values), and the condition of its news.

    ``is_private`` marks a sender's own case, whose entries need not be public.
    """

    topic: Topic
    name: str
    endpoint: str
    values: Mapping[str, Any]
    condition: Condition | None
    origin: Origin | None = None
    is_private: bool = False

    def entries(self) -> sa.Select[JournalEntry]:
        """Return the query of the entries of the journal that are its news."""
        query = sa.select(JournalEntry) if self.is_private else changelog.public_entries(origin=self.origin)
        return query if self.condition is None else query.where(self.condition)


def follow(topic: Topic) -> Followed | None:
    """Return what a topic stands for, or None where residents see no such thing."""
    return FOLLOWED[topic.kind](topic)


def _everything(topic: Topic) -> Followed | None:
    group = ACT_GROUPS.get(topic.key)
    if topic.key and group is None:
        return None
    name = str(group.label) if group else _("全部变更")
    values = {"act": topic.key} if topic.key else {}
    condition = JournalEntry.act.in_(group.acts) if group and group.acts else None
    return Followed(topic, name, "public.changes.index", values, condition, group.origin if group else Origin.OWN)


def _project(topic: Topic) -> Followed | None:
    """Return a project to follow; whoever follows one that is withdrawn is told of that."""
    slug = _present(AddressKind.PROJECT, topic.key)
    project = db.session.scalar(Project.known_to_residents().where(Project.slug == slug))
    if project is None:
        return None
    return Followed(
        Topic(TopicKind.PROJECT, slug),
        plain_text_of(project, "title"),
        "public.projects.show",
        {"slug": slug},
        topics.project_topic(project),
    )


def _programme(topic: Topic) -> Followed | None:
    slug = _present(AddressKind.PROGRAMME, topic.key)
    programme = db.session.scalar(Programme.known_to_residents().where(Programme.slug == slug))
    if programme is None:
        return None
    return Followed(
        Topic(TopicKind.PROGRAMME, slug),
        plain_text_of(programme, "title"),
        "public.programmes.show",
        {"slug": slug},
        topics.programme_topic(programme),
    )


def _place(topic: Topic) -> Followed | None:
    place = division_by_code(db.session(), topic.key)
    if place is None:
        return None
    name = plain_record_text(presenting.place_name(place))
    return Followed(topic, name, "public.places.show", {"code": place.code}, topics.place_topic(place))


def _agency(topic: Topic) -> Followed | None:
    slug = _present(AddressKind.AGENCY, topic.key)
    agency = agency_by_slug(db.session(), slug)
    if agency is None:
        return None
    name = plain_text_of(agency, "name")
    return Followed(
        Topic(TopicKind.AGENCY, slug), name, "public.agencies.show", {"slug": slug}, topics.agency_topic(agency)
    )


def _list(topic: Topic) -> Followed | None:
    filters = projects.filters_from(dict(parse_qsl(topic.key)))
    values = query_values(topic.key)
    if not filters.chosen:
        everything = JournalEntry.about_project.is_not(None)
        return Followed(topic, _("全部项目"), "public.projects.index", values, everything)
    ids = ordered_ids(db.session(), filters, Sort.NEWEST, presenting.all_glances())[:MOST_LISTED]
    chosen = sa.select(Project.id).where(Project.id.in_(ids))
    return Followed(topic, _("符合所选条件的项目"), "public.projects.index", values, topics.about_projects(chosen))


def _search(topic: Topic) -> Followed | None:
    given = parse_qsl(topic.key)
    query = search.query_of(given, MOST_FOUND)
    if not query.text and not query.filters:
        return None
    name = _("搜索“%(text)s”", text=query.text) if query.text else _("按条件搜索")
    return Followed(topic, name, "public.search.index", query_values(topic.key), _found(query))


def _found(query: Query) -> Condition:
    """Return the condition that an entry is about one of the records that a search finds now.

    Raises ``IndexUnavailableError`` while the index is being built.
    """
    results: Results = find(db.session(), services().search, query, services().today())
    slugs: dict[RecordKind, list[str]] = {RecordKind.PROJECT: [], RecordKind.PROGRAMME: []}
    subjects: list[str] = []
    for hit in results.hits:
        document = hit.document
        if document.kind in {RecordKind.PROJECT, RecordKind.REPORT}:
            slugs[RecordKind.PROJECT].append(document.slug)
        elif document.kind is RecordKind.PROGRAMME:
            slugs[RecordKind.PROGRAMME].append(document.slug)
        elif document.kind in {RecordKind.SUGGESTION, RecordKind.DOCUMENT}:
            subjects.append(f"{document.kind.value}:{document.record_id}")
    return sa.or_(
        topics.about_projects(sa.select(Project.id).where(Project.slug.in_(slugs[RecordKind.PROJECT]))),
        topics.about_programmes(sa.select(Programme.id).where(Programme.slug.in_(slugs[RecordKind.PROGRAMME]))),
        JournalEntry.subject.in_(subjects),
    )


def _case(topic: Topic) -> Followed | None:
    number = _number(topic.key)
    case = db.session.scalar(Suggestion.visible_to_residents().where(Suggestion.id == number))
    if case is None:
        return None
    values = {"case_id": case.id}
    name = plain_record_text(case.public_title)
    return Followed(topic, name, "public.suggestions.show", values, topics.case_topic(case.id))


def _own_case(topic: Topic) -> Followed | None:
    case = db.session.get(Suggestion, _number(topic.key))
    if case is None:
        return None
    name = _("您的来件（第 %(number)s 号）", number=case.number)
    condition = topics.own_case_topic(case.id)
    return Followed(topic, name, "public.suggestions.follow", {}, condition, is_private=True)


FOLLOWED: Mapping[TopicKind, Callable[[Topic], Followed | None]] = MappingProxyType(
    {
        TopicKind.EVERYTHING: _everything,
        TopicKind.PROJECT: _project,
        TopicKind.PROGRAMME: _programme,
        TopicKind.PLACE: _place,
        TopicKind.AGENCY: _agency,
        TopicKind.LIST: _list,
        TopicKind.SEARCH: _search,
        TopicKind.CASE: _case,
        TopicKind.OWN_CASE: _own_case,
    }
)
PAGES: Mapping[str, tuple[TopicKind, str]] = MappingProxyType(
    {
        "public.projects.show": (TopicKind.PROJECT, "slug"),
        "public.programmes.show": (TopicKind.PROGRAMME, "slug"),
        "public.places.show": (TopicKind.PLACE, "code"),
        "public.agencies.show": (TopicKind.AGENCY, "slug"),
        "public.suggestions.show": (TopicKind.CASE, "case_id"),
    }
)
"""Pages of one record → what following them follows, and the part of their address that is its key."""
WITH_QUERY: Mapping[str, TopicKind] = MappingProxyType(
    {"public.projects.index": TopicKind.LIST, "public.search.index": TopicKind.SEARCH}
)


def topic_of_page() -> Topic | None:
    """Return what following the present page follows: its record, its list, or all; None for a search of nothing."""
    endpoint = request.endpoint or ""
    if endpoint in PAGES:
        kind, name = PAGES[endpoint]
        return Topic(kind, str((request.view_args or {})[name]))
    if endpoint in WITH_QUERY:
        key = query_key(list(request.args.items(multi=True)))
        return Topic(WITH_QUERY[endpoint], key) if key or endpoint != "public.search.index" else None
    if endpoint == "public.changes.index" and not request.args.get("project"):
        act = request.args.get("act", "")
        return Topic(TopicKind.EVERYTHING, act if act in ACT_GROUPS else "")
    if endpoint == "public.changes.index":
        return Topic(TopicKind.PROJECT, request.args["project"][:LONGEST_KEY])
    return Topic(TopicKind.EVERYTHING)


def query_key(pairs: Sequence[tuple[str, str]]) -> str:
    """Return the query of a list or search in one standard form, so that the same choice is the same topic.

    What does not fit into a key is left out, from the end.
    """
    chosen = sorted({(name, value.strip()) for name, value in pairs if name not in NOT_CHOICES and value.strip()})
    key = urlencode(chosen)
    while len(key) > LONGEST_KEY:
        chosen.pop()
        key = urlencode(chosen)
    return key


def query_values(key: str) -> dict[str, list[str]]:
    """Return a query as the values of an address."""
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(key):
        values.setdefault(name, []).append(value)
    return values


def _present(kind: AddressKind, slug: str) -> str:
    """Return the slug a record has now that has, or once had, this one."""
    return addresses.present(db.session(), kind, slug) or slug


def _number(key: str) -> int:
    """Return the number of a case, 0 for a text that is none."""
    number = int(key) if key.isascii() and key.isdigit() and len(key) < 11 else 0
    return number if number <= LARGEST_ID else 0
