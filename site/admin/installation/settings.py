"""The settings of the installation: seen at a glance, changed by group, journaled publicly."""

import datetime as dt
import json
from typing import BinaryIO, cast

import sqlalchemy as sa
from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs
from admin.installation.setting_forms import (
    GROUPS,
    CalendarConfirmForm,
    CalendarForm,
    EmblemForm,
    GroupForm,
    file_words,
    group_words,
)
from minsheng.accounts.staff import Permission
from minsheng.casework import case_deadlines
from minsheng.database import db
from minsheng.errors import ChangedMeanwhileError, InvalidFileError, InvalidValuesError, NotAllowedError
from minsheng.installation import calendar_files, calendars, sample_removal, settings
from minsheng.installation.calendar_files import YearDays
from minsheng.installation.calendars import CalendarYear
from minsheng.outbox import RecordKind, touch
from minsheng.pictures import emblems
from minsheng.progress import digests
from minsheng.records.projects import Project
from minsheng.workdays import Notice
from pages.installation import read_afresh, site_settings
from pages.language import gettext as _
from pages.services import services

blueprint = Blueprint("settings", __name__, url_prefix="/settings")
UNREADABLE, CONFLICT = 422, 409
THRESHOLDS = ("seriously_behind", "behind", "ahead")
TEMPLATE = "日期,休或班,说明\n2027-01-01,休,元旦\n2027-02-07,班,调休上班\n"


@blueprint.before_request
def require_all() -> None:
    """Settings are those of the whole installation: a role that is limited to a part reaches none."""
    if not current_staff().may_on(Permission.CHANGE_SETTINGS, None, None):
        raise NotAllowedError


@blueprint.get("/")
@needs(Permission.CHANGE_SETTINGS)
def index() -> str:
    """Show all settings, and where each is changed."""
    known = site_settings()
    return render_template(
        "admin/settings/index.html",
        forms={name: form.showing(known) for name, form in GROUPS.items()},
        words=group_words(),
        emblem_form=EmblemForm(formdata=None),
        calendar=calendars.in_force(db.session(), services().calendar),
        has_sample=sample_removal.has_sample(db.session()),
        own_years={year.year for year in calendars.brought_in(db.session())},
    )


@blueprint.route("/<group>", methods=["GET", "POST"])
@needs(Permission.CHANGE_SETTINGS)
def change(group: str) -> ResponseReturnValue:
    """Change one group of settings."""
    kind = GROUPS.get(group)
    if kind is None:
        abort(404)
    if request.method == "GET":
        return _page(kind.showing(site_settings()))
    form = kind()
    if not form.validate():
        return _page(form), UNREADABLE
    before = site_settings()
    try:
        changed = settings.change(
            db.session(), form.values(), current_staff(), services().clock(), seen_by_writer=form.seen.data or ""
        )
    except InvalidValuesError as error:
        db.session.rollback()
        form.refuse(error.problems)
        return _page(form), UNREADABLE
    except ChangedMeanwhileError:
        db.session.rollback()
        return _conflict(form), CONFLICT
    read_afresh()
    if site_settings().thresholds != before.thresholds:
        _judge_anew()
    db.session.commit()
    flash(_("已保存，各页马上按新的显示。") if changed else _("没有改动。"), "good")
    return redirect(url_for(".index"))


@blueprint.post("/emblem")
@needs(Permission.CHANGE_SETTINGS)
def emblem() -> ResponseReturnValue:
    """Take an uploaded picture as the emblem."""
    form = EmblemForm()
    try:
        if not form.validate():
            raise InvalidFileError("not_an_image")
        stream = cast("BinaryIO", form.picture.data.stream)
        emblems.take(db.session(), stream, current_staff(), services().clock())
    except InvalidFileError as error:
        db.session.rollback()
        flash(_("标志没有换：%(reason)s。", reason=file_words(error)), "error")
        return redirect(url_for(".index", _anchor="emblem"))
    db.session.commit()
    flash(_("标志已换上。"), "good")
    return redirect(url_for(".index", _anchor="emblem"))


