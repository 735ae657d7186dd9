"""The act that gives a record its translations: change, journal entry and search index in one transaction."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.journal import Act
from minsheng.outbox import RecordKind, touch
from minsheng.records.places import Agency, Division
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.publication import Publication
from minsheng.records.translating import Translated

Translatable = Programme | Project | Division | Agency
Given = Mapping[str, Mapping[str, str]]


def kind_of(record: Translatable) -> RecordKind:
    """Return the kind of a record that can be translated."""
    match record:
        case Programme():
            return RecordKind.PROGRAMME
        case Project():
            return RecordKind.PROJECT
        case Division():
            return RecordKind.DIVISION
        case Agency():
            return RecordKind.AGENCY


def translate(
    session: Session,
    record: Translatable,
    texts: Given,
    actor: str,
    at: dt.datetime,
    targets: Mapping[int, Given] | None = None,
) -> bool:
    """Give a record its translations and, for a project, those of its targets by identity; return if any changed.

    Raises ``ValueError`` for a language or field that cannot be translated.
    """
    kind = kind_of(record)
    before = _said(record)
    changed = record.translate(texts)
    if isinstance(record, Project):
        for indicator in record.indicators:
            changed = indicator.translate((targets or {}).get(indicator.id, _present(indicator))) or changed
    if not changed:
        return False
    session.flush()
    key = record.code if isinstance(record, Division) else record.slug
    act = Act(
        f"{kind.value}_translated",
        f"{kind.value}:{key}",
        actor,
        about_project=key if kind is RecordKind.PROJECT else None,
        is_public=not isinstance(record, Programme | Project) or record.publication is not Publication.DRAFT,
        before=before,
        after=_said(record),
        extra={} if before is not None else {"translated": record.translations or {}},
    )
    journal.record(session, act, at)
    touch(session, kind, record.id)
    return True


def _present(record: Translated) -> Given:
    return record.translations or {}


def _said(record: Translatable) -> dict[str, object] | None:
    """Return the snapshot of a record that is or was public; of places and agencies the journal keeps none."""
    if isinstance(record, Division | Agency) or record.publication is Publication.DRAFT:
        return None
    return record.snapshot()
