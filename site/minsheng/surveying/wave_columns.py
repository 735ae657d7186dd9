"""How the questions of a wave are called in its results: the names that schemes ask for, and the codebook."""

from collections.abc import Iterator

from minsheng.opinion.package import CodebookRow
from minsheng.opinion.responses import DESIGN_COLUMNS
from minsheng.surveying.questionnaires import Option, Question, QuestionnaireVersion, QuestionRole, QuestionType

CHOSEN, NOT_CHOSEN = "chosen", "not_chosen"
"""What stands in the column of one option of a multiple choice."""

NAMED_ROLES = (
    QuestionRole.SATISFACTION,
    QuestionRole.AWARENESS,
    QuestionRole.TOLD_WHAT_TO_ANSWER,
    QuestionRole.AREA,
    QuestionRole.AGE_BAND,
    QuestionRole.SEX,
)
"""Roles whose first question carries the role's name in the results, whatever its own key is."""


def column_names(version: QuestionnaireVersion) -> dict[int, str]:
    """Return the name of each question's column, by the question's id; free text and numbers have none.

    The first question of a role such as satisfaction is called after it, one from the library after the library's,
    any other by its key; a name that another question has for its key is left to that one. A question with the
    name of a design column gets ``q_`` before it.
    """
    names: dict[int, str] = {}
    keys = {question.key for question in version.questions}
    taken: set[str] = set()
    for question in tabulated(version):
        # A question about one programme never speaks for all of them.
        is_named = question.role in NAMED_ROLES and not question.programme
        wanted = [question.role.value] if is_named else []
        wanted += [question.standard] if question.standard else []
        free = [name for name in wanted if name not in taken and (name == question.key or name not in keys)]
        name = free[0] if free else question.key
        taken.add(name)
        names[question.id] = f"q_{name}" if name in DESIGN_COLUMNS else name
    return names


def tabulated(version: QuestionnaireVersion) -> list[Question]:
    """Return the questions with options, in order: the others hold words or numbers that could name a person."""
    return [question for question in version.questions if question.options]


def option_column(name: str, option: Option) -> str:
    """Return the column of one option of a multiple choice."""
    return f"{name}:{option.key}"


def codebook(version: QuestionnaireVersion) -> Iterator[CodebookRow]:
    """Yield a row for every value that the columns may hold."""
    names = column_names(version)
    for question in tabulated(version):
        name, role, programme = names[question.id], question.role.value, question.programme
        for option in question.options:
            if question.type is QuestionType.MULTIPLE:
                column, text = option_column(name, option), f"{question.text} {option.text}"
                yield CodebookRow(column, role, "", text, CHOSEN, "选了")
                yield CodebookRow(column, role, "", text, NOT_CHOSEN, "没选")
            else:
                yield CodebookRow(name, role, programme, question.text, option.key, option.text)
