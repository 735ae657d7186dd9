"""The library of standard questions: the same words in every place and year, so that answers can be compared."""

import functools
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from minsheng.surveying.questionnaire_drafts import QuestionDraft, check
from minsheng.surveying.questionnaire_files import read_question

FILE = Path(__file__).with_name("standard_questions.toml")


@dataclass(frozen=True)
class StandardQuestion:
    """A question of the library. ``topic`` groups them; ``source`` says where the wording comes from, ``why`` what
    it is good for."""

    question: QuestionDraft
    topic: str
    source: str
    why: str


@functools.cache
def standard_questions() -> dict[str, StandardQuestion]:
    """Return the library by key, in its order. Raises ``ValueError`` for a library that does not fit its schema."""
    held = tomllib.loads(FILE.read_text(encoding="utf-8"))
    scales: dict[str, list[dict[str, Any]]] = {name: _options(rows) for name, rows in held["options"].items()}
    library = {}
    for entry in held["question"]:
        about = {name: entry.pop(name) for name in ("topic", "source", "why")}
        options = entry.pop("options", "")
        plain = {
            **{name: value for name, value in entry.items() if name not in {"zh", "zh_Hant", "en"}},
            **_texts(entry),
            "standard": entry["key"],
            "options": scales[options] if options else [],
        }
        question = read_question(plain, str(entry["key"]))
        library[question.key] = StandardQuestion(question, **about)
    check([one.question for one in library.values()])
    return library


def _options(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"key": row["key"], **_texts(row), "is_substantive": row.get("substantive", True)} for row in rows]


def _texts(entry: dict[str, Any]) -> dict[str, Any]:
    return {"text": entry["zh"], "translations": {name: entry[name] for name in ("zh_Hant", "en")}}


def honest(draft: QuestionDraft) -> QuestionDraft:
    """Return the question without the library's name where it is not, or no longer, asked in the library's words."""
    known = standard_questions().get(draft.standard)
    if known is None or _asked(known.question) != _asked(draft):
        return replace(draft, standard="")
    return draft


def _asked(draft: QuestionDraft) -> tuple[object, ...]:
    """Return what answers to a question depend on."""
    options = [(option.key, option.text, option.is_substantive) for option in draft.options]
    return draft.type, draft.text, draft.matrix_text, options
