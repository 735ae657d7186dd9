"""Forms of the questionnaire builder."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, FieldList, FileField, FormField, HiddenField, SelectField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.validators import Regexp

from admin.surveying.questionnaire_words import FAULTS
from minsheng.records.places import Division
from minsheng.surveying.question_library import honest
from minsheng.surveying.questionnaire_drafts import (
    KEY,
    LONGEST_OPTION,
    LONGEST_TEXT,
    MOST_OPTIONS,
    Fault,
    OptionDraft,
    QuestionDraft,
)
from minsheng.surveying.questionnaire_files import LONGEST_FILE, LONGEST_INTRODUCTION, LONGEST_TITLE
from minsheng.surveying.questionnaires import PROGRAMME, QuestionRole, QuestionType
from pages.forms import CheckboxesField, Form, choices, length, required, word_choices
from pages.language import gettext as _
from pages.language import lazy_gettext as _l

SPARE_ROWS = 3
FIELD_OF_FAULT = {
    "translations": "text_en",
    "hint_translations": "hint_en",
    "matrix_translations": "matrix_text_en",
    "standard": "key",
}


class PlaceForm(Form):
    """A questionnaire's address and whose it is."""

    slug = StringField(
        _l("网址里的名字"),
        [
            required(_l("请填名字")),
            length(3, 60),
            Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", message=_l("只能用小写字母、数字和短横线")),
        ],
    )
    division = SelectField(_l("属于哪里"))

    def __init__(self, divisions: Sequence[Division], is_everywhere: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        anywhere = [("", _("各地通用"))] if is_everywhere else []
        self.division.choices = choices([*anywhere, *((one.code, one.full_name) for one in divisions)])


class NewForm(PlaceForm):
    """An empty questionnaire, or one with the library's yearly questions."""

    title = StringField(_l("名称"), [required(_l("请填名称")), length(2, LONGEST_TITLE)])
    with_library = BooleanField(_l("先放进标准题库的题目，再按需要增减"), default=True)


class ImportForm(PlaceForm):
    """A questionnaire as a file of ours."""

    file = FileField(_l("问卷文件"), [required(_l("请选文件"))])

    def content(self) -> bytes:
        """Return what was sent, a byte more than may be at most."""
        return bytes(self.file.data.read(LONGEST_FILE + 1))


class AboutForm(Form):
    """What stands above the questions."""

    seen = HiddenField()
    title = StringField(_l("名称"), [required(_l("请填名称")), length(2, LONGEST_TITLE)])
    introduction = TextAreaField(_l("开头的说明"), [length(-1, LONGEST_INTRODUCTION)])


class ActForm(Form):
    """A button that changes the questions; ``seen`` is the hash of those that stood beside it."""

    seen = HiddenField()


class OptionRow(PlainForm):
    """One answer to choose. An empty row is none."""

    text = StringField(_l("选项"), [length(-1, LONGEST_OPTION)])
    en = StringField(_l("英文"), [length(-1, LONGEST_OPTION)])
    zh_Hant = StringField(_l("繁体中文"), [length(-1, LONGEST_OPTION)])  # noqa: N815 - named as the language is
    key = StringField(_l("代码"), [length(-1, 40)])
    no_opinion = BooleanField(_l("不算意见"))


class QuestionForm(Form):
    """A question with its answers. Faults of the domain are put beside the control that they concern."""

    seen = HiddenField()
    standard = HiddenField()
    text = TextAreaField(_l("题目"), [required(_l("请写题目")), length(-1, LONGEST_TEXT)])
    text_en = TextAreaField(_l("英文"), [length(-1, LONGEST_TEXT)])
    text_zh_Hant = TextAreaField(_l("繁体中文"), [length(-1, LONGEST_TEXT)])  # noqa: N815 - named as the language is
    type = SelectField(_l("怎么答"), [required()])
    role = SelectField(_l("用来算什么"), [required()])
    programme = SelectField(_l("问的是哪一项民生工程"))
    new_programme = StringField(_l("不在上面的，另写代码"), [length(-1, 40)])
    is_required = BooleanField(_l("必须回答"))
    options = FieldList(FormField(OptionRow), max_entries=MOST_OPTIONS)
    hint = StringField(_l("提示"), [length(-1, LONGEST_TEXT)])
    hint_en = StringField(_l("提示的英文"), [length(-1, LONGEST_TEXT)])
    hint_zh_Hant = StringField(_l("提示的繁体中文"), [length(-1, LONGEST_TEXT)])  # noqa: N815 - likewise
    show_if = CheckboxesField(_l("选了这些才问"))
    matrix = StringField(_l("矩阵的代码"), [length(-1, 40)])
    matrix_text = StringField(_l("矩阵共同的题目"), [length(-1, LONGEST_TEXT)])
    matrix_text_en = StringField(_l("共同题目的英文"), [length(-1, LONGEST_TEXT)])
    matrix_text_zh_Hant = StringField(_l("共同题目的繁体中文"), [length(-1, LONGEST_TEXT)])  # noqa: N815 - likewise
    key = StringField(_l("代码"), [length(-1, 40)])

    def __init__(self, others: Sequence[QuestionDraft], programmes: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        named = ((code, _("%(name)s（%(code)s）", name=name, code=code)) for code, name in programmes.items())
        self.programme.choices = choices([("", _("不专问哪一项")), *named])
        self.type.choices = word_choices(QuestionType)
        self.role.choices = word_choices(QuestionRole)
        self.show_if.choices = choices(
            (f"{one.key}:{option.key}", _("%(question)s → %(option)s", question=one.text, option=option.text))
            for one in others
            if one.is_closed
            for option in one.options
        )
        self._keys = {one.key for one in others}

    @classmethod
    def showing(
        cls, others: Sequence[QuestionDraft], programmes: Mapping[str, str], draft: QuestionDraft, seen: str
    ) -> "QuestionForm":
        """Return the form with a question's values."""
        plain = {
            name: getattr(draft, name)
            for name in ("standard", "text", "hint", "matrix", "matrix_text", "programme", "key", "is_required")
        }
        rows = [
            {
                "text": option.text,
                "key": option.key,
                "no_opinion": not option.is_substantive,
                **option.translations,
            }
            for option in draft.options
        ]
        values = {
            **plain,
            **_by_language("text", draft.translations),
            **_by_language("hint", draft.hint_translations),
            **_by_language("matrix_text", draft.matrix_translations),
            "seen": seen,
            "type": draft.type.value,
            "role": draft.role.value,
            "options": rows,
            "show_if": [f"{draft.show_if_question}:{key}" for key in draft.show_if_options],
        }
        form = cls(others, programmes, formdata=None, data=values)
        form.add_rows()
        return form

    def add_rows(self) -> None:
        """Offer some empty rows for more answers."""
        for _number in range(min(SPARE_ROWS, MOST_OPTIONS - len(self.options))):
            self.options.append_entry()

    def draft(self) -> QuestionDraft:
        """Return what was typed as a question; keys that were left empty are made up."""
        wanted = [str(one).partition(":") for one in self.show_if.data or ()]
        asked = wanted[0][0] if wanted else ""
        kind = QuestionType(self.type.data)
        programme = _clean(self.new_programme.data) or _clean(self.programme.data)
        return honest(
            QuestionDraft(
                key=_clean(self.key.data) or self._free_key(programme),
                type=kind,
                text=_clean(self.text.data),
                role=QuestionRole(self.role.data),
                translations=self._translations("text"),
                hint=_clean(self.hint.data),
                hint_translations=self._translations("hint"),
                matrix=_clean(self.matrix.data),
                matrix_text=_clean(self.matrix_text.data),
                matrix_translations=self._translations("matrix_text"),
                standard=_clean(self.standard.data),
                programme=programme,
                is_required=bool(self.is_required.data),
                show_if_question=asked,
                # A condition rests on one question: choices of another one say so by not being among its options.
                show_if_options=tuple(key if question == asked else "" for question, _colon, key in wanted),
                options=tuple(self._options()),
            )
        )

    def note(self, faults: Sequence[Fault]) -> None:
        """Put faults beside the controls; those of other questions concern the whole form."""
        key = _clean(self.key.data)
        for fault in faults:
            name = FIELD_OF_FAULT.get(fault.field, fault.field)
            if name == "programme" and _clean(self.new_programme.data):
                name = "new_programme"
            field = self._fields.get(name, self.key)
            if (key and fault.question != key) or name == "options":
                self.form_errors.append(
                    _("%(question)s：%(problem)s", question=fault.question, problem=str(FAULTS[fault.code]))
                    if key and fault.question != key
                    else _("选项：%(problem)s", problem=str(FAULTS[fault.code]))
                )
            else:
                field.errors = [*field.errors, str(FAULTS[fault.code])]

    def _translations(self, name: str) -> dict[str, str]:
        held = {language: _clean(self[f"{name}_{language}"].data) for language in ("en", "zh_Hant")}
        return {language: text for language, text in held.items() if text}

    def _options(self) -> list[OptionDraft]:
        rows = [row.form for row in self.options if any(_clean(row.form[name].data) for name in ("text", "en", "key"))]
        taken = {_clean(row.key.data) for row in rows}
        options = []
        for row in rows:
            key = _clean(row.key.data) or _free("option", taken)
            taken.add(key)
            translations = {"en": _clean(row.en.data), "zh_Hant": _clean(row.zh_Hant.data)}
            options.append(
                OptionDraft(
                    key,
                    _clean(row.text.data),
                    {language: text for language, text in translations.items() if text},
                    not row.no_opinion.data,
                )
            )
        return options

    def _free_key(self, programme: str) -> str:
        """Return a key that is not taken: the programme's own where there is one."""
        told = f"{PROGRAMME}{programme}"
        return told if programme and told not in self._keys and KEY.fullmatch(told) else _free("question", self._keys)


def _by_language(name: str, translations: Any) -> dict[str, str]:
    return {f"{name}_{language}": translations.get(language, "") for language in ("en", "zh_Hant")}


def _clean(text: object) -> str:
    return str(text or "").strip()


def _free(name: str, taken: set[str]) -> str:
    """Return a key that is not taken."""
    return next(key for number in range(1, len(taken) + 2) if (key := f"{name}_{number}") not in taken)
