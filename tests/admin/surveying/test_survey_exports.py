import csv
import io
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.exporting import spss
from minsheng.journal import JournalEntry
from minsheng.surveying import surveys
from minsheng.surveying.surveys import Channel, Wave
from tests.admin.conftest import AT, Browser, Clock
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
FREE_TEXT = "我叫张建国，电话13812345678"


@pytest.fixture
def wave(make: Make, session: Session) -> Wave:
    """A survey with three answers, one of them with words."""
    wave = make.wave()
    given = [("know_well", "very_satisfied"), ("heard", "dont_know"), ("never", "")]
    for number, (aware, satisfied) in enumerate(given):
        typed = {"aware": [aware], "satisfied": [satisfied], "words": [FREE_TEXT if number == 0 else ""]}
        ticket = f"{'cab'[number]}-random-ticket"
        surveys.respond(session, wave, typed, ticket=ticket, channel=Channel.WEB, at=AT, division=wave.division)
    session.commit()
    return wave


def _table(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_after_closing_the_answers_leave_with_a_number_and_nothing_personal(
    make: Make, session: Session, wave: Wave, browser_of: SignIn, clock: Clock
) -> None:
    clock.forward(days=30)
    browser = browser_of(make.staff(Role.ASSESSOR, division=wave.division, post="某县考核办"))
    page = f"/admin/surveys/{wave.slug}/exports"
    answer = browser.post(page, {"kind": "csv"}, on=page)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    heading, *rows = _table(browser.get(answer.location).get_data().decode())

    entry = session.scalars(sa.select(JournalEntry).order_by(JournalEntry.sequence.desc())).first()
    assert entry is not None
    assert (entry.act, entry.actor, entry.is_public) == ("answers_exported", "某县考核办", False)
    assert (entry.details["rows"], entry.details["kind"]) == (3, "csv")
    assert entry.details["number"] == f"E{entry.sequence}"
    assert heading[:2] == ["export_number", "wave"]
    assert {row[0] for row in rows} == {entry.details["number"]}
    assert [row[6:] for row in rows] == [["heard", "dont_know"], ["never", ""], ["know_well", "very_satisfied"]]
    everything = "".join(cell for row in rows for cell in row)
    assert "ticket" not in everything
    assert "张建国" not in everything
    assert "12:00" not in everything


def test_the_codebook_says_what_every_value_means(make: Make, wave: Wave, browser_of: SignIn, clock: Clock) -> None:
    clock.forward(days=30)
    browser = browser_of(make.staff(Role.ASSESSOR, division=wave.division))

    heading, *rows = _table(browser.get(f"/admin/surveys/{wave.slug}/codebook.csv").get_data().decode())

    assert heading[:2] == ["column", "question"]
    assert rows[3][:4] == ["satisfied", "总的来说，您满意吗？", "scale", "satisfaction"]
    assert rows[5][5:] == ["dont_know", "说不清", "0"]
    assert {row[0] for row in rows} == {"aware", "satisfied"}


def test_a_download_belongs_to_the_sign_in_and_the_export_that_were_journaled(
    make: Make, wave: Wave, browser_of: SignIn, clock: Clock
) -> None:
    clock.forward(days=30)
    page = f"/admin/surveys/{wave.slug}/exports"
    own = browser_of(make.staff(Role.ASSESSOR, division=wave.division))
    asked = own.post(page, {"kind": "csv"}, on=page)

    other = browser_of(make.staff(Role.ASSESSOR, division=wave.division))

    assert other.get(asked.location).status_code == 403
    assert own.get(asked.location.replace("/csv", "/xlsx")).status_code == 403
    assert own.get(asked.location.replace("/exports/E", "/exports/E9")).status_code == 403
    assert own.get(f"{page}/E1/csv").status_code == 403
    assert own.post(page, {"kind": "made-up"}, on=page).status_code == 400


def test_what_cannot_be_made_here_is_said(
    make: Make, wave: Wave, browser_of: SignIn, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.forward(days=30)
    monkeypatch.setattr(spss, "is_available", lambda: False)
    page = f"/admin/surveys/{wave.slug}/exports"
    browser = browser_of(make.staff(Role.ASSESSOR, division=wave.division))
    text = browser.get(page).get_data(as_text=True)
    assert "没有装 SPSS 组件" in text
    assert "得分还在计算" in text
    assert browser.post(page, {"kind": "sav"}, on=page).status_code == 409
    assert browser.post(page, {"kind": "package"}, on=page).status_code == 409
