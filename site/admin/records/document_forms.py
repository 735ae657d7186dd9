"""The forms of public documents: adding one, publishing, withdrawing."""

from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileField
from wtforms import SelectField, StringField, TextAreaField

from minsheng.editorial.document_publishing import Description
from minsheng.errors import InvalidFileError
from minsheng.records.document_store import StoredDocument
from minsheng.records.documents import DocumentKind
from minsheng.records.programmes import Programme
from minsheng.records.projects import Project
from pages.forms import DateField, Form, length, required
from pages.language import gettext as _
from pages.language import lazy_gettext as _l
from pages.language import plain_record_text
from pages.services import services
from pages.words import word


class DocumentForm(Form):
    """A file with what is written about it. The file is checked and read by its content."""

    record = SelectField(_l("属于哪个项目或民生工程"), validators=[required(_l("请选一个"))])
    kind = SelectField(_l("文件种类"), validators=[required(_l("请选一种"))])
    title = StringField(_l("文件名称"), validators=[required(_l("请写文件名称")), length(most=200)])
    dated = DateField(_l("文件日期"))
    file = FileField(_l("文件"))

    def __init__(self, programmes: Iterable[Programme], projects: Iterable[Project], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._records: dict[str, Programme | Project] = {}
        self._records |= {f"programme:{one.slug}": one for one in programmes}
        self._records |= {f"project:{one.slug}": one for one in projects}
        self.record.choices = [
            ("", _("请选择")),
            *((value, plain_record_text(one.title)) for value, one in self._records.items()),
        ]
        self.kind.choices = [("", _("请选择")), *((kind.value, word(kind)) for kind in DocumentKind)]
        self.file.flags.required = True
        self.stored: StoredDocument | None = None

    def chosen_record(self) -> Programme | Project:
        """Return the record that was chosen."""
        return self._records[str(self.record.data)]

    def description(self) -> Description:
        """Return what was written about the file."""
        return Description((self.title.data or "").strip(), DocumentKind(self.kind.data), self.dated.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the words first, and put a good file into the store only where they are right."""
        is_valid = super().validate(extra_validators)
        if not (self.file.data and self.file.data.filename):
            self.file.errors = [_("请选要公开的文件")]
            return False
        if not is_valid:
            self.file.errors = [_("请再选一次文件：其他内容改好以前没有保存它")]
            return False
        try:
            self.stored = services().documents.add(self.file.data.stream)
        except InvalidFileError as error:
            self.file.errors = [file_message(error.reason)]
            return False
        return True


def file_message(reason: str) -> str:
    """Return in words why a file cannot be published, and what to do."""
    messages = {
        "too_large": _("文件超过 20 MB，请拆成几份或压缩图片"),
        "unknown_type": _("只收 PDF、Word（docx）、Excel（xlsx）和扫描图片（JPEG、PNG）"),
        "old_or_encrypted": _("这是旧格式或加了密码的文件；请另存为 docx、xlsx 或 PDF，去掉密码"),
        "encrypted": _("文件加了密码，居民打不开；请去掉密码后再传"),
        "macros": _("文件里有宏或嵌入的程序，打开有风险；请另存为 PDF"),
        "disguised": _("文件里夹带了别的内容；请重新导出一份"),
        "bomb": _("文件展开后太大，不能收"),
        "too_many_pixels": _("图片尺寸太大，请先缩小"),
        "broken": _("文件打不开，可能已经损坏；请重新导出一份"),
    }
    return messages.get(reason, messages["broken"])


class PublishDocumentForm(Form):
    """The second person's signature."""


class DiscardForm(Form):
    """Throwing a draft away."""


class WithdrawDocumentForm(Form):
    """Why a document is taken back, for everyone to read."""

    reason = TextAreaField(_l("为什么撤回（公开）"), validators=[required(_l("请写明为什么撤回")), length(most=500)])
