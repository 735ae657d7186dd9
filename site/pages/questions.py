"""Questions as they are shown, on a screen or on paper: numbered, in the reader's language, conditions in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minsheng.surveying.questionnaire_drafts import ONE_CHOICE
from minsheng.surveying.questionnaires import Question, QuestionnaireVersion
from pages.language import current_language, plain_record_text
from pages.language import gettext as _


@dataclass(frozen=True)
class Asked:
    """What is asked at once: a question, or the rows of a matrix. ``condition`` tells in words when to answer it."""

    number: int
    questions: Sequence[Question]
    condition: str = ""

    @property
    def first(self) -> Question:
        """The question, or the first row."""
        return self.questions[0]

    @property
    def is_required(self) -> bool:
        """Whether an answer is needed."""
        return any(question.is_required for question in self.questions)


def asked(version: QuestionnaireVersion) -> list[Asked]:
    """Return the questions of a version in order, the rows of one matrix together."""
    grouped: list[list[Question]] = []
    for question in version.questions:
        if question.matrix and grouped and grouped[-1][0].matrix == question.matrix:
            grouped[-1].append(question)
        else:
            grouped.append([question])
    numbers = {question.key: place for place, block in enumerate(grouped, 1) for question in block}
    by_key = {question.key: question for question in version.questions}
    return [Asked(place, block, _condition(block[0], numbers, by_key)) for place, block in enumerate(grouped, 1)]


def _condition(question: Question, numbers: Mapping[str, int], by_key: Mapping[str, Question]) -> str:
    """Return in words when a question is to be answered, for those who see all questions at once."""
    key = str(question.show_if.get("question", ""))
    wanted = question.show_if.get("options")
    if key not in by_key or not isinstance(wanted, list):
        return ""
    names = [in_language(option) for option in by_key[key].options if option.key in wanted]
    return _(
        "第 %(number)s 题选了%(options)s的人才答",
        number=numbers[key],
        options=_("或").join(f"“{one}”" for one in names),
    )


def in_language(record: Any) -> str:
    """Return the text of a question, option, version or wave in the reader's language, else as written."""
    written = getattr(record, "text", None) or getattr(record, "title", None) or getattr(record, "introduction", "")
    return translated(str(written or ""), record.translations)


def translated(text: str, translations: Mapping[str, str] | None) -> str:
    """Return a text in the reader's language where there is a translation, else as written."""
    return str((translations or {}).get(current_language()) or plain_record_text(text))


THE_END = 0
"""Where a jump leads when nothing more is asked."""


def jumps(blocks: Sequence[Asked]) -> dict[tuple[str, str], int]:
    """Return where to go on after an option, by the keys of question and option: a number, or ``THE_END``.

    Only options that leave out what comes next are named; with several choices allowed, none can be.
    """
    found: dict[tuple[str, str], int] = {}
    for place, block in enumerate(blocks):
        question = block.first
        if question.matrix or question.type not in ONE_CHOICE:
            continue
        for option in question.options:
            rest = [later for later in blocks[place + 1 :] if not _leaves_out(later.first, question.key, option.key)]
            following = blocks[place + 1] if place + 1 < len(blocks) else None
            if following is not None and _leaves_out(following.first, question.key, option.key):
                found[question.key, option.key] = rest[0].number if rest else THE_END
    return found


def _leaves_out(question: Question, asked_before: str, option: str) -> bool:
    """Whether a question is not asked of those who chose this option of an earlier one."""
    wanted = question.show_if.get("options")
    return question.show_if.get("question") == asked_before and isinstance(wanted, list) and option not in wanted


def asks(block: Asked) -> str:
    """Return what a block asks, in the reader's language: the question, or what the rows have in common."""
    first = block.first
    if not first.matrix:
        return in_language(first)
    if first.matrix_text:
        return translated(first.matrix_text, first.matrix_translations)
    return _("您对下面各项满意吗")
