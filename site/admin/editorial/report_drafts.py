"""Writing the draft of a month, wherever its figures were typed: the single form, the table of many, a page in between.

Only what a form brought is written: a table shows some of the controls, and what it does not show stays as it is.
"""

import decimal
from collections.abc import Mapping
from typing import Any

from flask import abort
from werkzeug.datastructures import MultiDict

from admin.access import current_staff, require
from admin.editorial.report_forms import (
    FUNDS,
    WORDS,
    PhotoForm,
    ReportForm,
    carried_values,
    explanation_name,
    indicator_name,
    report_form,
    values_of,
)
from minsheng import journal
from minsheng.accounts.staff import Permission
from minsheng.database import db
from minsheng.desk import duties, typed_forms
from minsheng.desk.typed_forms import TypedForm
from minsheng.editorial import reporting
from minsheng.editorial.publishing import INTERRUPTED
from minsheng.journal import Act
from minsheng.pictures.media import StoredImage
from minsheng.pictures.photos import Photo, PhotoPhase
from minsheng.progress.findings import CheckCode, Finding
from minsheng.records.indicators import Indicator
from minsheng.records.projects import Project, ProjectKind, Stage, project_by_slug
from minsheng.records.reports import IndicatorValue, ProgressReport, ReportState
from pages.language import gettext as _
from pages.services import services

_FIELD_OF_CODE = {
    CheckCode.SPENT_OVER_DISBURSED: "funds_spent_fen",
    CheckCode.DISBURSED_OVER_ARRIVED: "funds_disbursed_fen",
    CheckCode.DONE_WITH_LITTLE_SPENT: "funds_spent_fen",
}
_FIELD_OF_SUBJECT = {
    "progress": "physical_progress",
    "stage": "stage",
    "funds:arrived": "funds_arrived_fen",
    "funds:disbursed": "funds_disbursed_fen",
    "funds:spent": "funds_spent_fen",
    "funds:investment_completed": "investment_completed_fen",
}


def writable_project(slug: str, month: str) -> Project:
    """Return an own project that has this month, or answer 404; refuse what is outside the role's part."""
    project = project_by_slug(db.session(), slug)
    if project is None or project.is_compiled:
        abort(404)
    require(Permission.WRITE_REPORT, project.division, project.agency)
    if month not in {one.month for one in duties.months_of(project, services().today(), services().report_due_day)}:
        abort(404)
    return project


def form_of(
    project: Project, month: str, report: ProgressReport | None, typed: TypedForm | None = None, **kwargs: Any
) -> ReportForm:
    """Return the form of a month: its draft, or a new one that carries over the last figures.

    What was typed and not saved stands in it as it was typed, readable or not.
    """
    indicators = reporting.whole_indicators(project)
    findings: tuple[Finding, ...] = ()
    if report is None:
        last = reporting.report_before(project, month)
        shown = carried_values(last) if last else {}
    else:
        findings = reporting.findings_of(report)
        shown = values_of(report) | {"version": str(report.version)}
        for finding in findings:
            shown[explanation_name(finding)] = reporting.explanation_of(report, finding)[0]
    form = report_form(indicators, findings, formdata=None, data=shown, **kwargs)
    if typed is not None:
        lay_over(form, typed.fields or {})
    return form


def lay_over(form: ReportForm, fields: Mapping[str, str]) -> None:
    """Put typed texts into the controls of a form where they differ from what it shows."""
    for name, text in fields.items():
        if name not in typed_names(form):
            continue
        field = form[name]
        shown = field.data if name == "stage" else field._value()
        if str(shown or "") != text:
            field.process(MultiDict([(field.name, text)]))


def typed_names(form: ReportForm) -> list[str]:
    """Return the controls whose texts are kept while somebody types: all but pictures, version and token."""
    return [name for name in form._fields if name not in {"photos", "version", "csrf_token"}]


def start(project: Project, month: str) -> ProgressReport:
    """Begin the report of a month."""
    report = ProgressReport(
        project=project,
        month=month,
        revision=reporting.next_revision(project, month),
        state=ReportState.DRAFT,
        earlier_writer_ids=[],
        updated_at=services().clock(),
        author=current_staff(),
    )
    db.session.add(report)
    return report


