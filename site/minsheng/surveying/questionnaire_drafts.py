"""Questions as staff write them, before they are stored: plain values, and what keeps them from being asked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from minsheng.surveying.questionnaires import (
    CLOSED_TYPES,
    PROGRAMME,
    Question,
    QuestionnaireVersion,
    QuestionRole,
    QuestionType,
)

LONGEST_TEXT = 500
LONGEST_OPTION = 120
MOST_OPTIONS = 60
MOST_QUESTIONS = 200
LANGUAGES = ("zh_Hant", "en")
"""Languages that texts are translated into; they are written in Simplified Chinese."""
KEY = re.compile(r"[a-z0-9][a-z0-9_]{0,39}")
ONE_CHOICE = frozenset({QuestionType.SCALE, QuestionType.SINGLE})
ABOUT_PEOPLE = frozenset({QuestionRole.AREA, QuestionRole.AGE_BAND, QuestionRole.SEX})
"""Roles that weighting reads: a questionnaire has one question for each at most."""

Texts = Mapping[str, str]


@dataclass(frozen=True)
class OptionDraft:
    """An answer to choose. ``is_substantive`` is false for "don't know" and "does not concern me"."""

    key: str
    text: str
    translations: Texts = field(default_factory=dict)
    is_substantive: bool = True


@dataclass(frozen=True)
class QuestionDraft:
    """A question as written. The fields are those of ``Question``; ``show_if`` is split in two."""

    key: str
    type: QuestionType
    text: str
    role: QuestionRole = QuestionRole.OTHER
    translations: Texts = field(default_factory=dict)
    hint: str = ""
    hint_translations: Texts = field(default_factory=dict)
    matrix: str = ""
    matrix_text: str = ""
    matrix_translations: Texts = field(default_factory=dict)
    standard: str = ""
    programme: str = ""
    is_required: bool = True
    show_if_question: str = ""
    show_if_options: tuple[str, ...] = ()
    options: tuple[OptionDraft, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Whether it is answered by choosing."""
        return self.type in CLOSED_TYPES


@dataclass(frozen=True)
class Fault:
    """What keeps a question from being asked: the field it concerns and a code for the faces to word."""

    question: str
    field: str
    code: str


class FaultyQuestionsError(ValueError):
    """Questions that cannot be asked as they are; ``faults`` says why, question by question."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(f"{one.question}.{one.field}: {one.code}" for one in faults))
        self.faults = tuple(faults)


def drafts_of(version: QuestionnaireVersion) -> list[QuestionDraft]:
    """Return a version's questions in order."""
    return [draft_of(question) for question in version.questions]


def draft_of(question: Question) -> QuestionDraft:
    """Return a stored question as it would be written."""
    wanted = question.show_if.get("options", [])
    return QuestionDraft(
        key=question.key,
        type=question.type,
        text=question.text,
        role=question.role,
        translations=dict(question.translations),
        hint=question.hint,
        hint_translations=dict(question.hint_translations),
        matrix=question.matrix,
        matrix_text=question.matrix_text,
        matrix_translations=dict(question.matrix_translations),
        standard=question.standard,
        programme=question.programme,
        is_required=question.is_required,
        show_if_question=str(question.show_if.get("question", "")),
        show_if_options=tuple(str(key) for key in wanted) if isinstance(wanted, list) else (),
        options=tuple(
            OptionDraft(option.key, option.text, dict(option.translations), option.is_substantive)
            for option in question.options
        ),
    )


def blocks(drafts: Sequence[QuestionDraft]) -> list[list[QuestionDraft]]:
    """Return the questions in order, neighbouring rows of one matrix together."""
    grouped: list[list[QuestionDraft]] = []
    for draft in drafts:
        if draft.matrix and grouped and grouped[-1][0].matrix == draft.matrix:
            grouped[-1].append(draft)
        else:
            grouped.append([draft])
    return grouped


def moved(drafts: Sequence[QuestionDraft], key: str, up: bool) -> list[QuestionDraft]:
    """Return the questions with one moved by a place: a row within its matrix, at the edge of it the whole matrix."""
    grouped = blocks(drafts)
    step = -1 if up else 1
    place = next((at for at, block in enumerate(grouped) if any(draft.key == key for draft in block)), None)
    if place is None:
        return list(drafts)
    block = grouped[place]
    row = next(at for at, draft in enumerate(block) if draft.key == key)
    if 0 <= row + step < len(block):
        block[row], block[row + step] = block[row + step], block[row]
    elif 0 <= place + step < len(grouped):
        grouped[place], grouped[place + step] = grouped[place + step], grouped[place]
    return [draft for each in grouped for draft in each]


def put(drafts: Sequence[QuestionDraft], draft: QuestionDraft, replacing: str = "") -> list[QuestionDraft]:
    """Return the questions with one added, or changed in its place; a new row of a matrix joins its rows.

    Conditions that name the replaced question by its former key follow it.
    """
    if replacing:
        changed = [draft if one.key == replacing else one for one in drafts]
        return [
            replace(one, show_if_question=draft.key) if one.show_if_question == replacing else one for one in changed
        ]
    rows = [place for place, one in enumerate(drafts) if draft.matrix and one.matrix == draft.matrix]
    place = rows[-1] + 1 if rows else len(drafts)
    return [*drafts[:place], draft, *drafts[place:]]


