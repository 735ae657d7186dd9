from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.journal import JournalEntry
from minsheng.opinion.schemes import shipped_text
from minsheng.surveying.assessment_schemes import AssessmentScheme
from tests.admin.conftest import Browser
from tests.factories import Make
from tests.surveys import version_of_city

SignIn = Callable[[StaffMember], Browser]
PAGE = "/admin/schemes/new"


def own(old: str = "", new: str = "") -> str:
    text = shipped_text("anhui-2010").replace('id = "anhui-2010"', 'id = "our-own"')
    return text.replace(old, new) if old else text


def test_a_scheme_is_added_once_and_shown_to_residents(make: Make, session: Session, browser_of: SignIn) -> None:
    browser = browser_of(make.staff(Role.ASSESSOR))
    for _ in range(2):
        assert browser.post(PAGE, {"text": own()}, on=PAGE).status_code == 302
    assert session.scalar(sa.select(sa.func.count()).select_from(AssessmentScheme)) == 1
    assert "our-own" in browser.get("/schemes/").get_data(as_text=True)
    acts = session.scalars(sa.select(JournalEntry.act)).all()
    assert acts.count("scheme_added") == 1


def test_mistakes_are_named_with_their_line_and_the_text_stays(make: Make, browser_of: SignIn) -> None:
    browser = browser_of(make.staff(Role.ASSESSOR))
    text = own("neutral = 60", "neutral = 600")
    answer = browser.post(PAGE, {"text": text}, on=PAGE)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    line = text.splitlines().index("neutral = 600") + 1
    assert f"第 {line} 行" in page
    assert "应当是 0 到 100 的数" in page
    assert "neutral = 600" in page
    for broken, words in (
        (own("points = 120", "points = 121"), "各项加起来是 3505"),
        (own('method = "rake"', 'methode = "rake"'), "按什么加权"),
        (own("[scheme]", "[scheme"), "不是 TOML 格式"),
        (own('id = "our-own"', 'id = "../evil"'), "只用小写字母"),
        ("", "缺这一项"),
    ):
        answer = browser.post(PAGE, {"text": broken}, on=PAGE)
        assert answer.status_code == 422
        assert words in answer.get_data(as_text=True)


def test_a_version_that_exists_is_not_replaced(make: Make, session: Session, browser_of: SignIn) -> None:
    browser = browser_of(make.staff(Role.ASSESSOR))
    shipped = shipped_text("default").replace("满意度占50%", "满意度占51%")
    assert "请把 version 改成新的版本" in browser.post(PAGE, {"text": shipped}, on=PAGE).get_data(as_text=True)


def test_an_unused_scheme_is_taken_out_and_a_used_one_is_not(make: Make, session: Session, browser_of: SignIn) -> None:
    browser = browser_of(make.staff(Role.ASSESSOR))
    browser.post(PAGE, {"text": own()}, on=PAGE)
    row = session.scalars(sa.select(AssessmentScheme)).one()
    wave = make.wave(version=version_of_city(), is_published=False)
    page = f"/admin/schemes/surveys/{wave.slug}"
    assert browser.post(page, {"scheme": row.content_hash}, on=page).status_code == 302
    assert wave.scheme is not None
    assert browser.post(f"/admin/schemes/{row.id}/remove", on="/admin/schemes/").status_code == 409
    browser.post(PAGE, {"text": own('version = "2010.1"', 'version = "2"')}, on=PAGE)
    other = session.scalars(sa.select(AssessmentScheme).where(AssessmentScheme.version == "2")).one()
    assert browser.post(f"/admin/schemes/{other.id}/remove", on="/admin/schemes/").status_code == 302


def test_a_scheme_that_does_not_fit_the_questions_is_refused(make: Make, browser_of: SignIn) -> None:
    browser = browser_of(make.staff(Role.ASSESSOR))
    browser.post(PAGE, {"text": own()}, on=PAGE)
    wave = make.wave(is_published=False)
    page = f"/admin/schemes/surveys/{wave.slug}"
    hash_ = str(browser.get(page).get_data(as_text=True)).partition('option value="')[2].partition('"')[0]
    answer = browser.post(page, {"scheme": hash_}, on=page)
    assert answer.status_code == 422
    assert "问卷里没有这一题：age_band" in answer.get_data(as_text=True)
    assert wave.scheme is None


def test_a_published_survey_keeps_its_scheme(make: Make, browser_of: SignIn) -> None:
    browser = browser_of(make.staff(Role.ASSESSOR))
    wave = make.wave()
    assert browser.get(f"/admin/schemes/surveys/{wave.slug}").status_code == 409
