"""Taking the answers of a closed survey away: numbered, journaled, and only by whoever asked."""

import datetime as dt
from collections.abc import Iterator

import sqlalchemy as sa
from flask import Blueprint, Response, abort, redirect, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from admin.access import current_session, current_staff, needs, require
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.errors import NotAllowedError, SealedError
from minsheng.exporting import answers, csv_guard, restricted, spss
from minsheng.exporting.restricted import ExportKind
from minsheng.surveying import surveys, wave_results
from minsheng.surveying.surveys import Wave
from pages import tickets
from pages.forms import Form
from pages.services import services

blueprint = Blueprint("survey_exports", __name__, url_prefix="/surveys")


class ExportForm(Form):
    """Which export is asked for is the button that was pressed."""


@blueprint.get("/<slug>/exports")
@needs(Permission.EXPORT_ANSWERS)
def index(slug: str) -> ResponseReturnValue:
    """Say what can be taken away, in which form, and what never leaves. Raises ``SealedError`` before closing."""
    wave = _closed_wave(slug)
    return render_template(
        "admin/survey_exports/index.html",
        wave=wave,
        kinds=restricted.kinds(db.session(), wave),
        every_kind=list(ExportKind),
        has_spss=spss.is_available(),
        result=wave_results.latest(db.session(), wave),
        total=sum(surveys.channel_counts(db.session(), wave).values()),
        form=ExportForm(formdata=None),
    )


@blueprint.post("/<slug>/exports")
@needs(Permission.EXPORT_ANSWERS)
def announce(slug: str) -> ResponseReturnValue:
    """Journal that answers leave the site, then lead to the file with the number it got."""
    wave = _closed_wave(slug)
    kind = _kind(request.form.get("kind", ""))
    known = services()
    number = restricted.announce(db.session(), wave, kind, current_staff().post, known.clock(), known.today())
    db.session.commit()
    ticket = tickets.issue(known.secret, _purpose(wave, kind, number))
    return redirect(url_for(".download", slug=slug, kind=kind.value, number=number, ticket=ticket), 303)


@blueprint.get("/<slug>/exports/<number>/<kind>")
@needs(Permission.EXPORT_ANSWERS)
def download(slug: str, number: str, kind: str) -> ResponseReturnValue:
    """Give an export to whoever has just asked for it in the journal's hearing."""
    wave, asked = _closed_wave(slug), _kind(kind)
    ticket = request.args.get("ticket", "")
    if tickets.read(services().secret, _purpose(wave, asked, number), ticket) is None:
        raise NotAllowedError
    name = f"{wave.slug}-{number}.{restricted.SUFFIXES[asked]}"
    return Response(
        stream_with_context(_parts(db.engine, wave.id, asked, number, services().today())),
        mimetype=restricted.MEDIA_TYPES[asked],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.get("/<slug>/codebook.csv")
@needs(Permission.EXPORT_ANSWERS)
def codebook(slug: str) -> ResponseReturnValue:
    """Give what every column and value of the answers means; it holds no answers."""
    wave = _closed_wave(slug)
    response = Response("".join(csv_guard.lines(answers.codebook_rows(wave))), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{wave.slug}-codebook.csv"'
    return response


def _parts(engine: sa.Engine, wave_id: int, kind: ExportKind, number: str, today: dt.date) -> Iterator[bytes]:
    """Yield a file with a session of its own: the request's ends before the last part has gone."""
    with Session(engine) as session:
        yield from restricted.write(session, session.get_one(Wave, wave_id), kind, number, today)


def _kind(text: str) -> ExportKind:
    """Return the export of this name, or answer 400."""
    if text not in set(ExportKind):
        abort(400)
    return ExportKind(text)


def _purpose(wave: Wave, kind: ExportKind, number: str) -> str:
    """Return what a download ticket is for: one survey, one export, one sign-in."""
    return f"export:{wave.id}:{kind.value}:{number}:{current_session().id}"


def _closed_wave(slug: str) -> Wave:
    """Return a closed survey of one's places, or answer 404; raise ``NotAllowedError`` or ``SealedError``."""
    wave = db.session.scalar(sa.select(Wave).where(Wave.slug == slug))
    if wave is None:
        abort(404)
    require(Permission.EXPORT_ANSWERS, wave.division, None)
    if not wave.has_closed(services().today()):
        raise SealedError
    return wave
