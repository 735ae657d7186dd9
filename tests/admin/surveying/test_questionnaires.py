"""The questionnaire builder: written, changed, moved, translated, filed, shown, and closed to those of other places."""

import io
import json
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.journal import JournalEntry
from minsheng.surveying import questionnaire_editing as editing
from minsheng.surveying.question_library import standard_questions
from minsheng.surveying.questionnaires import Question, Questionnaire, QuestionnaireVersion, QuestionType
from tests.admin.conftest import Browser, read_fields
from tests.factories import Make
from tests.public.conftest import Counter, queries

__all__ = ["queries"]
SignIn = Callable[[StaffMember], Browser]
LIBRARY = [one.question for one in standard_questions().values()]
PAGE = "/admin/questionnaires/yearly/1"


@pytest.fixture
def version(make: Make, session: Session) -> QuestionnaireVersion:
    """The library's questions in a first version."""
    made = editing.start(session, "yearly", "年度问卷", make.division(), questions=LIBRARY)
    session.commit()
    return made


@pytest.fixture
def surveyor(make: Make, version: QuestionnaireVersion, browser_of: SignIn) -> Browser:
    """Someone who runs surveys in the questionnaire's place."""
    return browser_of(make.staff(Role.SURVEYOR, division=version.questionnaire.division))


def keys(session: Session, version: QuestionnaireVersion) -> list[str]:
    session.expire_all()
    return [question.key for question in version.questions]


def typed(browser: Browser, page: str, **changes: str) -> dict[str, str]:
    """What the form of a page holds, with changes; boxes that are not ticked are not sent."""
    return {**browser.fields(page), **changes}


def test_a_questionnaire_begins_with_the_library(make: Make, session: Session, browser_of: SignIn) -> None:
    county = make.division()
    browser = browser_of(make.staff(Role.SURVEYOR, division=county))
    page = "/admin/questionnaires/new"
    values = {"title": "新问卷", "slug": "fresh", "division": county.code, "with_library": "y"}

    made = browser.post(page, values)
    again = browser.post(page, values)
    elsewhere = browser.post(page, {**values, "slug": "other", "division": make.division().code})

    assert made.headers["Location"].endswith("/admin/questionnaires/fresh/1")
    assert again.status_code == 422
    assert "这个名字已经用了" in again.get_data(as_text=True)
    assert elsewhere.status_code == 422
    stored = session.scalars(sa.select(Questionnaire)).one()
    assert len(stored.versions[0].questions) == len(LIBRARY)


def test_a_question_is_added_with_its_answers(
    session: Session, version: QuestionnaireVersion, surveyor: Browser
) -> None:
    page = f"{PAGE}/questions/new?type=single"
    values = typed(surveyor, page, text="您对路和桥满意吗？", type="scale", is_required="y", key="")
    more = surveyor.post_as_typed(page, {**values, "more": "1"})
    assert len([name for name in read_fields(more) if name.endswith("-text")]) > len(
        [name for name in values if name.endswith("-text")]
    )
    assert read_fields(more)["text"] == "您对路和桥满意吗？"

    stored = surveyor.post_as_typed(page, values)

    assert stored.status_code == 302
    assert keys(session, version)[-1] == "question_1"
    assert [option.key for option in version.questions[-1].options] == ["yes", "no", "dont_know"]
    assert version.questions[-1].options[2].is_substantive is False
    shown = surveyor.get(PAGE).get_data(as_text=True)
    assert "可能两问合一" in shown


def test_a_question_about_one_programme_names_it_and_gets_its_key(
    session: Session, version: QuestionnaireVersion, surveyor: Browser
) -> None:
    page = f"{PAGE}/questions/new?type=scale"
    assert "公路村村通（village_roads）" in surveyor.get(page).text
    values = typed(surveyor, page, text="对村里的路呢？", type="scale", key="")
    assert surveyor.post_as_typed(page, {**values, "programme": "village_roads"}).status_code == 302
    again = surveyor.post_as_typed(page, {**typed(surveyor, page, text="再问一次路？"), "programme": "village_roads"})
    assert again.status_code == 422
    assert "这份问卷已经有一题问这项工程" in again.text
    own = {**typed(surveyor, page, text="对河道呢？", type="scale", key=""), "new_programme": "rivers"}
    assert surveyor.post_as_typed(page, own).status_code == 302
    assert keys(session, version)[-2:] == ["programme_village_roads", "programme_rivers"]
    assert [one.programme for one in version.questions[-2:]] == ["village_roads", "rivers"]
    assert "专问工程 rivers" in surveyor.get(PAGE).text


