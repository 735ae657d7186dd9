"""A survey planned by pages: draft, rules, second person, prolonged and closed with public reasons."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry
from minsheng.records.places import Division
from minsheng.surveying.surveys import Wave
from tests.admin.conftest import Browser, Clock
from tests.factories import Make
from tests.surveys import city, version_of_city

SignIn = Callable[[StaffMember], Browser]


@pytest.fixture
def above(make: Make, session: Session) -> Division:
    above = city(session, make)
    version = version_of_city()
    version.questionnaire.division = above
    session.add(version)
    session.commit()
    return above


@pytest.fixture
def surveyor(make: Make, above: Division, browser_of: SignIn) -> Browser:
    return browser_of(make.staff(Role.SURVEYOR, division=above))


def typed(browser: Browser, page: str, **changed: Any) -> dict[str, Any]:
    """What the form proposes, with what a person types over it."""
    form = browser.get(page).get_data(as_text=True)
    version = form.partition('name="version"')[2].partition('<option value="')[2].partition('"')[0]
    scheme = (
        form.partition("Anhui" if "Anhui" in form else "安徽")[0].rpartition('<option value="')[2].partition('"')[0]
    )
    fields = browser.fields(page)
    return {
        **{name: value for name, value in fields.items() if name},
        "title": "下半年满意度调查",
        "slug": "second-half",
        "year": "2026",
        "version": version,
        "scheme": scheme,
        "programme": "",
        "channels": ["phone", "web"],
        "opens_on": "2026-06-10",
        "closes_on": "2026-06-30",
        **changed,
    }


def planned(surveyor: Browser, session: Session, above: Division, **changed: Any) -> Wave:
    page = f"/admin/surveys/new?place={above.code}"
    answer = surveyor.post(page, typed(surveyor, page, **changed))
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return session.scalars(sa.select(Wave)).one()


def test_a_wave_is_planned_changed_and_published_by_another(
    make: Make, session: Session, above: Division, surveyor: Browser, browser_of: SignIn
) -> None:
    wave = planned(surveyor, session, above)
    assert not wave.is_published
    assert wave.channels == ["phone", "web"]
    assert wave.quality_rules["straight_lined"] == 8
    assert "misconduct" in wave.quality_rules
    page = f"/admin/surveys/{wave.slug}"

    changed = surveyor.post(
        f"{page}/plan", typed(surveyor, f"{page}/plan", title="改过的名称", threshold_straight_lined="6")
    )
    assert changed.status_code == 302, changed.get_data(as_text=True)
    own = surveyor.post(f"{page}/publish", on=f"{page}/plan")
    assert own.status_code == 409
    assert "要由另一个人发布" in surveyor.get(page).get_data(as_text=True)
    second = browser_of(make.staff(Role.ASSESSOR, division=above))
    assert second.post(f"{page}/publish", on=page).status_code == 302

    session.expire_all()
    assert wave.is_published
    assert (wave.title, wave.quality_rules["straight_lined"]) == ("改过的名称", 6)
    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "quality_rules_registered")).one()
    assert entry.details["rules"] == wave.quality_rules
    assert publishing.verify(session) == []
    settled = surveyor.get(f"{page}/plan").get_data(as_text=True)
    assert "已经发布，不能再改" in settled
    assert surveyor.post(f"{page}/plan", {"title": "再改"}, on=page).status_code == 409
    assert surveyor.post(f"{page}/discard", {"sure": "y"}, on=page).status_code == 409


def test_a_draft_is_deleted_and_a_published_wave_never(session: Session, above: Division, surveyor: Browser) -> None:
    wave = planned(surveyor, session, above)
    page = f"/admin/surveys/{wave.slug}/plan"
    surveyor.post(f"/admin/surveys/{wave.slug}/discard", on=page)
    assert session.scalar(sa.select(sa.func.count(Wave.id))) == 1
    assert surveyor.post(f"/admin/surveys/{wave.slug}/discard", {"sure": "y"}, on=page).status_code == 302
    session.expire_all()
    assert session.scalar(sa.select(sa.func.count(Wave.id))) == 0
    acts = session.scalars(sa.select(JournalEntry.act).where(JournalEntry.is_public.is_(False))).all()
    assert {"wave_planned", "wave_plan_discarded"} <= set(acts)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"closes_on": "2026-06-01"}, "不能早于第一天"),
        ({"closes_on": "2028-06-01"}, "最多一年"),
        ({"channels": []}, "请至少选一个渠道"),
        ({"threshold_straight_lined": "1"}, "这个界限太高或太低"),
        ({"threshold_straight_lined": "许多"}, "请填数字"),
        ({"slug": "new"}, "这个名字已经用了"),
        ({"opens_on": "昨天"}, "请填日期"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field_and_nothing_typed_is_lost(
    session: Session, above: Division, surveyor: Browser, changed: dict[str, Any], said: str
) -> None:
    page = f"/admin/surveys/new?place={above.code}"
    answer = surveyor.post(page, typed(surveyor, page, **changed))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert said in text
    assert "下半年满意度调查" in text
    assert session.scalar(sa.select(sa.func.count(Wave.id))) == 0


def test_a_scheme_that_does_not_fit_says_what_is_missing(session: Session, above: Division, surveyor: Browser) -> None:
    page = f"/admin/surveys/new?place={above.code}"
    form = surveyor.get(page).get_data(as_text=True)
    five = form.partition("五")[0].rpartition('<option value="')[2].partition('"')[0]
    answer = surveyor.post(page, typed(surveyor, page, scheme=five))
    assert answer.status_code == 422
    assert "问卷里没有这一题" in answer.get_data(as_text=True)


def test_places_outside_ones_own_are_refused(make: Make, above: Division, browser_of: SignIn) -> None:
    other = browser_of(make.staff(Role.SURVEYOR, division=make.division()))
    assert other.get(f"/admin/surveys/new?place={above.code}").status_code == 404


def test_a_wave_is_prolonged_and_closed_with_public_reasons(
    make: Make, session: Session, browser_of: SignIn, clock: Clock
) -> None:
    wave = make.wave()
    session.commit()
    browser = browser_of(make.staff(Role.SURVEYOR, division=wave.division))
    page = f"/admin/surveys/{wave.slug}"
    assert browser.post(f"{page}/prolong", {"closes_on": "2026-07-10"}, on=page).status_code == 422
    earlier = browser.post(f"{page}/prolong", {"closes_on": "2026-06-20", "reason": "想快点"}, on=page)
    assert (earlier.status_code, "要比原来的最后一天晚" in earlier.get_data(as_text=True)) == (422, True)
    assert (
        browser.post(f"{page}/prolong", {"closes_on": "2026-07-10", "reason": "发大水，停了一周"}, on=page).status_code
        == 302
    )
    session.expire_all()
    assert (wave.first_closes_on, wave.closes_on) == (dt.date(2026, 6, 30), dt.date(2026, 7, 10))
    public = browser.get("/surveys/").get_data(as_text=True)
    assert "发大水，停了一周" in public
    assert publishing.verify(session) == []
    clock.forward(days=40)
    later = browser_of(make.staff(Role.SURVEYOR, division=wave.division))
    late = later.post(f"{page}/prolong", {"closes_on": "2026-09-10", "reason": "再等等"}, on="/admin/password")
    assert late.status_code == 409
