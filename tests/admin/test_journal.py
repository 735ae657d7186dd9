from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.journal import current_head
from minsheng.records.reports import ProgressReport
from tests.admin.conftest import Browser
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]


def test_the_journal_is_read_by_kind_record_and_post(make: Make, session: Session, browser_of: SignIn) -> None:
    project = make.project()
    make.published_report(project)
    session.commit()
    browser = browser_of(make.staff(Role.ASSESSOR, post="某县考核办"))

    everything = browser.get("/admin/journal/").get_data(as_text=True)
    reports = browser.get("/admin/journal/?act=report_published").get_data(as_text=True)
    own = browser.get("/admin/journal/?actor=考核办").get_data(as_text=True)
    nothing = browser.get("/admin/journal/?subject=100%25").get_data(as_text=True)

    assert f"report:{project.slug}:2026-05:1" in everything
    assert "不公开" in everything
    assert f"report:{project.slug}:2026-05:1" in reports
    assert f"project:{project.slug}<" not in reports
    assert "staff:" in own
    assert "没有符合条件的记录" in nothing


def test_verification_names_what_was_altered(make: Make, session: Session, browser_of: SignIn) -> None:
    report = make.published_report(make.project())
    session.commit()
    browser = browser_of(make.staff(Role.ASSESSOR))
    head = current_head(session)
    session.commit()

    assert "全部对得上" in browser.get(f"/admin/journal/verify?head={head}").get_data(as_text=True)

    session.execute(sa.update(ProgressReport).values(funds_spent_fen=1))
    session.commit()
    page = browser.get(f"/admin/journal/verify?head={head}").get_data(as_text=True)
    assert "公开的记录和日志不一致" in page
    assert f"{report.subject} (funds_spent_fen)" in page
    assert "找不到您抄下的那一条" in browser.get("/admin/journal/verify?head=9999:abc").get_data(as_text=True)
