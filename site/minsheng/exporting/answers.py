"""The answers of a closed survey as a table: one row for a person, in an order that tells nothing.

Left out for good: name, phone, address, exact time, invitation, browser, and free text, which nobody has
reviewed. A row has no number that leads back to the database.
"""

import datetime as dt
from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from minsheng.errors import SealedError
from minsheng.surveying.questionnaires import CLOSED_TYPES, Question, QuestionType
from minsheng.surveying.surveys import Answer, Response, Wave

ABOUT = (
    "export_number",
    "wave",
    "questionnaire_version",
    "channel",
    "division_code",
    "week",
)
"""What stands before the answers; where people live and how old they are stands among the answers."""
CODEBOOK_HEADING = ("column", "question", "type", "role", "shown_if", "value", "meaning", "counts_as_opinion")
CHUNK = 500


def exported_questions(wave: Wave) -> list[Question]:
    """Return the questions whose answers leave the site: all but free text."""
    return [one for one in wave.version.questions if one.type in CLOSED_TYPES or one.type is QuestionType.NUMBER]


def columns(wave: Wave) -> list[str]:
    """Return the heading of the table: a column for each question, and one for each option of a multiple choice."""
    names = [*ABOUT]
    for question in exported_questions(wave):
        if question.type is QuestionType.MULTIPLE:
            names.extend(option_column(question, option.key) for option in question.options)
        else:
            names.append(question_column(question))
    return names


def answer_rows(session: Session, wave: Wave, number: str, as_of: dt.date) -> Iterator[Sequence[str]]:
    """Return heading and rows, in the order of random tickets, which are not part of the table.

    Every row carries the ``number`` of the export, so that a copy tells where it comes from. Raises
    ``SealedError`` at once, before the first row, while the wave can still take answers.
    """
    if not wave.has_closed(as_of):
        raise SealedError
    return _rows(session, wave, number)


def codebook_rows(wave: Wave) -> Iterator[Sequence[str]]:
    """Yield heading and rows that say what each column and each value means."""
    yield CODEBOOK_HEADING
    for question in exported_questions(wave):
        shown_if = _condition(question)
        column = question_column(question)
        about = (question.text, question.type.value, question.role.value, shown_if)
        if question.type is QuestionType.NUMBER:
            yield (column, *about, "", "", "")
        for option in question.options:
            opinion = "1" if option.is_substantive else "0"
            if question.type is QuestionType.MULTIPLE:
                yield (option_column(question, option.key), *about, "1", option.text, opinion)
            else:
                yield (column, *about, option.key, option.text, opinion)


def _rows(session: Session, wave: Wave, number: str) -> Iterator[Sequence[str]]:
    yield columns(wave)
    questions = exported_questions(wave)
    version = f"{wave.version.questionnaire.slug} v{wave.version.number}"
    query = (
        sa.select(Response)
        .where(Response.wave_id == wave.id)
        .options(selectinload(Response.division), selectinload(Response.answers).selectinload(Answer.option))
        .order_by(Response.ticket)
        .execution_options(yield_per=CHUNK)
    )
    for response in session.scalars(query):
        about = [
            number,
            wave.slug,
            version,
            response.channel.value,
            response.division.code if response.division else "",
            response.week,
        ]
        yield [*about, *_answers(response, questions)]


def _answers(response: Response, questions: Sequence[Question]) -> Iterator[str]:
    given: dict[int, list[Answer]] = {}
    for answer in response.answers:
        given.setdefault(answer.question_id, []).append(answer)
    for question in questions:
        answers = given.get(question.id, [])
        chosen = {answer.option.key for answer in answers if answer.option is not None}
        if question.type is QuestionType.MULTIPLE:
            # Nobody who was not asked has said no.
            for option in question.options:
                yield ("1" if option.key in chosen else "0") if answers else ""
        elif question.type is QuestionType.NUMBER:
            yield format(answers[0].number, "f") if answers and answers[0].number is not None else ""
        else:
            yield next(iter(chosen), "")


def question_column(question: Question) -> str:
    """Return the column of a question: its key, with ``q_`` before it where a column before the answers has it."""
    return f"q_{question.key}" if question.key in ABOUT else question.key


def option_column(question: Question, option: str) -> str:
    """Return the column of one option of a multiple choice."""
    return f"{question.key}:{option}"


def _condition(question: Question) -> str:
    options = question.show_if.get("options") if question.show_if else None
    return f"{question.show_if['question']} in {options}" if isinstance(options, list) else ""
