"""The public change log: everything published or corrected, in a chain anyone can download and check."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import Blueprint, Response, render_template, request, stream_with_context

from minsheng.clock import LOCAL_ZONE
from minsheng.database import db
from minsheng.editorial import changelog
from minsheng.journal import JournalEntry, current_head, head_before
from minsheng.records import addresses
from minsheng.records.addresses import AddressKind
from minsheng.records.places import Division
from minsheng.records.projects import Project
from minsheng.records.publication import Origin, Publication
from pages.services import services
from public.editorial.change_words import ACT_GROUPS

blueprint = Blueprint("changes", __name__, url_prefix="/changes")
PAGE_SIZE = 30
BATCH = 500
VERIFIER = Path(__file__).parents[1] / "downloads" / "verify.py"


@blueprint.get("/")
def index() -> str:
    """List public entries, newest first, of one project or one group of acts if the address says so."""
    chosen = {name: request.args.get(name, "").strip()[:80] for name in ("project", "act")}
    group = ACT_GROUPS.get(chosen["act"])
    project = _project(chosen["project"])
    query = changelog.public_entries(
        about=addresses.all_slugs(db.session(), project) if project else [slug for slug in [chosen["project"]] if slug],
        acts=group.acts if group else (),
        origin=None if chosen["project"] else group.origin if group else Origin.OWN,
    )
    total = changelog.count(db.session(), query)
    pages = max(-(-total // PAGE_SIZE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    entries = changelog.newest(db.session(), query, (page - 1) * PAGE_SIZE, PAGE_SIZE)
    return render_template(
        "public/changes/index.html",
        entries=entries,
        titles=changelog.titles(db.session(), entries),
        project=project,
        chosen=chosen,
        groups=ACT_GROUPS,
        page=page,
        pages=pages,
        total=total,
        head=current_head(db.session()),
        anchor=daily_anchor(),
        shows_invented=project.is_invented if project else _has_invented_places(),
        shows_compiled=project.is_compiled if project else group is not None and group.origin is Origin.COMPILED,
    )


def _project(slug: str) -> Project | None:
    """Return the project that has or had this slug and is or was public: its log outlives its page."""
    if not slug:
        return None
    now = addresses.present(db.session(), AddressKind.PROJECT, slug) or slug
    return db.session.scalar(sa.select(Project).where(Project.slug == now, Project.publication != Publication.DRAFT))


def _has_invented_places() -> bool:
    """Whether the log of own records tells of the invented county."""
    return db.session.scalar(sa.select(Division.id).where(Division.is_invented).limit(1)) is not None


@blueprint.get("/journal.jsonl")
def journal() -> Response:
    """Give the whole journal, one JSON object a line: public entries whole, others only as links of the chain."""
    response = Response(stream_with_context(_lines()), mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = 'attachment; filename="journal.jsonl"'
    return response


@blueprint.get("/verify.py")
def verifier() -> Response:
    """Give the program that checks a downloaded journal; it needs Python and nothing else."""
    response = Response(VERIFIER.read_text(encoding="utf-8"), mimetype="text/x-python")
    response.headers["Content-Disposition"] = 'attachment; filename="verify.py"'
    return response


class Anchor(NamedTuple):
    """What the journal ended with at the end of a day in China: ``sequence:hash``."""

    day: dt.date
    head: str


def daily_anchor() -> Anchor | None:
    """Return yesterday's last entry, the same for everybody who keeps it today; None before there was any."""
    today = services().today()
    head = head_before(db.session(), dt.datetime.combine(today, dt.time(), LOCAL_ZONE))
    return Anchor(today - dt.timedelta(days=1), head) if head else None


@blueprint.get("/head.txt")
def head() -> Response:
    """Give the head of the chain: whoever keeps it can later notice a missing tail."""
    return Response(f"{current_head(db.session())}\n", mimetype="text/plain")


def _lines() -> Iterator[str]:
    last = 0
    while True:
        query = sa.select(JournalEntry).where(JournalEntry.sequence > last).order_by(JournalEntry.sequence).limit(BATCH)
        entries = db.session.scalars(query).all()
        if not entries:
            return
        for entry in entries:
            yield json.dumps(exported(entry), ensure_ascii=False, sort_keys=True) + "\n"
        last = entries[-1].sequence


def exported(entry: JournalEntry) -> dict[str, Any]:
    """Return what the public gets of an entry; with salt and content the digest can be made again."""
    link = {
        "sequence": entry.sequence,
        "previous_hash": entry.previous_hash,
        "digest": entry.digest,
        "hash": entry.hash,
    }
    return link | {"salt": entry.salt, "content": entry.content} if entry.is_public else link
