"""Questionnaires as JSON files: written so that reading gives the same back, read as if a stranger had sent them."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from minsheng.surveying.questionnaire_drafts import (
    LANGUAGES,
    LONGEST_TEXT,
    MOST_OPTIONS,
    MOST_QUESTIONS,
    OptionDraft,
    QuestionDraft,
    check,
    drafts_of,
)
from minsheng.surveying.questionnaires import PROGRAMME, QuestionnaireVersion, QuestionRole, QuestionType

Kind = TypeVar("Kind", QuestionType, QuestionRole)
FORMAT = "minsheng-questionnaire"
FORMAT_VERSION = 1
LONGEST_FILE = 500_000
"""Bytes; a questionnaire of two hundred questions in three languages has less than half of it."""
LONGEST_INTRODUCTION = 2_000
LONGEST_TITLE = 200
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What no text needs, and what turns the direction of the text around it."""

_OPTION_FIELDS = frozenset({"key", "text", "translations", "is_substantive"})
_QUESTION_FIELDS = frozenset(
    {
        "key",
        "type",
        "role",
        "text",
        "translations",
        "hint",
        "hint_translations",
        "matrix",
        "matrix_text",
        "matrix_translations",
        "standard",
        "programme",
        "is_required",
        "show_if",
        "options",
    }
)
_FILE_FIELDS = frozenset({"format", "format_version", "title", "introduction", "translations", "questions"})


class QuestionnaireFileError(ValueError):
    """A file that is no questionnaire; ``where`` is the path inside it such as ``questions[3].key``."""

    def __init__(self, where: str, code: str) -> None:
        super().__init__(f"{where}: {code}")
        self.where = where
        self.code = code


@dataclass(frozen=True)
class QuestionnaireDraft:
    """A questionnaire outside the database."""

    title: str
    introduction: str = ""
    translations: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[QuestionDraft, ...] = ()


def draft_of_version(version: QuestionnaireVersion) -> QuestionnaireDraft:
    """Return a stored version as a draft."""
    return QuestionnaireDraft(
        version.questionnaire.title, version.introduction, dict(version.translations), tuple(drafts_of(version))
    )


def write(draft: QuestionnaireDraft) -> str:
    """Return the file's text; the same questionnaire gives the same bytes."""
    content = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "title": draft.title,
        "introduction": draft.introduction,
        "translations": dict(sorted(draft.translations.items())),
        "questions": [_written(question) for question in draft.questions],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _written(draft: QuestionDraft) -> dict[str, object]:
    """Return a question as the file has it, without what is empty."""
    values: dict[str, object] = {
        "key": draft.key,
        "type": draft.type.value,
        "role": draft.role.value,
        "text": draft.text,
        "translations": dict(sorted(draft.translations.items())),
        "hint": draft.hint,
        "hint_translations": dict(sorted(draft.hint_translations.items())),
        "matrix": draft.matrix,
        "matrix_text": draft.matrix_text,
        "matrix_translations": dict(sorted(draft.matrix_translations.items())),
        "standard": draft.standard,
        "programme": draft.programme,
        "is_required": draft.is_required,
        "show_if": {"question": draft.show_if_question, "options": list(draft.show_if_options)}
        if draft.show_if_question
        else {},
        "options": [
            {
                "key": option.key,
                "text": option.text,
                "translations": dict(sorted(option.translations.items())),
                "is_substantive": option.is_substantive,
            }
            for option in draft.options
        ],
    }
    return {name: value for name, value in values.items() if value not in ("", {}, [])}


def read(data: bytes) -> QuestionnaireDraft:
    """Return the questionnaire of a file.

    Raises ``QuestionnaireFileError`` for what is not of this format, and ``FaultyQuestionsError`` for questions
    that cannot be asked.
    """
    if len(data) > LONGEST_FILE:
        raise QuestionnaireFileError("", "too_large")
    try:
        content = json.loads(data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_refuse)
    # Deep nesting ends in RecursionError; a number of thousands of digits in ValueError, as bad JSON does.
    except (ValueError, RecursionError) as error:
        raise QuestionnaireFileError("", "not_json") from error
    held = _Reader(content, "", _FILE_FIELDS)
    if held.value("format") != FORMAT or held.value("format_version") != FORMAT_VERSION:
        raise QuestionnaireFileError("format", "other_format")
    draft = QuestionnaireDraft(
        held.text("title", LONGEST_TITLE, needed=True),
        held.text("introduction", LONGEST_INTRODUCTION),
        held.texts("translations", LONGEST_INTRODUCTION),
        tuple(read_question(value, where) for value, where in held.items("questions", MOST_QUESTIONS)),
    )
    check(draft.questions)
    return draft