def check(drafts: Sequence[QuestionDraft]) -> None:
    """Raise ``FaultyQuestionsError`` unless all of these can be asked, one after the other."""
    faults = [fault for place, draft in enumerate(drafts) for fault in _faults(draft, drafts[:place])]
    if len(drafts) > MOST_QUESTIONS:
        faults.append(Fault(drafts[-1].key, "key", "too_many_questions"))
    if faults:
        raise FaultyQuestionsError(faults)


def _faults(draft: QuestionDraft, earlier: Sequence[QuestionDraft]) -> Iterator[Fault]:
    """Yield what is wrong with a question that follows some others."""
    found = [
        *_faults_of_texts(draft),
        *_faults_of_options(draft),
        *_faults_of_condition(draft, earlier),
        *_faults_beside(draft, earlier),
        *_faults_of_programme(draft, earlier),
        *_faults_of_row(draft, earlier),
    ]
    for name, code in found:
        yield Fault(draft.key, name, code)


def _faults_of_texts(draft: QuestionDraft) -> Iterator[tuple[str, str]]:
    if not KEY.fullmatch(draft.key):
        yield "key", "bad_key"
    if not draft.text.strip():
        yield "text", "required"
    for name in ("text", "hint", "matrix_text"):
        if len(getattr(draft, name)) > LONGEST_TEXT:
            yield name, "too_long"
    for name in ("translations", "hint_translations", "matrix_translations"):
        if any(len(text) > LONGEST_TEXT for text in getattr(draft, name).values()):
            yield name, "too_long"
    if draft.standard and not KEY.fullmatch(draft.standard):
        yield "standard", "bad_key"


def _faults_of_options(draft: QuestionDraft) -> Iterator[tuple[str, str]]:
    keys = [option.key for option in draft.options]
    if draft.is_closed and len(keys) < 2:
        yield "options", "too_few_options"
    if not draft.is_closed and keys:
        yield "options", "options_of_open"
    if len(keys) > MOST_OPTIONS:
        yield "options", "too_many_options"
    if len(set(keys)) < len(keys):
        yield "options", "same_key"
    for option in draft.options:
        texts = (option.text, *option.translations.values())
        if not KEY.fullmatch(option.key):
            yield "options", "bad_key"
        if not option.text.strip():
            yield "options", "required"
        if any(len(text) > LONGEST_OPTION for text in texts):
            yield "options", "too_long"


def _faults_of_condition(draft: QuestionDraft, earlier: Sequence[QuestionDraft]) -> Iterator[tuple[str, str]]:
    if not draft.show_if_question and not draft.show_if_options:
        return
    asked = next((one for one in earlier if one.key == draft.show_if_question), None)
    if asked is None or not asked.is_closed:
        yield "show_if", "not_earlier"
    elif not draft.show_if_options:
        yield "show_if", "no_options"
    elif not set(draft.show_if_options) <= {option.key for option in asked.options}:
        yield "show_if", "unknown_option"


def _faults_beside(draft: QuestionDraft, earlier: Sequence[QuestionDraft]) -> Iterator[tuple[str, str]]:
    """Yield what does not go with the questions before: the key and the role."""
    if any(one.key == draft.key for one in earlier):
        yield "key", "same_key"
    if draft.role is not QuestionRole.OTHER and draft.type not in ONE_CHOICE:
        yield "role", "needs_one_choice"
    if draft.role in ABOUT_PEOPLE and any(one.role is draft.role for one in earlier):
        yield "role", "role_taken"


def _faults_of_programme(draft: QuestionDraft, earlier: Sequence[QuestionDraft]) -> Iterator[tuple[str, str]]:
    """Yield what does not go with the programme asked about: each has one question, and a key names no other one."""
    if draft.key.startswith(PROGRAMME) and draft.programme != draft.key.removeprefix(PROGRAMME):
        yield "key", "key_names_programme"
    if not draft.programme:
        return
    if not KEY.fullmatch(draft.programme):
        yield "programme", "bad_key"
    if draft.type not in ONE_CHOICE:
        yield "programme", "needs_one_choice"
    if any(one.programme == draft.programme for one in earlier):
        yield "programme", "programme_taken"


def _faults_of_row(draft: QuestionDraft, earlier: Sequence[QuestionDraft]) -> Iterator[tuple[str, str]]:
    """Yield what keeps a question from standing in its matrix: the rows before have the same answers."""
    if not draft.matrix:
        return
    if not KEY.fullmatch(draft.matrix):
        yield "matrix", "bad_key"
    if draft.type not in ONE_CHOICE:
        yield "matrix", "needs_one_choice"
    row = next((one for one in earlier if one.matrix == draft.matrix), None)
    if row is None:
        return
    if earlier[-1].matrix != draft.matrix:
        yield "matrix", "apart"
    if [option.key for option in row.options] != [option.key for option in draft.options] or row.type is not draft.type:
        yield "matrix", "other_options"
    if (row.show_if_question, row.show_if_options) != (draft.show_if_question, draft.show_if_options):
        yield "show_if", "other_condition"
