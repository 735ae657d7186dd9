"""The sheets of a case: each once what it tells has happened, where it is about, and no number of anybody."""

from decimal import Decimal

from flask import Flask
from sqlalchemy.orm import Session

from minsheng.accounts.staff import StaffMember
from minsheng.casework import case_links, letters
from minsheng.casework.cases import Rating, SuggestionKind
from minsheng.casework.letters import Letter
from minsheng.casework.suggestions import Suggestion
from minsheng.records.places import Agency
from pages.services import EXTENSION
from tests.admin.casework.test_suggestions import SignIn, agency, case, handler, project, reviewer
from tests.admin.conftest import AT

__all__ = ["agency", "case", "handler", "project", "reviewer"]


def test_each_sheet_is_there_once_it_has_something_to_tell_and_hides_numbers(
    app: Flask, session: Session, case: Suggestion, agency: Agency, reviewer: StaffMember, browser_of: SignIn
) -> None:
    browser, clock = browser_of(reviewer), app.extensions[EXTENSION].case_clock
    page = f"/admin/suggestions/{case.id}/sheets/"
    case.place_words, case.latitude, case.longitude = "东街小学门口，13900139000", Decimal(30), Decimal(112)
    session.commit()
    assert [browser.get(page + name).status_code for name in ("hand-over", "reminder", "reply", "evaluation")] == [
        404
    ] * 4
    problem = browser.get(f"{page}problem").text
    for words in ("问题登记单", "东街小学门口", "没有同意，请不要打"):
        assert words in problem
    case.accept("某县信访局", AT)
    case.hand_over(agency, "某县信访局", AT)
    session.commit()
    assert "东街小学门口" in browser.get(f"{page}hand-over").text
    assert "催办单" in browser.get(f"{page}reminder").text
    case.answer("已修好。", "某局", AT, clock)
    case.dispute("还是不亮，打我电话13700137000", AT, clock)
    case.answer_finally("已换新灯。", "某办", AT, clock)
    case.rate(Rating.PARTLY, "有事打13600136000", AT)
    session.commit()
    evaluation = browser.get(f"{page}evaluation").text
    for words in ("已换新灯。", "还是不亮", "基本满意"):
        assert words in evaluation
    for name in ("problem", "hand-over", "reply", "evaluation"):
        text = browser.get(page + name).text
        for number in ("13900139000", "13700137000", "13600136000", "13812345678"):
            assert number not in text, name


def test_the_sheet_of_a_duplicate_names_its_main_case_and_no_silence(
    app: Flask, session: Session, case: Suggestion, agency: Agency, reviewer: StaffMember, browser_of: SignIn
) -> None:
    clock = app.extensions[EXTENSION].case_clock
    letter = Letter(SuggestionKind.COMPLAINT, "村口没有灯", consent_to_publish=False, project=case.project)
    later = letters.submit(session, letter, ticket="u", code="EFGH", at=AT, clock=clock)
    case_links.merge(session, later, case, "某县信访局", AT)
    session.commit()
    page = browser_of(reviewer).get(f"/admin/suggestions/{later.id}/sheets/evaluation").text
    assert f"并入第 {case.number} 号" in page
    assert "还没有答复" in page
    assert "到期没有评价" not in page
