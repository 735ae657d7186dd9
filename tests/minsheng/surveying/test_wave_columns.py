"""What the questions of a wave are called in its results."""

from sqlalchemy.orm import Session

from minsheng.surveying.questionnaires import (
    Option,
    Question,
    Questionnaire,
    QuestionnaireVersion,
    QuestionRole,
    QuestionType,
)
from minsheng.surveying.wave_columns import codebook, column_names


def version(session: Session, *questions: Question) -> QuestionnaireVersion:
    made = QuestionnaireVersion(questionnaire=Questionnaire(slug="q", title="问卷"), number=1)
    for position, question in enumerate(questions):
        question.position = position
        made.questions.append(question)
    session.add(made)
    session.flush()
    return made


def question(
    key: str, role: QuestionRole = QuestionRole.OTHER, kind: QuestionType = QuestionType.SCALE, **given: str
) -> Question:
    options = [Option(position=place, key=name, text=name) for place, name in enumerate(("yes", "no"))]
    is_open = kind in {QuestionType.NUMBER, QuestionType.LONG_TEXT}
    return Question(key=key, role=role, type=kind, text=f"{key}？", options=[] if is_open else options, **given)


def names(made: QuestionnaireVersion) -> list[str]:
    found = column_names(made)
    return [found.get(one.id, "—") for one in made.questions]


def test_the_first_question_of_a_role_is_called_after_it(session: Session) -> None:
    made = version(
        session,
        question("overall", QuestionRole.SATISFACTION),
        question("again", QuestionRole.SATISFACTION),
        question("age", QuestionRole.AGE_BAND),
        question("other"),
    )
    assert names(made) == ["satisfaction", "again", "age_band", "other"]


def test_a_name_that_another_question_has_for_its_key_is_left_to_it(session: Session) -> None:
    made = version(session, question("first", QuestionRole.SATISFACTION), question("satisfaction"))
    assert names(made) == ["first", "satisfaction"]


def test_questions_from_the_library_are_called_after_it(session: Session) -> None:
    made = version(
        session, question("q7", standard="satisfaction_quality"), question("q8", standard="satisfaction_quality")
    )
    assert names(made) == ["satisfaction_quality", "q8"]


def test_programmes_design_columns_and_open_questions(session: Session) -> None:
    made = version(
        session,
        question("programme_roads", QuestionRole.SATISFACTION, programme="roads"),
        question("overall", QuestionRole.SATISFACTION),
        question("channel"),
        question("people", kind=QuestionType.NUMBER),
        question("words", kind=QuestionType.LONG_TEXT),
    )
    assert names(made) == ["programme_roads", "satisfaction", "q_channel", "—", "—"]
    assert {row.programme for row in codebook(made)} == {"roads", ""}


def test_each_option_of_a_multiple_choice_has_a_column(session: Session) -> None:
    made = version(session, question("heard", kind=QuestionType.MULTIPLE))
    assert [(row.question, row.option) for row in codebook(made)] == [
        ("heard:yes", "chosen"),
        ("heard:yes", "not_chosen"),
        ("heard:no", "chosen"),
        ("heard:no", "not_chosen"),
    ]
