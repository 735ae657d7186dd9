from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry
from minsheng.surveying import surveys
from minsheng.surveying.surveys import Channel, Wave
from tests.admin.conftest import AT, Browser, Clock
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
FREE_TEXT = "我叫张建国，电话13812345678"


@pytest.fixture
def wave(make: Make, session: Session) -> Wave:
    """An open survey with three answers, one of them with words."""
    wave = make.wave()
    for number, (aware, satisfied) in enumerate(
        [("know_well", "very_satisfied"), ("heard", "dont_know"), ("never", "")]
    ):
        typed = {"aware": [aware], "satisfied": [satisfied], "words": [FREE_TEXT if number == 0 else ""]}
        surveys.respond(
            session,
            wave,
            typed,
            ticket=f"{'cab'[number]}-random-ticket",
            channel=Channel.WEB,
            at=AT,
            division=wave.division,
        )
    session.commit()
    return wave


def test_before_closing_staff_see_counts_and_nothing_else(
    make: Make, session: Session, wave: Wave, browser_of: SignIn
) -> None:
    assessor = browser_of(make.staff(Role.ASSESSOR, division=wave.division))
    page = assessor.get(f"/admin/surveys/{wave.slug}").get_data(as_text=True)

    assert "封存中" in page
    assert "网上填写" in page
    assert "/exports" not in page
    assert "很满意" not in page
    refused = assessor.post(f"/admin/surveys/{wave.slug}/exports", {"kind": "csv"}, on="/admin/")
    assert refused.status_code == 403
    assert "问卷还没有截止" in refused.get_data(as_text=True)
    for path in ("exports", "codebook.csv", "exports/E1/csv", "exports/E1/package"):
        assert assessor.get(f"/admin/surveys/{wave.slug}/{path}").status_code == 403
    acts = session.scalars(sa.select(JournalEntry.act)).all()
    assert "answers_exported" not in acts


def test_surveys_of_other_places_are_refused(make: Make, wave: Wave, browser_of: SignIn, clock: Clock) -> None:
    clock.forward(days=30)
    browser = browser_of(make.staff(Role.ASSESSOR, Role.SURVEYOR, division=make.division()))

    assert browser.get(f"/admin/surveys/{wave.slug}").status_code == 403
    assert wave.title not in browser.get("/admin/surveys/").get_data(as_text=True)
    assert browser.post(f"/admin/surveys/{wave.slug}/exports", on="/admin/").status_code == 403


def test_closing_early_is_confirmed_and_cannot_be_undone(
    make: Make, session: Session, wave: Wave, browser_of: SignIn
) -> None:
    browser = browser_of(make.staff(Role.SURVEYOR, Role.ASSESSOR, division=wave.division))
    page = f"/admin/surveys/{wave.slug}"

    unsure = browser.post(f"{page}/close", on=page)
    silent = browser.post(f"{page}/close", {"sure": "y"}, on=page)
    sure = browser.post(f"{page}/close", {"sure": "y", "reason": "样本已经收齐"}, on=page)
    again = browser.post(f"{page}/close", {"sure": "y", "reason": "样本已经收齐"}, on=page)

    assert unsure.status_code == 422
    assert "请勾选" in unsure.get_data(as_text=True)
    assert (silent.status_code, "请写明原因" in silent.get_data(as_text=True)) == (422, True)
    assert (sure.status_code, again.status_code) == (302, 409)
    session.expire_all()
    assert wave.closed_at is not None
    assert publishing.verify(session) == []
    assert browser.get(f"{page}/exports").status_code == 200


def test_a_survey_is_published_once(make: Make, session: Session, browser_of: SignIn) -> None:
    wave = make.wave()
    wave.is_published = False
    session.commit()
    browser = browser_of(make.staff(Role.SURVEYOR, division=wave.division))
    page = f"/admin/surveys/{wave.slug}"

    assert browser.post(f"{page}/publish", on=page).status_code == 302
    assert browser.post(f"{page}/publish", on="/admin/").status_code == 409
    session.expire_all()
    assert wave.is_published


def test_before_publishing_staff_are_told_that_the_scheme_does_not_fit(make: Make, browser_of: SignIn) -> None:
    draft = make.wave(is_published=False)
    browser = browser_of(make.staff(Role.SURVEYOR, Role.ASSESSOR, division=draft.division))
    page = browser.get(f"/admin/surveys/{draft.slug}").get_data(as_text=True)
    assert "算不出得分" in page
    assert "问卷里没有这一题：age_band" in page
    assert f"/admin/schemes/surveys/{draft.slug}" in page
