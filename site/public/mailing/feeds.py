"""Atom feeds (RFC 4287, paged as RFC 5005) of everything that has a page: what was published, changed or answered."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, abort, request, url_for

from minsheng.clock import LOCAL_ZONE
from minsheng.database import db
from minsheng.journal import JournalEntry, current_head
from minsheng.mailing.topics import Topic, TopicKind
from pages import formats
from pages.addresses import absolute
from pages.language import gettext as _
from pages.language import html_lang, site_title
from pages.limits import limiter
from pages.services import services
from public.editorial.change_words import ACT_GROUPS, actor_words
from public.editorial.changes import daily_anchor
from public.mailing.following import Followed, follow, query_key, query_values
from public.mailing.news import NewsItem, news_items
from search.errors import IndexUnavailableError

blueprint = Blueprint("feeds", __name__, url_prefix="/feeds")
PAGE_SIZE = 30
ATOM = "http://www.w3.org/2005/Atom"
TAG_YEAR = 2026
"""The year in every tag URI (RFC 4151): one in which this software's installations had their names."""
MEDIA_TYPE = "application/atom+xml"
BEGINNING = dt.datetime(TAG_YEAR, 1, 1, tzinfo=dt.UTC)
"""When a feed without entries was last updated."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RECORDS = {
    TopicKind.PROJECT: "projects",
    TopicKind.PROGRAMME: "programmes",
    TopicKind.PLACE: "places",
    TopicKind.AGENCY: "agencies",
    TopicKind.CASE: "suggestions",
}
_BY_FOLDER = {folder: kind for kind, folder in _RECORDS.items()}

ET.register_namespace("", ATOM)


@blueprint.get("/changes.atom")
@limiter.limit("120 per minute")
def everything() -> Response:
    """Give all public changes, or those of one group (``?act=``), with the head of the journal."""
    act = request.args.get("act", "")
    return _answer(Topic(TopicKind.EVERYTHING, act if act in ACT_GROUPS else ""))


@blueprint.get("/projects.atom")
@limiter.limit("60 per minute")
def project_list() -> Response:
    """Give the news of the projects a list holds; the filters are those of the list."""
    return _answer(Topic(TopicKind.LIST, query_key(list(request.args.items(multi=True)))))


@blueprint.get("/search.atom")
@limiter.limit("60 per minute")
def search_results() -> Response:
    """Give the news of what a search finds."""
    return _answer(Topic(TopicKind.SEARCH, query_key(list(request.args.items(multi=True)))))


@blueprint.get("/<any(projects, programmes, places, agencies, suggestions):folder>/<key>.atom")
@limiter.limit("120 per minute")
def of_record(folder: str, key: str) -> Response:
    """Give the news of one record; the feed of a renamed one moves with it."""
    return _answer(Topic(_BY_FOLDER[folder], key[:80]))


def feed_values(topic: Topic) -> tuple[str, dict[str, Any]]:
    """Return endpoint and values of a topic's feed, without the language."""
    if topic.kind is TopicKind.EVERYTHING:
        return "public.feeds.everything", {"act": topic.key} if topic.key else {}
    if topic.kind in _RECORDS:
        return "public.feeds.of_record", {"folder": _RECORDS[topic.kind], "key": topic.key}
    endpoint = "public.feeds.project_list" if topic.kind is TopicKind.LIST else "public.feeds.search_results"
    return endpoint, query_values(topic.key)


def feed_url(topic: Topic) -> str:
    """Return the path of a topic's feed in the reader's language."""
    endpoint, values = feed_values(topic)
    return url_for(endpoint, **values, lang=html_lang())


def _answer(topic: Topic) -> Response:
    """Give the feed of a topic, or 404 where there is no such thing; tags and 304 come with every answer of text."""
    try:
        found = follow(topic)
        if found is None:
            abort(404)
        entries, is_last = _entries(found)
    except IndexUnavailableError:
        abort(503)
    body = _feed(found, entries, is_last=is_last)
    response = Response(body, mimetype=MEDIA_TYPE)
    response.headers["Content-Language"] = html_lang()
    return response


def _entries(found: Followed) -> tuple[Sequence[JournalEntry], bool]:
    """Return a page of entries, newest first, and whether it is the last; ``?before=`` names where it starts."""
    query = found.entries()
    before = request.args.get("before", 0, type=int)
    if 0 < before < 2**31:
        query = query.where(JournalEntry.sequence < before)
    rows = db.session.scalars(query.order_by(JournalEntry.sequence.desc()).limit(PAGE_SIZE + 1)).all()
    return rows[:PAGE_SIZE], len(rows) <= PAGE_SIZE