def test_a_copy_begins_with_the_same_answers(
    session: Session, version: QuestionnaireVersion, surveyor: Browser
) -> None:
    page = f"{PAGE}/questions/new?like=overall"
    values = typed(surveyor, page, text="您对今年的就医满意吗？")
    assert (values["key"], values["standard"], values["options-0-text"]) == ("", "", "很满意")
    assert surveyor.post_as_typed(page, values).status_code == 302
    made = session.scalars(sa.select(Question).where(Question.key == keys(session, version)[-1])).one()
    assert [one.key for one in made.options][-1] == "dont_know"
    assert made.options[-1].is_substantive is False
    assert surveyor.get(f"{PAGE}/questions/new?like=nobody").status_code == 200


def test_mistakes_stand_beside_what_was_typed(
    session: Session, version: QuestionnaireVersion, surveyor: Browser
) -> None:
    page = f"{PAGE}/questions/aware"
    before = version.computed_hash()
    refused = surveyor.post_as_typed(page, typed(surveyor, page, key="Größe", text="改过的题目"))
    assert refused.status_code == 422
    assert "代码只能用小写字母" in refused.get_data(as_text=True)
    assert read_fields(refused)["text"] == "改过的题目"
    session.expire_all()
    assert version.computed_hash() == before


def test_a_changed_standard_question_is_no_longer_one(
    session: Session, version: QuestionnaireVersion, surveyor: Browser
) -> None:
    for key, change in (("aware", {"text": "您知道吗？"}), ("used", {"text_en": "Did you use any?"})):
        page = f"{PAGE}/questions/{key}"
        assert surveyor.post_as_typed(page, typed(surveyor, page, **change)).status_code == 302
    session.expire_all()
    found = {question.key: question.standard for question in version.questions}
    assert (found["aware"], found["used"]) == ("", "used")


def test_two_writers_do_not_overwrite_each_other(
    session: Session, version: QuestionnaireVersion, surveyor: Browser
) -> None:
    page = f"{PAGE}/questions/aware"
    values = typed(surveyor, page, text="您听说过清单吗？")
    surveyor.post(f"{PAGE}/questions/used/remove", {"seen": surveyor.fields(PAGE)["seen"]}, on=PAGE)
    late = surveyor.post_as_typed(page, values)
    assert late.status_code == 422
    assert "刚才有人改过" in late.get_data(as_text=True)
    assert surveyor.post_as_typed(page, read_fields(late)).status_code == 302
    assert "used" not in keys(session, version)
    assert version.questions[0].text == "您听说过清单吗？"


def test_questions_move_and_go(session: Session, version: QuestionnaireVersion, surveyor: Browser) -> None:
    def press(key: str, act: str, **values: str) -> None:
        seen = surveyor.fields(PAGE)["seen"]
        assert surveyor.post(f"{PAGE}/questions/{key}/{act}", {"seen": seen, **values}, on=PAGE).status_code == 302

    press("heard_from", "move", way="up")
    assert keys(session, version)[:2] == ["heard_from", "aware"]
    press("heard_from", "remove")
    assert keys(session, version)[0] == "aware"
    seen = surveyor.fields(PAGE)["seen"]
    surveyor.post(f"{PAGE}/library", {"seen": seen, "standard": "heard_from"}, on=PAGE)
    assert keys(session, version)[-1] == "heard_from"


def test_a_question_that_others_rest_on_stays(
    session: Session, version: QuestionnaireVersion, surveyor: Browser
) -> None:
    page = f"{PAGE}/questions/heard_from"
    values = typed(surveyor, page, show_if="aware:heard")
    assert surveyor.post_as_typed(page, values).status_code == 302
    seen = surveyor.fields(PAGE)["seen"]
    surveyor.post(f"{PAGE}/questions/aware/remove", {"seen": seen}, on=PAGE)
    assert "条件只能用排在前面的选择题" in surveyor.get(PAGE).get_data(as_text=True)
    assert "aware" in keys(session, version)
    assert "选了“听说过”的人才答" in surveyor.get(f"{PAGE}/preview").get_data(as_text=True)


def test_texts_are_translated_side_by_side(session: Session, version: QuestionnaireVersion, surveyor: Browser) -> None:
    page = f"{PAGE}/translations"
    values = surveyor.fields(page)
    name = next(name for name, text in values.items() if text == "Don't know")
    assert surveyor.post_as_typed(page, {**values, name: "No idea"}).status_code == 302
    session.expire_all()
    texts = {
        option.translations["en"]
        for question in version.questions
        for option in question.options
        if option.text == "说不清"
    }
    assert texts == {"No idea"}
    assert surveyor.post_as_typed(page, {**surveyor.fields(page), name: "x" * 121}).status_code == 422


