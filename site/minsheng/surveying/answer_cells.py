"""What a cell of a table of answers says about its question: options by number, key or text, a number, or words."""

import re

from minsheng.surveying import surveys
from minsheng.surveying.answer_tables import BROKEN
from minsheng.surveying.questionnaires import CLOSED_TYPES, Question, QuestionType
from minsheng.surveying.surveys import TEXT_LIMITS
from minsheng.tables.wording import squeezed

_SEVERAL = re.compile(r"[;；、,，\n|]+")


def labels_of(question: Question) -> dict[str, str]:
    """Return what may stand for each option: its number, key, or text in any language.

    Where a text is itself a number, numbers mean texts and nothing else.
    """
    texts = {
        _folded(text): option.key
        for option in question.options
        for text in (option.text, *option.translations.values())
        if text
    }
    if any(text.isdigit() for text in texts):
        return texts
    keys = {option.key: option.key for option in question.options}
    numbers = {str(place): option.key for place, option in enumerate(question.options, start=1)}
    return {**keys, **numbers, **texts}


def read_cell(question: Question, labels: dict[str, str], text: str) -> tuple[str, list[str]]:
    """Return a reason why a cell is no answer, or the answer; ``labels`` are those of ``labels_of``.

    Reasons are ``broken_formula``, ``unknown_option``, ``one_only``, ``not_a_number`` and ``too_long``.
    """
    if text.startswith(BROKEN) and text[1:2].isalpha():
        return "broken_formula", []
    if question.type in CLOSED_TYPES:
        return _options(question, labels, text)
    if question.type is QuestionType.NUMBER:
        return ("", [text]) if surveys.read_number(text) is not None else ("not_a_number", [])
    return ("", [text]) if len(text) <= TEXT_LIMITS[question.type] else ("too_long", [])


def _options(question: Question, labels: dict[str, str], text: str) -> tuple[str, list[str]]:
    whole = labels.get(_folded(text))
    pieces = [text] if whole else [piece for piece in _SEVERAL.split(text) if piece.strip()]
    chosen = [labels.get(_folded(piece), "") for piece in pieces]
    if not chosen or not all(chosen):
        return "unknown_option", []
    distinct = list(dict.fromkeys(chosen))
    if len(distinct) > 1 and question.type is not QuestionType.MULTIPLE:
        return "one_only", []
    return "", distinct


def _folded(text: str) -> str:
    return squeezed(text).casefold()
