"""The forms of the problem ledger: an entry, progress with evidence, asking for the check, judging it."""

from typing import Any, cast

import sqlalchemy as sa
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField

from admin.casework.suggestion_forms import CheckedForm
from admin.editorial.report_forms import file_message as picture_message
from admin.records.document_forms import file_message as document_message
from minsheng.accounts.reach import within
from minsheng.accounts.staff import Permission, StaffMember
from minsheng.casework import privacy
from minsheng.errors import InvalidFileError
from minsheng.oversight.problems import Problem, ProblemKind, ProblemSource
from minsheng.pictures.media import StoredImage
from minsheng.records.document_store import StoredDocument
from minsheng.records.places import Agency
from minsheng.records.projects import Project
from minsheng.records.publication import Origin, Publication
from pages.forms import DateField, Form, choices, length, required, word_choices
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text
from pages.services import services

OFFERED = 200
"""So many names of projects are offered while typing; any other can be typed."""
NAMED = 5
"""So many of several projects of a name are listed."""


class EntryForm(CheckedForm):
    """A problem as it was found, who cures it and by when; all of it is public once a second person has read it."""

    checked = ("description", "post")
    finders = (privacy.find_numbers, privacy.likely_names, privacy.likely_addresses)
    project = StringField(_l("项目"), validators=[required(_l("请写项目名称")), length(most=200)])
    kind = RadioField(_l("共性还是个性"), choices=[], default=ProblemKind.INDIVIDUAL.value)
    source = SelectField(_l("怎么发现的"), validators=[required(_l("请选一种"))])
    description = TextAreaField(_l("问题是什么"), validators=[required(_l("请写明问题")), length(most=1000)])
    agency = SelectField(_l("责任单位"), validators=[required(_l("请选责任单位"))])
    post = StringField(_l("责任人职务"), validators=[length(most=120)])
    found_on = DateField(_l("发现日期"), validators=[required(_l("请填发现日期"))])
    deadline = DateField(_l("整改期限"), validators=[required(_l("请填整改期限"))])
    picture = FileField(_l("问题的照片"))
    alt_text = StringField(_l("照片里看得到什么"), validators=[length(most=200)])

    def __init__(self, session: Session, member: StaffMember, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._session, self._member = session, member
        self.kind.choices = word_choices(ProblemKind)
        self.source.choices = [*choices([("", _("请选择"))]), *word_choices(ProblemSource)]
        agencies = session.scalars(sa.select(Agency).order_by(Agency.name))
        self.agency.choices = choices([("", _("请选择")), *((one.id, plain_record_text(one.name)) for one in agencies)])
        self.stored: StoredImage | None = None
        self.found_project: Project | None = None

    def offered(self) -> list[str]:
        """Return names of projects to choose from while typing."""
        return list(self._session.scalars(_projects(self._member).with_only_columns(Project.title).limit(OFFERED)))

    def fill(self, problem: Problem) -> None:
        """Put an entry into the controls."""
        self.project.data = problem.project.title
        self.kind.data, self.source.data = problem.kind.value, problem.source.value
        self.description.data, self.post.data = problem.description, problem.post
        self.agency.data = str(problem.agency_id)
        self.found_on.data, self.deadline.data = problem.found_on, problem.deadline

    def validate(self, extra_validators: Any = None) -> bool:
        """Find the project by its name, then look for personal data, and store a good picture last."""
        is_valid = super().validate(extra_validators)
        is_valid = self._find_project() and is_valid
        is_valid = is_valid and self.is_clean_or_confirmed()
        return is_valid and self._store_picture()

    def _find_project(self) -> bool:
        typed = (self.project.data or "").strip()
        if not typed:
            return False
        self.found_project, why = project_named(self._session, self._member, typed)
        if self.found_project is None:
            self.project.errors = [why]
        return self.found_project is not None

    def _store_picture(self) -> bool:
        self.stored, is_good = stored_picture(self.picture, self.alt_text)
        return is_good


class ProgressForm(Form):
    """How the cure goes: words, a picture, a file; any of them."""

    words = TextAreaField(_l("整改进展（工作人员看）"), validators=[length(most=1000)])
    picture = FileField(_l("整改后的照片"))
    alt_text = StringField(_l("照片里看得到什么"), validators=[length(most=200)])
    file = FileField(_l("整改材料（PDF 等）"))
    file_title = StringField(_l("材料名称"), validators=[length(most=200)])

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stored_picture: StoredImage | None = None
        self.stored_file: StoredDocument | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for at least one of the three, and for words to a picture and to a file."""
        if not super().validate(extra_validators):
            return False
        if not ((self.words.data or "").strip() or chosen(self.picture) or chosen(self.file)):
            self.words.errors = [_("请写进展，或者传照片、材料")]
            return False
        if chosen(self.file) and not (self.file_title.data or "").strip():
            self.file_title.errors = [_("请写材料名称，例如 护岸修复验收单")]
            return False
        self.stored_picture, is_good = stored_picture(self.picture, self.alt_text)
        if not is_good:
            return False
        if chosen(self.file):
            try:
                self.stored_file = services().documents.add(self.file.data.stream)
            except InvalidFileError as error:
                self.file.errors = [document_message(error.reason)]
                return False
        return True


class CureForm(CheckedForm):
    """What was done, in the words that everyone reads once the check is passed."""

    checked = ("cure",)
    cure = TextAreaField(_l("整改情况（销号后公开）"), validators=[required(_l("请写明怎么整改的")), length(most=1000)])

    def validate(self, extra_validators: Any = None) -> bool:
        """Look for personal data once the text is complete."""
        return super().validate(extra_validators) and self.is_clean_or_confirmed()


class StepForm(Form):
    """A step that needs no words."""

    version = HiddenField()


class ReturnEntryForm(Form):
    """Why an entry goes back; staff read it."""

    reason = TextAreaField(_l("退回原因"), validators=[required(_l("请写明要改什么")), length(most=500)])


class ReturnCureForm(Form):
    """Why a cure did not stand the check; everyone reads it."""

    why = TextAreaField(_l("为什么没通过（公开）"), validators=[required(_l("请写明哪里没有整改好")), length(most=500)])


class ReopenForm(Form):
    """Why a closed problem is opened again, and the new deadline; everyone reads both."""

    because = TextAreaField(_l("为什么重新打开（公开）"), validators=[required(_l("请写明原因")), length(most=500)])
    new_deadline = DateField(_l("新的整改期限"), validators=[required(_l("请填新的期限"))])


def chosen(field: FileField) -> bool:
    """Whether a file was chosen."""
    return bool(field.data and field.data.filename)


def stored_picture(field: FileField, words: StringField) -> tuple[StoredImage | None, bool]:
    """Return a chosen picture from the store, and whether all is well; the fields say what is not."""
    if not chosen(field):
        return None, True
    if not (words.data or "").strip():
        words.errors = [_("请写一句照片里看得到什么，读屏用户靠它知道内容")]
        return None, False
    try:
        return services().media.add_image(field.data.stream, keep_original=True), True
    except InvalidFileError as error:
        field.errors = [picture_message(error.reason)]
        return None, False


def project_named(session: Session, member: StaffMember, typed: str) -> tuple[Project | None, str]:
    """Return the one project of a member's part that is called so or has this in its name, or why there is none."""
    own = _projects(member)
    exact = session.scalars(own.where(sa.or_(Project.title == typed, Project.slug == typed)).limit(2)).all()
    like = own.where(Project.title.contains(typed, autoescape=True)).limit(NAMED + 1)
    found = exact or session.scalars(like).all()
    if len(found) == 1:
        return found[0], ""
    if not found:
        return None, _("您负责的范围里没有这个名称的项目")
    named = _("、").join(plain_record_text(one.title) for one in found[:NAMED])
    return None, _("有几个项目都像：%(names)s。请写全名", names=named)


def _projects(member: StaffMember) -> sa.Select[Project]:
    """Return the query of the published own projects within a member's roles, by title."""
    permissions = (Permission.KEEP_LEDGER, Permission.WORK_ON_PROBLEM)
    division, agency = cast("Any", Project.division_id), cast("Any", Project.agency_id)
    return (
        sa.select(Project)
        .where(
            Project.origin == Origin.OWN,
            Project.publication == Publication.PUBLISHED,
            within(member, permissions, division, agency),
        )
        .order_by(Project.title)
    )
