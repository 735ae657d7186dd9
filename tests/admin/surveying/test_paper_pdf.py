"""Sheets as they are laid out: nothing beyond the page, everything large enough, and where to go on in words."""

import io
import re
from collections.abc import Iterator

import pypdfium2
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from admin.surveying import paper_pdf
from admin.surveying.paper_pdf import Sheets, sheets_pdf
from minsheng.surveying.questionnaires import Option, Question, Questionnaire, QuestionnaireVersion, QuestionType
from pages import questions
from pages.language import speaking
from pages.pen import Pen

TEXT = st.text(alphabet="满意不满意路灯修好了abc ，。（）", min_size=1, max_size=120)


def question(position: int, key: str, kind: QuestionType, texts: list[str], **given: object) -> Question:
    made = Question(
        position=position, key=key, type=kind, text=f"第{key}问", is_required=True, show_if={}, hint="", matrix=""
    )
    made.options = [Option(position=place, key=f"o{place}", text=text) for place, text in enumerate(texts)]
    for name, value in given.items():
        setattr(made, name, value)
    return made


def version(*asked: Question) -> QuestionnaireVersion:
    made = QuestionnaireVersion(
        questionnaire=Questionnaire(slug="q", title="调查"), number=1, introduction="", translations={}
    )
    made.questions = list(asked)
    return made


def filtered() -> QuestionnaireVersion:
    """Four questions: the second and third only for those who said yes to the first."""
    yes = {"question": "a", "options": ["o0"]}
    return version(
        question(0, "a", QuestionType.SINGLE, ["是", "否"]),
        question(1, "b", QuestionType.SINGLE, ["好", "坏"], show_if=yes),
        question(2, "c", QuestionType.SINGLE, ["好", "坏"], show_if=yes),
        question(3, "d", QuestionType.NUMBER, []),
    )


@pytest.fixture
def pen(app: Flask) -> Iterator[Pen]:
    """A pen for measuring; its file is written at the end, which closes the typeface."""
    with app.test_request_context():
        made = Pen("A4", 1.0, "x")
        made.page()
        yield made
        made.pdf.output()


def test_an_option_that_leaves_questions_out_says_where_to_go_on(app: Flask) -> None:
    with app.test_request_context():
        blocks = questions.asked(filtered())
        assert questions.jumps(blocks) == {("a", "o1"): 4}
        assert questions.jumps(blocks[:3]) == {("a", "o1"): questions.THE_END}


@pytest.mark.parametrize(("language", "words"), [("zh_Hans", "转第4题"), ("zh_Hant", "題")])
def test_the_way_on_stands_beside_the_option(app: Flask, language: str, words: str) -> None:
    with app.test_request_context(), speaking(language):
        document = pypdfium2.PdfDocument(
            io.BytesIO(sheets_pdf(Sheets(filtered(), "调查", "P1-1", "某县"), [1_000_001]))
        )
    text = re.sub(r"\s", "", document[0].get_textpage().get_text_bounded())
    document.close()
    assert words in text
    assert "10000012" in text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(TEXT, min_size=1, max_size=60),
    rows=st.lists(TEXT, min_size=1, max_size=40),
    scale=st.lists(TEXT, min_size=2, max_size=10),
)
def test_nothing_stands_beyond_the_page(
    app: Flask, pen: Pen, texts: list[str], rows: list[str], scale: list[str]
) -> None:
    matrix = [
        question(place, f"m{place}", QuestionType.SCALE, scale, matrix="m", text=text)
        for place, text in enumerate(rows, start=1)
    ]
    asked = version(
        question(0, "a", QuestionType.MULTIPLE, texts), *matrix, question(99, "w", QuestionType.LONG_TEXT, [])
    )
    with app.test_request_context():
        layout = paper_pdf._layout(pen, Sheets(asked, "调查", "P1-1", "某县"))
    assert all(layout.pages)
    for page in layout.pages:
        bottom = paper_pdf.HEAD
        for top, part in page:
            assert top >= bottom - 1e-6
            bottom = top + part.height
            assert bottom <= paper_pdf.HEIGHT - paper_pdf.FOOT + 1e-6


def test_a_matrix_that_goes_on_has_its_scale_again(app: Flask) -> None:
    rows = [question(place, f"m{place}", QuestionType.SCALE, ["最满意", "最不满意"], matrix="m") for place in range(40)]
    with app.test_request_context():
        document = pypdfium2.PdfDocument(
            io.BytesIO(sheets_pdf(Sheets(version(*rows), "调", "P1-1", "县"), [1_000_001]))
        )
    texts = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    assert len(texts) == 2
    assert all("最不满意" in text for text in texts)


def test_boxes_are_large_enough_for_an_old_hand() -> None:
    assert paper_pdf.BOX >= 5
    assert paper_pdf.OPTION * 72 / 25.4 >= 12
