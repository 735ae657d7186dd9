"""Entries of the journal as news: a headline, sentences, and the page where it is told in full."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from minsheng.editorial import changelog
from minsheng.editorial.content_pages import ContentPage, ContentVersion
from minsheng.journal import JournalEntry
from minsheng.participation.call_ideas import IdeaGroup
from minsheng.participation.calls import Call, CallState
from minsheng.records.documents import Document
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Publication
from minsheng.surveying.surveys import Wave
from pages import formats
from pages.language import DEFAULT, current_language, plain_record_text
from pages.language import gettext as _
from public.editorial.change_words import act_words, changed_fields, month_of, reason_of

MOST_FIELDS = 12
"""Changed fields told of one entry; the page of changes has them all."""


@dataclass(frozen=True)
class NewsItem:
    """One entry in words. ``about`` is the title of its record, ``lines`` are sentences; the page is an endpoint."""

    sequence: int
    at: dt.datetime
    act: str
    about: str
    lines: tuple[str, ...]
    endpoint: str
    values: Mapping[str, Any]

    @property
    def headline(self) -> str:
        """What was done and to what."""
        return _("%(act)s：%(title)s", act=self.act, title=self.about) if self.about else self.act


def news_items(entries: Sequence[JournalEntry]) -> list[NewsItem]:
    """Return entries in words, in the reader's language; titles are looked up once for all of them."""
    titles = _titles(entries)
    return [_item(entry, titles) for entry in entries]


def _item(entry: JournalEntry, titles: Mapping[str, str]) -> NewsItem:
    month = month_of(entry)
    act = act_words(entry)
    if month:
        act = _("%(act)s（%(month)s）", act=act, month=formats.month(month))
    endpoint, values = _page(entry, titles, month)
    return NewsItem(
        sequence=entry.sequence,
        at=entry.at,
        act=act,
        about=titles.get(entry.subject) or titles.get(f"project:{entry.about_project}") or "",
        lines=tuple(_lines(entry)),
        endpoint=endpoint,
        values=values,
    )


def _lines(entry: JournalEntry) -> list[str]:
    """Return who did it and when, the reason, and what changed from what to what."""
    day = formats.date(entry.at)
    actor = plain_record_text(entry.actor)
    lines = [_("%(actor)s于%(date)s登记。", actor=actor, date=day) if actor else _("%(date)s登记。", date=day)]
    if reason := reason_of(entry):
        lines.append(_("原因：%(reason)s", reason=plain_record_text(reason)))
    fields = changed_fields(entry)
    for name, old, new in fields[:MOST_FIELDS]:
        values = {"name": name, "old": old, "new": new or formats.NOTHING}
        lines.append(_("%(name)s：由“%(old)s”改为“%(new)s”。", **values) if old else _("%(name)s：%(new)s", **values))
    if len(fields) > MOST_FIELDS:
        lines.append(_("还有 %(count)s 处变动，见变更记录。", count=len(fields) - MOST_FIELDS))
    return lines


_PAGES: Mapping[str, tuple[str, str]] = {
    "suggestion": ("public.suggestions.show", "case_id"),
    "document": ("public.documents.about", "document_id"),
    "programme": ("public.programmes.show", "slug"),
    "call": ("public.calls.show", "slug"),
    "content": ("public.content.show", "slug"),
    "wave": ("public.surveys.fill", "slug"),
}
"""The page of each kind of record, and what its address names it by."""


def _page(entry: JournalEntry, titles: Mapping[str, str], month: str) -> tuple[str, dict[str, Any]]:
    """Return the page that tells the entry in full: that of its record where residents see it, else the log."""
    kind, _colon, key = entry.subject.partition(":")
    if entry.subject in titles and kind in _PAGES:
        endpoint, name = _PAGES[kind]
        return endpoint, {name: int(key) if name.endswith("_id") else key}
    if kind == "idea_group" and entry.subject in titles:
        return "public.calls.show", {"slug": str(entry.details.get("call", "")), "_anchor": f"group-{key}"}
    if f"project:{entry.about_project}" in titles:
        anchor = {"_anchor": f"report-{month}"} if month else {}
        return "public.projects.show", {"slug": entry.about_project, **anchor}
    return "public.changes.index", {"project": entry.about_project} if entry.about_project else {}


def _titles(entries: Sequence[JournalEntry]) -> dict[str, str]:
    """Return the titles of the records that entries are about, where residents see them, by ``kind:key``."""
    keys: dict[str, list[str]] = {}
    for entry in entries:
        kind, _colon, key = entry.subject.partition(":")
        keys.setdefault(kind, []).append(key)
    numbered = ("suggestion", "document", "idea_group")
    numbers = {kind: [int(key) for key in keys.get(kind, []) if key.isdigit()] for kind in numbered}
    found = {f"project:{slug}": title for slug, title in changelog.titles(db.session(), entries).items()}
    for query, kind in (
        (
            Programme.known_to_residents()
            .where(Programme.slug.in_(keys.get("programme", [])))
            .with_only_columns(Programme.slug, Programme.title),
            "programme",
        ),
        (
            Suggestion.visible_to_residents()
            .where(Suggestion.id.in_(numbers["suggestion"]))
            .with_only_columns(Suggestion.id, Suggestion.public_title),
            "suggestion",
        ),
        (
            sa.select(Document.id, Document.title).where(
                Document.id.in_(numbers["document"]), Document.publication == Publication.PUBLISHED
            ),
            "document",
        ),
        (
            Call.visible_to_residents()
            .where(Call.slug.in_(keys.get("call", [])))
            .with_only_columns(Call.slug, Call.title),
            "call",
        ),
        (
            sa.select(IdeaGroup.id, IdeaGroup.title).where(
                IdeaGroup.id.in_(numbers["idea_group"]), IdeaGroup.call.has(Call.state != CallState.DRAFT)
            ),
            "idea_group",
        ),
        (
            sa.select(ContentPage.slug, ContentVersion.title)
            .join(ContentVersion.page)
            .where(
                ContentPage.slug.in_(keys.get("content", [])),
                ContentPage.publication == Publication.PUBLISHED,
                ContentVersion.number == ContentPage.public_number,
            ),
            "content",
        ),
        (sa.select(Wave.slug, Wave.title).where(Wave.slug.in_(keys.get("wave", [])), Wave.is_published), "wave"),
    ):
        found |= {f"{kind}:{key}": title for key, title in db.session.execute(query)}
    words = {subject: plain_record_text(title) for subject, title in found.items()}
    return words | _translated(entries)


def _translated(entries: Sequence[JournalEntry]) -> dict[str, str]:
    """Return the titles that projects and programmes carry in the reader's language, by ``kind:key``."""
    language = current_language()
    if language == DEFAULT:
        return {}
    projects = Project.visible_to_residents().where(Project.slug.in_({entry.about_project for entry in entries}))
    programmes = Programme.visible_to_residents().where(
        ("programme:" + Programme.slug).in_({entry.subject for entry in entries})
    )
    rows = [
        *(
            ("project", *row)
            for row in db.session.execute(projects.with_only_columns(Project.slug, Project.translations))
        ),
        *(
            ("programme", *row)
            for row in db.session.execute(programmes.with_only_columns(Programme.slug, Programme.translations))
        ),
    ]
    return {
        f"{kind}:{slug}": title
        for kind, slug, texts in rows
        if (title := ((texts or {}).get(language) or {}).get("title", ""))
    }
