"""Translations: the original of a record's texts and their English, side by side."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.access import current_staff, needs, require
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.editorial import translation_publishing
from minsheng.editorial.translation_publishing import Translatable
from minsheng.records.indicators import Indicator
from minsheng.records.places import Agency, Division
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from minsheng.records.translating import Translated
from pages.forms import Form
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.services import services

blueprint = Blueprint("translations", __name__, url_prefix="/translations")
LANGUAGE = "en"
LONGEST = 2_000
UNREADABLE = 422

FIND: Mapping[str, Callable[[str], sa.Select[Translatable]]] = MappingProxyType(
    {
        "project": lambda key: sa.select(Project).where(Project.slug == key),
        "programme": lambda key: sa.select(Programme).where(Programme.slug == key),
        "agency": lambda key: sa.select(Agency).where(Agency.slug == key),
        "place": lambda key: sa.select(Division).where(Division.code == key),
    }
)
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "title": _l("名称"),
        "name": _l("名称"),
        "summary": _l("简介"),
        "location": _l("地点"),
        "quality_standard": _l("质量标准"),
        "stage_reason": _l("阶段变动的原因"),
        "policy_entitled": _l("谁能享受"),
        "policy_benefit": _l("享受什么"),
        "policy_apply": _l("怎么申请"),
        "policy_contact": _l("去哪里问"),
        "duties": _l("职责"),
        "desk_address": _l("窗口地址"),
        "unit": _l("计量单位"),
    }
)


class Line(NamedTuple):
    """One text to translate: the name of its control, what it is, the original, and what stands there now."""

    control: str
    label: str
    original: str
    translation: str
    error: str = ""


class TranslationForm(Form):
    """The button and its token; the texts are controls of the page, as many as the record has."""


@blueprint.get("/")
@needs(Permission.EDIT_PROJECT)
def index() -> ResponseReturnValue:
    """List the programmes and projects of one's own part with what still lacks a translation."""
    member = current_staff()
    programmes = [
        programme
        for programme in db.session.scalars(Programme.visible_to_residents().order_by(Programme.year.desc()))
        if not programme.is_compiled and member.may_on(Permission.EDIT_PROJECT, programme.division, programme.agency)
    ]
    projects = [
        project
        for project in db.session.scalars(
            Project.visible_to_residents()
            .where(Project.programme_id.in_([programme.id for programme in programmes]))
            .order_by(Project.year.desc(), Project.id)
        )
        if member.may_on(Permission.EDIT_PROJECT, project.division, project.agency)
    ]
    agencies = [
        agency
        for agency in db.session.scalars(sa.select(Agency).order_by(Agency.id))
        if member.may_on(Permission.EDIT_PROJECT, agency.division, agency)
    ]
    return render_template(
        "admin/translations/index.html",
        groups=[
            (_("民生工程"), "programme", [(one.slug, one.title, _lacking(one)) for one in programmes]),
            (_("项目"), "project", [(one.slug, one.title, _lacking(one)) for one in projects]),
            (_("责任单位"), "agency", [(one.slug, one.name, _lacking(one)) for one in agencies]),
        ],
    )


@blueprint.route("/<kind>/<key>", methods=["GET", "POST"])
@needs(Permission.EDIT_PROJECT)
def show(kind: str, key: str) -> ResponseReturnValue:
    """Show the texts of one record beside their English, and take what is written there."""
    record = db.session.scalar(FIND[kind](key)) if kind in FIND else None
    if record is None:
        abort(404)
    _require(record)
    form = TranslationForm()
    lines = _lines(record)
    if form.is_submitted():
        lines = [_typed(line) for line in lines]
        if form.validate() and not any(line.error for line in lines):
            _store(record, {line.control: line.translation for line in lines})
            return redirect(url_for(".show", kind=kind, key=key))
    page = render_template("admin/translations/show.html", record=record, form=form, lines=lines, kind=kind)
    return (page, UNREADABLE) if form.is_submitted() else page


def _require(record: Translatable) -> None:
    """Let only those go on who may edit records of this place and agency."""
    if isinstance(record, Division):
        require(Permission.EDIT_PROJECT, record, None)
    elif isinstance(record, Agency):
        require(Permission.EDIT_PROJECT, record.division, record)
    else:
        require(Permission.EDIT_PROJECT, record.division, record.agency)


def _parts(record: Translatable) -> list[tuple[str, Translated]]:
    """Return the record and its targets, each with the beginning of the names of its controls."""
    targets: list[Indicator] = record.indicators if isinstance(record, Project) else []
    return [("text", record), *((f"target-{target.id}", target) for target in targets)]


def _lines(record: Translatable) -> list[Line]:
    """Return every text that there is to translate."""
    return [
        Line(f"{beginning}-{field}", str(LABELS[field]), original, part.in_language(field, LANGUAGE))
        for beginning, part in _parts(record)
        for field in part.TRANSLATED
        if (original := str(getattr(part, field) or ""))
    ]


def _typed(line: Line) -> Line:
    """Return a line with what was typed, and what is wrong with it."""
    typed = request.form.get(line.control, "").strip()
    error = _("最多 %(max)d 个字", max=LONGEST) if len(typed) > LONGEST else ""
    return line._replace(translation=typed, error=error)


def _store(record: Translatable, written: Mapping[str, str]) -> None:
    """Give the record its translations in one commit; those into other languages stay."""
    given = {}
    for beginning, part in _parts(record):
        fields = {field: written.get(f"{beginning}-{field}", "") for field in part.TRANSLATED}
        given[beginning] = {**(part.translations or {}), LANGUAGE: fields}
    targets = {int(name.removeprefix("target-")): texts for name, texts in given.items() if name != "text"}
    changed = translation_publishing.translate(
        db.session(), record, given["text"], current_staff().post, services().clock(), targets
    )
    db.session.commit()
    flash(_("译文已保存，英文页面马上更新。") if changed else _("没有改动。"), "good")


def _lacking(record: Translated) -> int:
    """Return how many texts have no translation yet."""
    return sum(bool(getattr(record, field)) and not record.in_language(field, LANGUAGE) for field in record.TRANSLATED)