def test_a_published_version_stands_and_its_copy_changes(
    make: Make, session: Session, version: QuestionnaireVersion, surveyor: Browser
) -> None:
    seen = surveyor.fields(PAGE)["seen"]
    make.wave(version=version, division=version.questionnaire.division)
    session.commit()
    page = surveyor.get(PAGE).get_data(as_text=True)
    assert "这一版不能再改" in page
    assert "/questions/aware" not in page
    assert surveyor.post(f"{PAGE}/questions/aware/remove", {"seen": seen}, on=PAGE).status_code == 409
    assert surveyor.post(f"{PAGE}/copy", on=PAGE).headers["Location"].endswith("/yearly/2")
    assert "可以改" in surveyor.get("/admin/questionnaires/yearly/2").get_data(as_text=True)


def bring_in(browser: Browser, data: bytes, division: str) -> tuple[int, str]:
    values = {"slug": "again", "division": division, "file": (io.BytesIO(data), "q.json")}
    answer = browser.post("/admin/questionnaires/import", values)
    return answer.status_code, answer.get_data(as_text=True)


def test_a_file_goes_out_and_comes_in(session: Session, version: QuestionnaireVersion, surveyor: Browser) -> None:
    assert version.questionnaire.division is not None
    code = version.questionnaire.division.code
    sent = surveyor.get(f"{PAGE}/questionnaire.json")
    content = json.loads(sent.data)
    assert "attachment" in sent.headers["Content-Disposition"]
    content["questions"][0]["text"] = "改了一个字"
    assert bring_in(surveyor, json.dumps(content).encode(), code)[0] == 302
    brought = session.scalars(sa.select(Questionnaire).where(Questionnaire.slug == "again")).one().versions[0]
    assert (brought.questions[0].standard, brought.questions[1].standard) == ("", "heard_from")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"format": "other"}, "不是本系统导出的问卷"),
        ({"questions": [{"key": "<b>", "type": "number", "text": "x"}]}, "代码只能用小写字母"),
        ({"questions": [{"key": "a", "type": "number", "text": "x", "onclick": "y"}]}, "questions[0].onclick"),
    ],
)
def test_files_that_do_not_fit_are_explained(
    version: QuestionnaireVersion, surveyor: Browser, change: dict[str, object], said: str
) -> None:
    assert version.questionnaire.division is not None
    content = {**json.loads(surveyor.get(f"{PAGE}/questionnaire.json").data), **change}
    status, page = bring_in(surveyor, json.dumps(content).encode(), version.questionnaire.division.code)
    assert status == 422
    assert said in page
    assert "<b>" not in page


def test_paper_has_a_box_for_every_answer(version: QuestionnaireVersion, surveyor: Browser) -> None:
    page = surveyor.get(f"{PAGE}/paper").get_data(as_text=True)
    boxes = sum(len(question.options) for question in version.questions)
    assert page.count('class="paper-box"') == boxes
    assert version.computed_hash()[:12] in page


def test_questionnaires_of_other_places_are_closed(
    make: Make, version: QuestionnaireVersion, browser_of: SignIn
) -> None:
    other = browser_of(make.staff(Role.SURVEYOR, division=make.division()))
    assert other.get(PAGE).status_code == 403
    assert "年度问卷" not in other.get("/admin/questionnaires/").get_data(as_text=True)
    assert other.post(f"{PAGE}/copy", on="/admin/questionnaires/new").status_code == 403
    assert other.get("/admin/questionnaires/yearly/9").status_code == 404


def test_more_questions_do_not_mean_more_queries(
    session: Session, version: QuestionnaireVersion, surveyor: Browser, queries: Counter
) -> None:
    def sent() -> int:
        surveyor.get(PAGE)
        with queries() as statements:
            assert surveyor.get(PAGE).status_code == 200
        return len(statements)

    many = sent()
    editing.rewrite(session, version, LIBRARY[:2], version.computed_hash())
    assert many == sent()
    assert session.scalar(sa.select(sa.func.count(Question.id)).where(Question.type == QuestionType.SCALE)) == 0


def test_every_writing_of_a_draft_is_journaled_with_its_hashes(
    make: Make, session: Session, browser_of: SignIn
) -> None:
    member = make.staff(Role.SURVEYOR)
    browser = browser_of(member)
    new = {"title": "年度问卷", "slug": "yearly-9", "division": "", "with_library": "y"}
    assert browser.post("/admin/questionnaires/new", new).status_code == 302
    page = "/admin/questionnaires/yearly-9/1"
    seen = browser.fields(page)["seen"]
    moved = browser.post(f"{page}/questions/overall/move", {"seen": seen, "way": "down"}, on=page)
    assert moved.status_code == 302
    assert browser.post(f"{page}/copy", on=page).status_code == 302
    entries = session.scalars(
        sa.select(JournalEntry).where(JournalEntry.act.like("questionnaire_%")).order_by(JournalEntry.sequence)
    ).all()
    assert [entry.act for entry in entries] == [
        "questionnaire_started",
        "questionnaire_changed",
        "questionnaire_copied",
    ]
    assert entries[1].details["before"] == seen == entries[0].details["content_hash"]
    assert all(not entry.is_public and entry.actor == member.post for entry in entries)