def fill(
    report: ProgressReport, form: ReportForm, findings: tuple[Finding, ...], left: frozenset[str] = frozenset()
) -> None:
    """Bring what was typed to the draft, but for the controls in ``left``.

    Whoever wrote any of it cannot publish it.
    """
    came = {name for name in form._fields if form[name].raw_data} - left
    if "stage" in came:
        report.stage = Stage(form.stage.data) if form.stage.data else None
    for name in came & {"physical_progress", *FUNDS}:
        setattr(report, name, form[name].data)
    for name in came & {*WORDS, "correction_reason"}:
        setattr(report, name, "\n".join((form[name].data or "").strip().splitlines()))
    for indicator in reporting.whole_indicators(report.project):
        if indicator_name(indicator) in came:
            _set_value(report, indicator, form.quantity(indicator).data)
    written = [one for one in findings if explanation_name(one) in came]
    reporting.explain(report, findings, {one.key: form.explanation(one).data or "" for one in written})
    report.write_on(current_staff(), services().clock())


def _set_value(report: ProgressReport, indicator: Indicator, value: decimal.Decimal | None) -> None:
    kept = report.value_of(indicator)
    if kept is not None:
        kept.value = value
    elif value is not None:
        report.values.append(IndicatorValue(indicator=indicator, indicator_id=indicator.id, value=value))


def add_pictures(report: ProgressReport, form: ReportForm) -> None:
    """Add the pictures that were stored with the form, without metadata."""
    for slot in form.photo_forms():
        if slot.stored is not None:
            add_picture(report, slot, slot.stored)


def add_picture(report: ProgressReport, slot: PhotoForm, image: StoredImage) -> Photo:
    """Add one picture that was stored with its words, and return it."""
    photos = report.photos
    photo = Photo(
        project=report.project,
        key=image.key,
        phase=PhotoPhase(slot.phase.data),
        taken_on=image.taken_on,
        caption=(slot.caption.data or "").strip(),
        alt_text=(slot.alt_text.data or "").strip(),
        width=image.width,
        height=image.height,
    )
    photos.append(photo)
    return photo


def lacks(report: ProgressReport, form: ReportForm) -> bool:
    """Say beside the fields what a report must have before a second person reads it; return whether it lacks any."""
    if report.stage is None:
        form.stage.errors = [_("请选现在的阶段")]
    if report.project.kind is ProjectKind.WORKS and report.physical_progress is None:
        form.physical_progress.errors = [_("请填到月底的形象进度")]
    if not report.done:
        form.done.errors = [_("请写明本月做了什么；没有进展也请写明")]
    if report.stage in INTERRUPTED and not report.difficulties:
        form.difficulties.errors = [_("暂停或取消要写明原因，会公开")]
    if report.revision > 1 and not report.correction_reason:
        form.correction_reason.errors = [_("请写明为什么更正，会公开")]
    return bool(form.errors)


def with_errors(judged: ReportForm, shown: ReportForm) -> ReportForm:
    """Return the form of what is now stored, with the complaints about what was sent."""
    for field in judged:
        if field.errors and field.short_name in shown:
            shown[field.short_name].errors = list(field.errors)
    return shown


def hand_in(report: ProgressReport, findings: tuple[Finding, ...]) -> list[Finding]:
    """Hand the report to a second person, unless findings still lack their explanation, which are returned."""
    unexplained = reporting.unexplained(report, findings)
    if unexplained:
        return unexplained
    at = services().clock()
    reporting.hand_in(report, findings, at)
    db.session.flush()
    act = Act(
        "report_submitted",
        report.subject,
        current_staff().post,
        about_project=report.project.slug,
        is_public=False,
    )
    journal.record(db.session(), act, at)
    return []


def forget_typed(project: Project, month: str) -> None:
    """Forget what whoever is here typed: it is saved now, or is to be gone."""
    typed_forms.forget(db.session(), current_staff(), typed_forms.report_subject(project.slug, month))


def typed_here(project: Project, month: str) -> TypedForm | None:
    """Return what whoever is here typed into this month and has not saved."""
    return typed_forms.typed_by(db.session(), current_staff(), typed_forms.report_subject(project.slug, month))


def follow_version(project: Project, month: str, before: str, report: ProgressReport) -> None:
    """Let what was typed go on from a version that only a picture of one's own made."""
    typed = typed_here(project, month)
    if typed is not None and typed.version == before:
        typed.version = str(report.version)


def field_of(finding: Finding) -> str:
    """Return the control that a finding is about, empty for the report as a whole."""
    if finding.code in _FIELD_OF_CODE:
        return _FIELD_OF_CODE[finding.code]
    kind, _colon, key = finding.subject.partition(":")
    if kind == "indicator" and key.isdecimal():
        return f"indicator_{key}"
    return "photos" if kind == "photo" else _FIELD_OF_SUBJECT.get(finding.subject, "")
