from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.opinion.scheme_reading import shipped
from minsheng.surveying import wave_results
from minsheng.surveying.assessments import Assessment
from minsheng.surveying.surveys import Wave
from tests.admin.conftest import AT, Browser, Clock
from tests.factories import Make
from tests.surveys import answered_wave

SignIn = Callable[[StaffMember], Browser]
NEW = "/admin/assessments/new"


@pytest.fixture
def wave(make: Make, session: Session, clock: Clock) -> Wave:
    wave = answered_wave(session, make)
    clock.forward(days=30)
    wave_results.settle(session, wave, "某办", clock())
    session.commit()
    return wave


def begin(browser: Browser, wave: Wave) -> str:
    typed = {
        "title": "2026年考核",
        "year": "2026",
        "division": wave.division.code,
        "scheme": shipped("anhui-2010").content_hash,
        "wave": wave.slug,
    }
    answer = browser.post(NEW, typed, on=NEW)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return str(answer.location)


def table(browser: Browser, page: str, cell: str) -> str:
    lines = browser.get(f"{page}/template.csv").get_data(as_text=True).removeprefix("\ufeff").splitlines()
    keys = lines[0].split(",")[2:]
    return "\n".join([lines[0], *(line.rstrip(",") + f",{cell}" * len(keys) for line in lines[1:])])


def test_points_are_previewed_kept_and_published(make: Make, session: Session, wave: Wave, browser_of: SignIn) -> None:
    browser = browser_of(make.staff(Role.ASSESSOR, division=wave.division))
    page = begin(browser, wave)
    bad = browser.post(f"{page}/points", {"table": table(browser, page, "500"), "source": "文件"}, on=page)
    assert bad.status_code == 422
    assert "超过这一项的满分" in bad.get_data(as_text=True)
    typed = {"table": table(browser, page, "90"), "source": "考核办〔2026〕1号"}
    preview = browser.post(f"{page}/points", typed, on=page)
    assert preview.status_code == 200
    assert "136 个得分" in preview.get_data(as_text=True)
    sheet = session.scalars(sa.select(Assessment)).one()
    assert sheet.points == []
    assert browser.post(f"{page}/points", {**typed, "keep": "1"}, on=page).status_code == 302
    wrong = browser.post(f"{page}/seats", {"seats": "1=x"}, on=page)
    assert "第 1 行看不懂" in wrong.get_data(as_text=True)
    assert browser.post(f"{page}/seats", {"seats": f"{wave.division.code}=2"}, on=page).status_code == 302
    assert browser.get(f"/assessments/{sheet.slug}").status_code == 404
    assert browser.post(f"{page}/publish", on=page).status_code == 302
    public = browser.get(f"/assessments/{sheet.slug}").get_data(as_text=True)
    assert "3,060.00" in public
    assert "考核办〔2026〕1号" in public
    assert "表扬名单" in public
    assert browser.get(f"/assessments/{sheet.slug}/package.zip").mimetype == "application/zip"
    assert "village_roads" in browser.get(f"/assessments/{sheet.slug}/points.csv").get_data(as_text=True)
    assert browser.post(f"{page}/publish", on=page).status_code == 409


def test_what_does_not_go_together_is_said(make: Make, wave: Wave, browser_of: SignIn) -> None:
    browser = browser_of(make.staff(Role.ASSESSOR, division=wave.division))
    page = begin(browser, wave)
    again = {
        "title": "又一张",
        "year": "2026",
        "division": wave.division.code,
        "scheme": shipped("anhui-2010").content_hash,
        "wave": "",
    }
    assert "考核表已经有了" in browser.post(NEW, again, on=NEW).get_data(as_text=True)
    empty = browser.post(f"{page}/points", {"table": "", "source": "x"}, on=page)
    assert empty.status_code == 422
    assert "表里没有内容" in empty.get_data(as_text=True)
    other = browser_of(make.staff(Role.ASSESSOR, division=make.division()))
    assert other.get(page).status_code == 403
    assert AT