@blueprint.post("/emblem/remove")
@needs(Permission.CHANGE_SETTINGS)
def remove_emblem() -> ResponseReturnValue:
    """Go back to the emblem of the program."""
    emblems.remove(db.session(), current_staff(), services().clock())
    db.session.commit()
    flash(_("已换回原来的标志。"), "good")
    return redirect(url_for(".index", _anchor="emblem"))


@blueprint.route("/calendar", methods=["GET", "POST"])
@needs(Permission.CHANGE_SETTINGS)
def calendar() -> ResponseReturnValue:
    """Take a file with the holidays of a year and show what it says, before anything counts."""
    form = CalendarForm()
    if not form.validate_on_submit():
        page = render_template("admin/settings/calendar.html", form=form)
        return (page, UNREADABLE) if form.is_submitted() else page
    try:
        read = calendar_files.read(form.file.data.stream.read(calendar_files.MOST_BYTES + 1))
    except InvalidFileError as error:
        form.file.errors = [file_words(error)]
        return render_template("admin/settings/calendar.html", form=form), UNREADABLE
    confirm = CalendarConfirmForm(
        formdata=None,
        data={
            "days": json.dumps({day.isoformat(): worked for day, worked in read.days.items()}),
            "source_title": form.source_title.data,
            "document": form.document.data,
        },
    )
    return _preview(read, confirm)


@blueprint.post("/calendar/take")
@needs(Permission.CHANGE_SETTINGS)
def take_calendar() -> ResponseReturnValue:
    """Let the days count that were shown."""
    form = CalendarConfirmForm()
    try:
        if not form.validate():
            raise InvalidFileError("unreadable")
        shown = json.loads(form.days.data or "{}")
        read = calendar_files.checked((dt.date.fromisoformat(day), worked is True) for day, worked in shown.items())
    except (InvalidFileError, ValueError, AttributeError, RecursionError):
        abort(400)
    notice = Notice(read.year, form.source_title.data or "", form.document.data or "")
    calendars.take(db.session(), notice, read.days, current_staff(), services().clock())
    db.session.commit()
    flash(_("%(year)s 年的放假安排已生效。", year=read.year), "good")
    return redirect(url_for(".index", _anchor="calendar"))


@blueprint.post("/calendar/<int:year>/drop")
@needs(Permission.CHANGE_SETTINGS)
def drop_calendar(year: int) -> ResponseReturnValue:
    """Go back to the program's own calendar for one year."""
    found = db.session.get(CalendarYear, year)
    if found is None:
        abort(404)
    calendars.drop(db.session(), found, current_staff(), services().clock())
    db.session.commit()
    flash(_("已换回程序自带的 %(year)s 年安排。", year=year), "good")
    return redirect(url_for(".index", _anchor="calendar"))


@blueprint.get("/calendar/template.csv")
@needs(Permission.CHANGE_SETTINGS)
def calendar_template() -> Response:
    """Give a table to fill in, in UTF-8 with a byte mark for spreadsheets."""
    response = Response("\N{ZERO WIDTH NO-BREAK SPACE}" + TEMPLATE, mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="calendar.csv"'
    return response


def _page(form: GroupForm, present: GroupForm | None = None) -> str:
    title, lede = group_words()[form.GROUP]
    return render_template("admin/settings/change.html", form=form, title=title, lede=lede, present=present)


def _conflict(form: GroupForm) -> str:
    """Say that somebody else changed these settings meanwhile, and show what stands there now beside what was typed."""
    read_afresh()
    present = type(form).showing(site_settings())
    form.seen.data = present.seen.data
    return _page(form, present)


def _preview(read: YearDays, confirm: CalendarConfirmForm) -> str:
    known = calendars.in_force(db.session(), services().calendar)
    former = {day for day in read.days if known.is_settled(day) and known.is_working_day(day) is not read.days[day]}
    return render_template(
        "admin/settings/calendar_preview.html",
        read=read,
        form=confirm,
        is_known=read.year in known.years,
        differing=sorted(former),
        provisional_cases=case_deadlines.count_provisional(db.session()),
    )


def _judge_anew() -> None:
    """State the schedule of every project under the new thresholds, in the lists and in the search index."""
    digests.rebuild(db.session())
    for project_id in db.session.scalars(sa.select(Project.id)):
        touch(db.session(), RecordKind.PROJECT, project_id)