def _feed(found: Followed, entries: Sequence[JournalEntry], *, is_last: bool) -> bytes:
    """Return the feed as XML."""
    endpoint, values = feed_values(found.topic)
    language = html_lang()
    first = absolute(endpoint, **values, lang=language)
    before = request.args.get("before", 0, type=int)
    here = absolute(endpoint, **values, lang=language, before=before) if before > 0 else first
    feed = ET.Element(f"{{{ATOM}}}feed", {"xml:lang": language})
    _add(feed, "title", _("%(name)s – %(site)s", name=found.name, site=site_title()))
    _add(feed, "subtitle", _subtitle(found.topic))
    _add(feed, "id", _tag(f"feed:{found.topic.kind.value}:{found.topic.key}:{language}"))
    _add(feed, "updated", _time(entries[0].at if entries else BEGINNING))
    _add(_add(feed, "author"), "name", site_title())
    _add(feed, "generator", "Minsheng")
    _link(feed, "self", here, MEDIA_TYPE)
    _link(feed, "alternate", absolute(found.endpoint, **found.values, lang=language), "text/html")
    _link(feed, "first", first, MEDIA_TYPE)
    if not is_last:
        older = absolute(endpoint, **values, lang=language, before=entries[-1].sequence)
        _link(feed, "next", older, MEDIA_TYPE)
    if found.topic == Topic(TopicKind.EVERYTHING, "") and here == first:
        _add_anchor(feed)
    for entry, item in zip(entries, news_items(entries), strict=True):
        _add_entry(feed, entry, item)
    body: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return body


def _subtitle(topic: Topic) -> str:
    """Return what the feed holds; the main one carries the head of the journal, kept by everyone who reads it."""
    if topic.kind is TopicKind.EVERYTHING:
        return _("公开变更记录的尾码：%(head)s", head=current_head(db.session()))
    return _("每一次公示、更正、撤回和答复，新的在前。")


def _add_anchor(feed: ET.Element) -> None:
    """Add what the journal ended with yesterday as an entry of its own: whoever keeps the feed keeps that too."""
    anchor = daily_anchor()
    if anchor is None:
        return
    midnight = dt.datetime.combine(anchor.day + dt.timedelta(days=1), dt.time(), LOCAL_ZONE)
    element = _add(feed, "entry")
    _add(element, "title", _("%(date)s 的尾码", date=formats.date(anchor.day)))
    _add(element, "id", _tag(f"anchor:{anchor.day.isoformat()}"))
    _add(element, "published", _time(midnight))
    _add(element, "updated", _time(midnight))
    _add(_add(element, "author"), "name", site_title())
    _link(element, "alternate", absolute("public.changes.index", lang=html_lang(), _anchor="verify"), "text/html")
    _add(element, "summary", anchor.head).set("type", "text")


def _add_entry(feed: ET.Element, entry: JournalEntry, item: NewsItem) -> None:
    """Add one entry: headline, sentences, its page, and its fingerprint as its name."""
    element = _add(feed, "entry")
    _add(element, "title", item.headline)
    _add(element, "id", _tag(f"change:{entry.sequence}:{entry.hash[:16]}"))
    _add(element, "published", _time(item.at))
    _add(element, "updated", _time(item.at))
    _add(_add(element, "author"), "name", actor_words(entry))
    _link(element, "alternate", absolute(item.endpoint, **item.values, lang=html_lang()), "text/html")
    summary = _add(element, "summary", "\n".join(item.lines))
    summary.set("type", "text")


def _add(parent: ET.Element, name: str, text: str = "") -> ET.Element:
    """Add an element of Atom; characters that no XML may hold are left out."""
    element = ET.SubElement(parent, f"{{{ATOM}}}{name}")
    if text:
        element.text = printable(text)
    return element


def _link(parent: ET.Element, relation: str, address: str, media_type: str) -> None:
    ET.SubElement(parent, f"{{{ATOM}}}link", {"rel": relation, "type": media_type, "href": printable(address)})


def printable(text: str) -> str:
    """Return a text without the characters that XML 1.0 forbids (§ 2.2), lone surrogates among them."""
    return _NOT_XML.sub("", text)


def _tag(name: str) -> str:
    """Return a tag URI (RFC 4151) that stays the same whatever address the site is read at."""
    host = urlsplit(services().public_address).hostname or "minsheng.invalid"
    return f"tag:{host},{TAG_YEAR}:{name}"


def _time(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