def read_question(value: object, where: str) -> QuestionDraft:
    """Return a question of a file or of the library; ``where`` is its place. Raises ``QuestionnaireFileError``."""
    held = _Reader(value, where, _QUESTION_FIELDS)
    condition = _Reader(held.value("show_if", {}), f"{where}.show_if", frozenset({"question", "options"}))
    key = held.text("key", needed=True)
    # Files from before the field told the programme by the key.
    told = key.removeprefix(PROGRAMME) if key.startswith(PROGRAMME) else ""
    return QuestionDraft(
        key=key,
        type=held.member(QuestionType, "type"),
        text=held.text("text", needed=True),
        role=held.member(QuestionRole, "role", QuestionRole.OTHER.value),
        translations=held.texts("translations"),
        hint=held.text("hint"),
        hint_translations=held.texts("hint_translations"),
        matrix=held.text("matrix"),
        matrix_text=held.text("matrix_text"),
        matrix_translations=held.texts("matrix_translations"),
        standard=held.text("standard"),
        programme=held.text("programme") or told,
        is_required=held.flag("is_required"),
        show_if_question=condition.text("question"),
        show_if_options=tuple(_string(one, at) for one, at in condition.items("options", MOST_OPTIONS)),
        options=tuple(_read_option(one, at) for one, at in held.items("options", MOST_OPTIONS)),
    )


def _read_option(value: object, where: str) -> OptionDraft:
    held = _Reader(value, where, _OPTION_FIELDS)
    return OptionDraft(
        held.text("key", needed=True),
        held.text("text", needed=True),
        held.texts("translations"),
        held.flag("is_substantive"),
    )


class _Reader:
    """An object of the file, whose fields are asked for by name and kind."""

    def __init__(self, value: object, where: str, known: frozenset[str]) -> None:
        self._where = where
        if not isinstance(value, dict):
            raise QuestionnaireFileError(where, "not_an_object")
        self._held: dict[str, object] = value
        strange = sorted(set(value) - known)
        if strange:
            raise QuestionnaireFileError(self._at(strange[0][:40]), "unknown_field")

    def _at(self, name: str) -> str:
        return f"{self._where}.{name}" if self._where else name

    def value(self, name: str, missing: object = None) -> object:
        """Return what stands there."""
        return self._held.get(name, missing)

    def text(self, name: str, longest: int = LONGEST_TEXT, *, needed: bool = False) -> str:
        """Return a text, empty where there is none."""
        if needed and name not in self._held:
            raise QuestionnaireFileError(self._at(name), "missing")
        return _string(self._held.get(name, ""), self._at(name), longest)

    def texts(self, name: str, longest: int = LONGEST_TEXT) -> dict[str, str]:
        """Return the translations of a text."""
        held = _Reader(self._held.get(name, {}), self._at(name), frozenset(LANGUAGES))
        return {language: held.text(language, longest) for language in held._held}

    def flag(self, name: str) -> bool:
        """Return a yes or no; yes where nothing stands."""
        value = self._held.get(name, True)
        if not isinstance(value, bool):
            raise QuestionnaireFileError(self._at(name), "not_a_flag")
        return value

    def member(self, kind: type[Kind], name: str, missing: str = "") -> Kind:
        """Return one of the words that an enumeration knows."""
        try:
            return kind(self.text(name) or missing)
        except ValueError as error:
            if isinstance(error, QuestionnaireFileError):
                raise
            raise QuestionnaireFileError(self._at(name), "unknown_word") from error

    def items(self, name: str, most: int) -> list[tuple[object, str]]:
        """Return the members of a list, each with its place."""
        value = self._held.get(name, [])
        if not isinstance(value, list):
            raise QuestionnaireFileError(self._at(name), "not_a_list")
        if len(value) > most:
            raise QuestionnaireFileError(self._at(name), "too_many")
        return [(one, f"{self._at(name)}[{place}]") for place, one in enumerate(value)]


def _string(value: object, where: str, longest: int = LONGEST_TEXT) -> str:
    if not isinstance(value, str):
        raise QuestionnaireFileError(where, "not_a_text")
    if len(value) > longest:
        raise QuestionnaireFileError(where, "too_long")
    if CONTROL.search(value):
        raise QuestionnaireFileError(where, "control_character")
    return value


def _once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    """Refuse objects that name a field twice: readers would disagree about which counts."""
    held = dict(pairs)
    if len(held) < len(pairs):
        raise ValueError("a field is named twice")
    return held


def _refuse(constant: str) -> object:
    raise ValueError(constant)
