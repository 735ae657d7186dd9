"""Forms of the assessment sheet."""

from collections.abc import Sequence
from typing import Any

from wtforms import FileField, IntegerField, SelectField, StringField, TextAreaField

from minsheng.opinion.schemes import Scheme
from minsheng.records.places import Division
from minsheng.surveying.assessment_points import LONGEST
from minsheng.surveying.surveys import Wave
from pages.forms import Form, between, choices, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l

MOST_SEATS = 1000


class AssessmentForm(Form):
    """What a sheet is about: the place above those assessed, the year, the scheme with its parts, the survey."""

    title = StringField(_l("名称"), [required(_l("请填名称")), length(2, 200)])
    year = IntegerField(_l("年份"), [required(_l("请填年份")), between(1990, 2200)])
    division = SelectField(_l("考核哪里下面的地方"), [required(_l("请选地方"))])
    scheme = SelectField(_l("考核表（办法）"), [required(_l("请选办法"))])
    wave = SelectField(_l("社情民意取自哪次调查"))

    def __init__(
        self, divisions: Sequence[Division], schemes: Sequence[Scheme], waves: Sequence[Wave], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.division.choices = choices((one.code, one.full_name) for one in divisions)
        self.scheme.choices = choices((one.content_hash, f"{one.title}（{one.version}）") for one in schemes)
        self.wave.choices = choices([("", _("不列社情民意")), *((one.slug, one.title) for one in waves)])


class PointsForm(Form):
    """A table of points, pasted or as a file, and where it comes from. ``keep`` says that the preview was seen."""

    table = TextAreaField(_l("得分表"), [length(-1, LONGEST)])
    file = FileField(_l("或者上传 CSV 文件"))
    source = StringField(_l("得分从哪里来"), [required(_l("请写明来源，例如文件名和文号")), length(-1, 200)])

    def written(self) -> str:
        """Return the table: the file's where one was sent. Notes at the field what cannot be read."""
        sent = self.file.data
        if sent is None or not getattr(sent, "filename", None):
            return str(self.table.data or "")
        content = sent.read(LONGEST * 3)
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return str(content.decode(encoding))
            except UnicodeDecodeError:
                continue
        self.file.errors = [*self.file.errors, _("读不出文字，请在表格软件里另存为 CSV（UTF-8）")]
        return ""


class SeatsForm(Form):
    """How many recognitions each group has, a line for each."""

    seats = TextAreaField(_l("每个地方几个名额"), [length(-1, 10_000)])

    def parsed(self, groups: Sequence[str]) -> dict[str, int] | None:
        """Return the seats by group, or None after noting what cannot be read."""
        found: dict[str, int] = {}
        for number, line in enumerate(str(self.seats.data or "").splitlines(), start=1):
            code, _sign, count = (part.strip() for part in line.replace("：", "=").replace(":", "=").partition("="))
            if not line.strip():
                continue
            if code not in groups or not count.isdecimal() or not 0 <= int(count[:6]) <= MOST_SEATS:
                self.seats.errors = [_("第 %(number)s 行看不懂，请写成 区划代码=名额", number=number)]
                return None
            found[code] = int(count)
        return found


class PublishForm(Form):
    """Making the sheet public."""
