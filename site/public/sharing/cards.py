"""Addresses of the pictures that stand for projects, programmes, places and the site where they are shared."""

import hashlib
import os
import tempfile
from pathlib import Path

from flask import Blueprint, Response, abort, make_response, request, send_file

from minsheng.database import db
from minsheng.progress import directory
from minsheng.progress.glances import for_cards
from minsheng.progress.standing import standing
from minsheng.records.places import division_by_code
from minsheng.records.projects import Project
from pages import drawing, formats
from pages.language import current_language, ngettext, plain_record_text, plain_text_of, site_title
from pages.language import gettext as _
from pages.limits import limiter
from pages.services import services
from pages.words import tone, word
from public import presenting
from public.presenting import place_name, tenth
from public.sharing import card_drawing
from public.sharing.card_drawing import Card

blueprint = Blueprint("cards", __name__)
MOST_KEPT = 2_000
"""Pictures kept at a time, 60 MB at most; older ones go and are drawn again when asked for."""
AN_HOUR = 3_600


@blueprint.get("/projects/<slug>/card.png")
@limiter.limit("600 per hour; 60 per minute")
def project(slug: str) -> Response:
    """Give the picture of a project."""
    record = db.session.scalar(Project.visible_to_residents().where(Project.slug == slug).options(*for_cards()))
    if record is None:
        abort(404)
    return _picture(card_of_project(record))


@blueprint.get("/programmes/<slug>/card.png")
@limiter.limit("600 per hour; 60 per minute")
def programme(slug: str) -> Response:
    """Give the picture of a programme: its own sums, or the totals its notice printed."""
    record = directory.programme_by_slug(db.session(), slug)
    if record is None:
        abort(404)
    kicker = [place_name(record.division), _("%(year)s年", year=record.year) if record.year else ""]
    sums = directory.sums_of_programme(db.session(), record, presenting.today(), presenting.due_day())
    if sums is None:
        figures = tuple(presenting.published_totals(record)[:3])
        foot = _("据公开通报整理") + (_("：") + plain_record_text(record.source_title) if record.source_title else "")
        return _picture(_card(kicker, record.title, figures, foot))
    counts = (
        (_("个项目"), formats.number(sums.projects)),
        (_("个已完成"), formats.number(sums.done)),
        (_("计划投资"), formats.money(sums.planned.fen)),
    )
    return _picture(_card(kicker, record.title, counts, _as_of(sums.as_of)))


@blueprint.get("/places/<code>/card.png")
@limiter.limit("600 per hour; 60 per minute")
def place(code: str) -> Response:
    """Give the picture of a place: how many projects it has."""
    record = division_by_code(db.session(), code)
    if record is None:
        abort(404)
    known = next((each for each in directory.places(db.session()) if each.division.id == record.id), None)
    counts = [(_("本站公示的项目"), known.own), (_("据公开通报整理的记录"), known.compiled)] if known else []
    figures = tuple((label, formats.number(count)) for label, count in counts if count)
    return _picture(
        _card([place_name(record.parent)], record.name, figures, _("钱从哪来、花到哪去、干到哪步、谁来负责"))
    )


@blueprint.get("/card.png")
@limiter.limit("600 per hour; 60 per minute")
def site() -> Response:
    """Give the picture of the site itself."""
    counts = [
        (ngettext("个地方", "个地方", 2), len(directory.places(db.session()))),
        (_("个项目"), presenting.visible_count()),
    ]
    figures = tuple((label, formats.number(count)) for label, count in counts)
    title = _("答应的事，办到哪一步了")
    return _picture(_card([], title, figures, _("钱从哪来、花到哪去、干到哪步、谁来负责；居民提建议、看答复")))


def card_of_project(record: Project) -> Card:
    """Return what the picture of a project says."""
    known = standing(record, presenting.today(), presenting.due_day())
    assessed = known.schedule
    status = assessed.status.value if assessed else ""
    expected = tenth(assessed.expected) if assessed and status != "cancelled" else None
    progress = tenth(known.progress)
    if record.is_compiled:
        foot = _("据公开通报整理") + _("：") + plain_record_text(record.source_title)
    else:
        foot = _as_of(known.as_of) if known.report else _("还没有公示过月报。")
    if record.is_invented:
        foot = f"{foot} · {_('示例县是虚构的')}"
    if expected is not None:
        foot = f"{foot} · {_('按时间应达 %(value)s', value=formats.percent(expected))}"
    place_and_field = [place_name(record.division), word(record.category), str(record.year or "")]
    indicator = next((one for one in record.indicators if one.target is not None), None)
    figures = []
    if indicator:
        figures.append((plain_text_of(indicator, "name"), formats.quantity(indicator.target, indicator.unit)))
    if record.planned_investment_fen:
        figures.append((_("计划投资"), formats.money(record.planned_investment_fen)))
    if not figures and record.stage_printed:
        figures.append((_("通报原话"), f"“{plain_record_text(record.stage_printed)}”"))
    return Card(
        kicker=_joined(place_and_field),
        title=plain_text_of(record, "title"),
        site_name=site_title(),
        foot=foot,
        bar=drawing.task_bar(progress, expected, known.funds) if progress is not None or assessed else None,
        headline=formats.percent(progress) if progress is not None else _("未公布进度"),
        headline_label=_("进度") if progress is not None else "",
        status=status,
        status_word=word(status, "schedule_status") if status else "",
        tone=tone(status) if status else "plain",
        figures=tuple(figures),
    )


def _card(kicker: list[str], title: str, figures: tuple[tuple[str, str], ...], foot: str) -> Card:
    return Card(_joined(kicker), plain_record_text(title), site_title(), foot, figures=figures)


def _joined(parts: list[str]) -> str:
    return " · ".join(plain_record_text(part) for part in parts if part)


def _as_of(day: object) -> str:
    return _("数字截至 %(date)s", date=formats.date(day)) if day else _("还没有公示过月报。")  # type: ignore[arg-type]  # a date where there is one


def _picture(card: Card) -> Response:
    """Send the picture, drawn once for what it says: another publication has another picture at once."""
    said = f"{card_drawing.VERSION}\0{current_language()}\0{card!r}"
    digest = hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:32]
    if request.if_none_match.contains(digest):
        response = make_response("", 304)
    else:
        path = services().cache / "cards" / f"{digest}.png"
        if not path.is_file():
            _keep(path, card_drawing.draw(card))
        response = send_file(path, mimetype="image/png", etag=False, conditional=False)
    response.set_etag(digest)
    response.headers["Cache-Control"] = f"public, max-age={AN_HOUR}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _keep(path: Path, picture: bytes) -> None:
    """Write a picture beside and rename it; when there are too many, let the oldest half go."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, beside = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(picture)
    Path(beside).replace(path)
    kept = sorted(path.parent.glob("*.png"), key=lambda each: each.stat().st_mtime)
    if len(kept) > MOST_KEPT:
        for old in kept[: MOST_KEPT // 2]:
            old.unlink(missing_ok=True)
