"""The journal as staff read it, with what is not public, and whether it still fits the records."""

import sqlalchemy as sa
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from admin import journal_words
from admin.access import needs
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry, current_head
from pages.limits import limiter
from pages.services import services

blueprint = Blueprint("journal", __name__, url_prefix="/journal")
blueprint.add_app_template_filter(journal_words.act_word, "act_word")
blueprint.add_app_template_filter(journal_words.fault_word, "fault_word")
PAGE_SIZE = 50
FILTERS = ("act", "subject", "actor")


@blueprint.get("/")
@needs(Permission.SEE_JOURNAL)
def index() -> ResponseReturnValue:
    """List the acts, newest first, by kind, record or post."""
    chosen = {name: request.args.get(name, "").strip()[:120] for name in FILTERS}
    query = sa.select(JournalEntry)
    if chosen["act"]:
        query = query.where(JournalEntry.act == chosen["act"])
    if chosen["subject"]:
        query = query.where(JournalEntry.subject.contains(chosen["subject"], autoescape=True))
    if chosen["actor"]:
        query = query.where(JournalEntry.actor.contains(chosen["actor"], autoescape=True))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    pages = max(-(-total // PAGE_SIZE), 1)
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    entries = db.session.scalars(
        query.order_by(JournalEntry.sequence.desc()).offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    ).all()
    return render_template(
        "admin/journal/index.html",
        entries=entries,
        chosen=chosen,
        acts=db.session.scalars(sa.select(JournalEntry.act).distinct().order_by(JournalEntry.act)).all(),
        total=total,
        page=page,
        pages=pages,
        head=current_head(db.session()),
    )


@blueprint.get("/verify")
@needs(Permission.SEE_JOURNAL)
@limiter.limit("40 per hour")
def verify() -> ResponseReturnValue:
    """Check the chain and every public record against it, and against a head that was kept elsewhere."""
    saved_head = request.args.get("head", "").strip()[:100]
    asked = "head" in request.args
    return render_template(
        "admin/journal/verify.html",
        asked=asked,
        saved_head=saved_head,
        faults=publishing.verify(db.session(), saved_head or None) if asked else [],
        head=current_head(db.session()),
        at=services().clock(),
    )
