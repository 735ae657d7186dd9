"""Questions as they are shown, on a screen or on paper: numbered, in the reader's language, conditions in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minsheng.questionnaires import Question, QuestionnaireVersion
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
