"""Taking in cases that came by telephone, on paper, in person or over another platform."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from admin.access import current_staff, needs
from minsheng import codes, journal
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.casework import case_entry
from minsheng.casework.case_channels import NUMBERED, OFFLINE, CaseChannel
from minsheng.casework.case_entry import KnownCaseError, OfflineLetter
from minsheng.casework.cases import SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.database import db
from minsheng.errors import NotAllowedError
from minsheng.journal import Act
from minsheng.records.places import Division, division_by_code
from minsheng.records.projects import Project
from pages import tickets
from pages.forms import DateField, Form, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text
from pages.services import services
from pages.words import word

blueprint = Blueprint("case_entry", __name__, url_prefix="/case-entry")
UNREADABLE = 422
REVIEWERS = (Permission.REVIEW_SUGGESTION, Permission.SUPERVISE_SUGGESTION)
PURPOSE = case_entry.PURPOSE


class EntryForm(Form):
    """A case as somebody told, wrote or forwarded it."""

    ticket = HiddenField()
    channel = RadioField(_l("从哪里来的"), validators=[required(_l("请选来源渠道"))])
    original_number = StringField(_l("原编号"), validators=[length(most=case_entry.LONGEST_NUMBER)])
    received_on = DateField(_l("哪天收到的"), validators=[InputRequired(_l("请填收到的日期"))])
    kind = RadioField(_l("类别"), validators=[required(_l("请选类别"))])
    words = TextAreaField(_l("当事人的话"), validators=[required(_l("请写下当事人的话")), length(least=5, most=4000)])
    project = SelectField(_l("说的是哪个项目"), validators=[])
    place = SelectField(_l("说的是哪个地方"), validators=[])
    contact = StringField(_l("联系方式"), validators=[length(most=100)])
    consent_to_publish = BooleanField(_l("当事人同意公开（隐去个人信息后）"))
    consent_to_call = BooleanField(_l("当事人同意回电话"))

    def __init__(self, places: list[Division], projects: list[Project], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.channel.choices = [(one.value, word(one)) for one in OFFLINE]
        self.kind.choices = [(one.value, word(one)) for one in SuggestionKind]
        self.place.choices = [("", _("没有说明")), *((one.code, plain_record_text(one.full_name)) for one in places)]
        self.project.choices = [("", _("没有指明")), *((one.slug, plain_record_text(one.title)) for one in projects)]
        self.known_case: Suggestion | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Look at the day and the number once each is readable."""
        super().validate(extra_validators)
        today = services().today()
        if self.received_on.data and not self.received_on.errors:
            if self.received_on.data > today:
                self.received_on.errors = [_("不能晚于今天")]
            elif not case_entry.is_day(self.received_on.data, today):
                self.received_on.errors = [_("最早到一年前；更早的请在原来的渠道办理")]
        if not self.channel.errors:
            self._check_number(CaseChannel(self.channel.data))
        return not self.errors

    def _check_number(self, channel: CaseChannel) -> None:
        typed = self.original_number.data or ""
        if channel in NUMBERED and not typed.strip():
            self.original_number.errors = [_("%(channel)s的来件要填原编号，免得录入两次", channel=word(channel))]
        elif typed.strip():
            known = case_entry.with_number(db.session(), channel, typed)
            if known is not None and known.ticket != tickets.read(services().secret, PURPOSE, self.ticket.data or ""):
                self.refuse_known(known)

    def refuse_known(self, known: Suggestion) -> None:
        """Say that the case is here already; the page links to it."""
        self.known_case = known
        self.original_number.errors = [_("这个编号已经录入过，是第 %(number)s 号来件", number=known.number)]

    def entry(self, place: Division | None, project: Project | None) -> OfflineLetter:
        """Return what was typed."""
        letter = Letter(
            kind=SuggestionKind(self.kind.data),
            words="\n".join((self.words.data or "").splitlines()),
            consent_to_publish=bool(self.consent_to_publish.data),
            consent_to_call=bool(self.consent_to_call.data),
            project=project,
            division=place or (project.division if project else None),
        )
        return OfflineLetter(
            CaseChannel(self.channel.data),
            self.original_number.data or "",
            self.received_on.data,
            letter,
            self.contact.data or "",
        )


