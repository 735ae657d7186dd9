"""What results are called in the reader's language: titles and places, where their records carry a translation."""

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from minsheng.database import db
from minsheng.outbox import RecordKind
from minsheng.records.places import Agency, Division
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.translating import Texts
from pages import formats
from pages.language import DEFAULT, current_language
from pages.language import gettext as _
from search.engine import Document, Hit, Key

_Column = InstrumentedAttribute[str]
_Carried = InstrumentedAttribute[Texts | None]
_RECORDS: Mapping[RecordKind, tuple[_Column, _Carried, str]] = {
    RecordKind.PROJECT: (Project.slug, Project.translations, "title"),
    RecordKind.REPORT: (Project.slug, Project.translations, "title"),
    RecordKind.PROGRAMME: (Programme.slug, Programme.translations, "title"),
    RecordKind.DIVISION: (Division.code, Division.translations, "name"),
    RecordKind.AGENCY: (Agency.slug, Agency.translations, "name"),
}


def titles(hits: Sequence[Hit]) -> dict[Key, str]:
    """Return the titles of those results that are translated into the reader's language."""
    language = current_language()
    if language == DEFAULT:
        return {}
    found: dict[Key, str] = {}
    for kind, (name, carried, field) in _RECORDS.items():
        documents = [hit.document for hit in hits if hit.document.kind is kind]
        if not documents:
            continue
        rows = db.session.execute(sa.select(name, carried).where(name.in_({one.slug for one in documents})))
        texts = {slug: ((given or {}).get(language) or {}).get(field, "") for slug, given in rows}
        found.update({one.key: _title(one, texts[one.slug]) for one in documents if texts.get(one.slug)})
    return found


def _title(document: Document, text: str) -> str:
    """Return the title of a record, or of a project's monthly report."""
    if not document.month:
        return text
    return text + " \u00b7 " + _("%(month)s月报", month=formats.month(document.month))


def places(codes: Iterable[str]) -> dict[str, Division]:
    """Return places by code, together with all above them, in one reading."""
    rows = db.session.scalars(sa.select(Division).where(Division.code.in_(set(codes))))
    return {place.code: place for place in rows}
