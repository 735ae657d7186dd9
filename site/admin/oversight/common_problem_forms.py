"""The forms of a problem that several projects have."""

from typing import Any

from sqlalchemy.orm import Session
from wtforms import SelectField, StringField, TextAreaField

from admin.casework.suggestion_forms import CheckedForm
from admin.oversight.problem_forms import project_named
from minsheng.accounts.staff import StaffMember
from minsheng.casework import privacy
from minsheng.oversight.common_problems import FEWEST, MOST
from minsheng.oversight.problems import LONGEST_TITLE, ProblemSource
from minsheng.records.projects import Project
from pages.forms import DateField, choices, length, required, word_choices
from pages.language import gettext as _
from pages.language import lazy_gettext as _l


class ProjectsForm(CheckedForm):
    """Which projects have the problem, one to a line, and by when each of them is to be put right."""

    fewest = 1
    checked: tuple[str, ...] = ()
    projects = TextAreaField(_l("哪些项目有"), validators=[required(_l("请写项目名称，一行一个")), length(most=12_000)])
    found_on = DateField(_l("发现日期"), validators=[required(_l("请填发现日期"))])
    deadline = DateField(_l("整改期限"), validators=[required(_l("请填整改期限"))])

    def __init__(self, session: Session, member: StaffMember, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._session, self._member = session, member
        self.named: list[Project] = []

    def validate(self, extra_validators: Any = None) -> bool:
        """Find each project by its name, then look for personal data."""
        is_valid = super().validate(extra_validators)
        is_valid = self._find_projects() and is_valid
        return is_valid and self.is_clean_or_confirmed()

    def _find_projects(self) -> bool:
        lines = [line.strip() for line in (self.projects.data or "").splitlines() if line.strip()]
        if not lines:
            return False
        errors: list[str] = []
        for line in lines[: MOST + 1]:
            project, why = project_named(self._session, self._member, line[:200])
            if project is None:
                errors.append(_("“%(name)s”：%(why)s", name=line[:40], why=why))
            elif project.agency is None:
                errors.append(_("“%(name)s”没有责任单位，先在项目里填上", name=line[:40]))
            elif project not in self.named:
                self.named.append(project)
        if not errors and not self.fewest <= len(self.named) <= MOST:
            errors = [_("要 %(fewest)s 到 %(most)s 个不同的项目", fewest=self.fewest, most=MOST)]
        self.projects.errors = errors
        return not errors


class CommonForm(ProjectsForm):
    """A problem that several projects have; all of it is public once a second person has read it."""

    fewest = FEWEST
    checked = ("title", "cause", "description")
    finders = (privacy.find_numbers, privacy.likely_names, privacy.likely_addresses)
    title = StringField(_l("叫什么"), validators=[required(_l("请写名称")), length(most=LONGEST_TITLE)])
    description = TextAreaField(_l("问题是什么"), validators=[required(_l("请写明问题")), length(most=1000)])
    cause = TextAreaField(_l("从哪里来，怎么根治"), validators=[length(most=1000)])
    source = SelectField(_l("怎么发现的"), validators=[required(_l("请选一种"))])

    def __init__(self, session: Session, member: StaffMember, **kwargs: Any) -> None:
        super().__init__(session, member, **kwargs)
        self.source.choices = [*choices([("", _("请选择"))]), *word_choices(ProblemSource)]