class ReceiptForm(Form):
    """Asking for the sender's receipt, which shows the code."""


@blueprint.route("/", methods=["GET", "POST"])
@needs(*REVIEWERS)
def index() -> ResponseReturnValue:
    """Take in one case; sending the form twice makes one."""
    member, known = current_staff(), services()
    form = EntryForm(_places(member), _projects(member))
    if not form.is_submitted():
        form.received_on.data = known.today()
        form.ticket.data = tickets.issue(known.secret, PURPOSE)
        return _page(form)
    valid = form.validate()
    ticket = tickets.read(known.secret, PURPOSE, form.ticket.data or "")
    if ticket is None:
        form.ticket.data = tickets.issue(known.secret, PURPOSE)
        form.form_errors.append(_("这张表单放得太久了，请再按一次“录入”；您填写的内容都还在。"))
    if not valid or ticket is None:
        return _page(form), UNREADABLE
    try:
        case = _enter(form, ticket, member)
    except (KnownCaseError, IntegrityError) as error:
        db.session.rollback()
        found = case_entry.with_number(
            db.session(), CaseChannel(form.channel.data), form.original_number.data or ""
        ) or db.session.scalar(sa.select(Suggestion).where(Suggestion.ticket == ticket))
        if found is None:
            raise
        if isinstance(error, IntegrityError) and found.ticket == ticket:
            return redirect(url_for("admin.suggestions.show", case_id=found.id))
        form.refuse_known(found)
        return _page(form), UNREADABLE
    flash(_("已录入，编号 %(number)s。期限从收到那天算起。", number=case.number), "good")
    return redirect(url_for("admin.suggestions.show", case_id=case.id))


@blueprint.post("/<int:case_id>/receipt")
@needs(*REVIEWERS)
def receipt(case_id: int) -> ResponseReturnValue:
    """Print the receipt with the tracking code for the sender, and journal that it was printed."""
    case = db.session.get(Suggestion, case_id)
    if case is None:
        abort(404)
    member, known = current_staff(), services()
    if not case_entry.may_print_receipt(member, case):
        raise NotAllowedError
    act = Act("case_receipt_printed", case.subject, member.post, is_public=False)
    journal.record(db.session(), act, known.clock())
    db.session.commit()
    code = codes.tracking_code(known.secret, PURPOSE, case.ticket)
    return render_template("admin/case_entry/receipt.html", case=case, code=code)


def _enter(form: EntryForm, ticket: str, member: StaffMember) -> Suggestion:
    known = services()
    place = division_by_code(db.session(), form.place.data) if form.place.data else None
    project = next((one for one in _projects(member) if one.slug == form.project.data), None)
    case = case_entry.enter(
        db.session(),
        form.entry(place, project),
        ticket=ticket,
        code=codes.tracking_code(known.secret, PURPOSE, ticket),
        by=member,
        at=known.clock(),
        clock=known.case_clock,
        box=known.contacts,
    )
    db.session.commit()
    return case


def _page(form: EntryForm) -> str:
    return render_template("admin/case_entry/index.html", form=form, today=services().today())


def _projects(member: StaffMember) -> list[Project]:
    """Return the projects that cases may be about, within the member's part."""
    query = Project.visible_to_residents().order_by(Project.year.desc(), Project.title)
    return [
        one for one in db.session.scalars(query) if one.takes_suggestions and case_entry.may_enter(member, one.division)
    ]


def _places(member: StaffMember) -> list[Division]:
    """Return the places within the member's part: those of the projects, what lies below them, and one's own."""
    own = {project.division for project in _projects(member) if project.division is not None}
    own |= {grant.division for grant in member.grants if grant.division is not None}
    within = [Division.path.startswith(place.path, autoescape=True) for place in own]
    if not within:
        return []
    found = db.session.scalars(sa.select(Division).where(sa.or_(*within)).order_by(Division.code))
    return [place for place in found if case_entry.may_enter(member, place)]
