"""The public change log: everything published or corrected, in a chain anyone can download and check."""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, Response, render_template, request, stream_with_context

from minsheng.database import db
from minsheng.journal import JournalEntry, current_head
from minsheng.projects import Project
from public.change_words import ACT_GROUPS

blueprint = Blueprint("changes", __name__, url_prefix="/changes")
PAGE_SIZE = 30
BATCH = 500


@blueprint.get("/")
def index() -> str:
    """List public entries, newest first, of one project or one group of acts if the address says so."""
    chosen = {name: request.args.get(name, "").strip()[:80] for name in ("project", "act")}
    query = sa.select(JournalEntry).where(JournalEntry.is_public)
    project = None
    if chosen["project"]:
        project = db.session.scalar(Project.visible_to_residents().where(Project.slug == chosen["project"]))
        query = query.where(JournalEntry.about_project == chosen["project"])
    if chosen["act"] in ACT_GROUPS:
        query = query.where(JournalEntry.act.in_(ACT_GROUPS[chosen["act"]].acts))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    pages = max(-(-total // PAGE_SIZE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    entries = db.session.scalars(
        query.order_by(JournalEntry.sequence.desc()).offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    ).all()
    slugs = {entry.about_project for entry in entries if entry.about_project}
    titles = dict(
        db.session.execute(
            Project.visible_to_residents().where(Project.slug.in_(slugs)).with_only_columns(Project.slug, Project.title)
        ).all()
    )
    return render_template(
        "public/changes/index.html",
        entries=entries,
        titles=titles,
        project=project,
        chosen=chosen,
        groups=ACT_GROUPS,
        page=page,
        pages=pages,
        total=total,
        head=current_head(db.session()),
    )


@blueprint.get("/journal.jsonl")
def journal() -> Response:
    """Give the whole journal, one JSON object a line: public entries whole, others only as links of the chain."""
    response = Response(stream_with_context(_lines()), mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = 'attachment; filename="journal.jsonl"'
    return response


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
