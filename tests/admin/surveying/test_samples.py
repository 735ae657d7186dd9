"""Frames and samples through pages: a file with bad cells, a sound one, a draw, reserves, letters, erasing."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from minsheng.accounts.staff import Role, StaffMember
from minsheng.errors import InvalidFileError
from minsheng.journal import JournalEntry
from minsheng.surveying import sample_frame_reading
from minsheng.surveying.invites import Invite
from minsheng.surveying.sample_frames import FrameEntry, SampleFrame
from minsheng.surveying.samples import CodeGiven, Sample, SampledPerson
from minsheng.surveying.surveys import Wave
from tests.admin.conftest import Browser
from tests.factories import Make
from tests.minsheng.casework.test_case_import import as_csv, as_workbook
from tests.minsheng.samples import HEADINGS, number

SignIn = Callable[[StaffMember], Browser]


@pytest.fixture
def wave(make: Make) -> Wave:
    return make.wave()


@pytest.fixture
def browser(make: Make, browser_of: SignIn) -> Browser:
    return browser_of(make.staff(Role.SURVEYOR, post="调查组长"))


def rows(wave: Wave, size: int = 12) -> list[list[str]]:
    return [HEADINGS, *([number(one), wave.division.code, "城镇", f"{one % 2}村"] for one in range(size))]


def upload(
    browser: Browser, wave: Wave, content: bytes, name: str = "名册.csv", channel: str = "phone"
) -> TestResponse:
    fields = {"title": "城关名册", "channel": channel, "file": (io.BytesIO(content), name)}
    return browser.post(f"/admin/surveys/{wave.slug}/samples/frames/new", fields)


def drawn(browser: Browser, session: Session, wave: Wave, size: str = "6", reserve: str = "3") -> TestResponse:
    preview = upload(browser, wave, as_csv(rows(wave))).location
    browser.post(f"{preview}/confirm", on=preview)
    name = f"size-{wave.division.code}-城镇"
    fields = {"design": "stratified", "most_attempts": "6", "script": "您好", name: size, f"reserve-{name}": reserve}
    return browser.post(f"{preview}/draw", fields, on=preview)


@pytest.mark.parametrize(
    ("content", "name"),
    [(as_csv, "a.csv"), (lambda cells: as_csv(cells, "gb18030"), "b.csv"), (as_workbook, "c.xlsx")],
)
def test_a_sound_file_of_any_kind_is_kept_sealed(
    session: Session, wave: Wave, browser: Browser, content: Callable[[list[list[str]]], bytes], name: str
) -> None:
    answer = upload(browser, wave, content(rows(wave)), name)
    assert answer.status_code == 302
    frame = session.scalars(sa.select(SampleFrame)).one()
    assert frame.confirmed_at is None
    entries = session.scalars(sa.select(FrameEntry)).all()
    assert len(entries) == 12
    assert all(number(place).encode() not in (entry.sealed or b"") for entry in entries for place in range(12))
    page = browser.get(answer.location).text
    assert "确认名册" in page
    assert number(3) not in page


def test_bad_cells_are_named_and_nothing_stays(session: Session, wave: Wave, browser: Browser, make: Make) -> None:
    other = make.division(name="远县")
    bad = [
        HEADINGS,
        [number(1), wave.division.code, "城镇", ""],
        ["12345", wave.division.code, "城镇", ""],
        [number(1), wave.division.code, "城镇", ""],
        [number(2), other.code, "城镇", ""],
        [number(3), "不知道的地方", "=cmd|calc", ""],
        ["", wave.division.code, "城镇" * 20, ""],
    ]
    page = upload(browser, wave, as_csv(bad))
    assert page.status_code == 422
    for said in (
        "A3（电话）：不是完整的电话号码",
        "A4（电话）：和第 2 行重复",
        "B5（地方）：不在这次调查的范围里",
        "B6（地方）：没有这个地方",
        "C6（层）：以等号等符号开头",
        "A7（电话）：没有填",
        "C7（层）：字太多",
    ):
        assert said in page.text
    assert number(1) not in page.text
    assert session.scalars(sa.select(SampleFrame)).all() == []


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 120_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "文件是空的"),
        (b"\xff\xfe\x00\x01broken\x00", "读不出这个文件"),
        (b"x," * 60 + b"\n", "列数太多"),
        (as_csv([["姓名", "年龄"], ["甲", "30"]]), "第一行要有列名"),
        (as_csv([["电话", "手机", "地方"]]), "有两列的列名一样"),
        (b"PK\x03\x04" + b"0" * 100, "读不出这个文件"),
    ],
)
def test_hostile_files_are_refused_in_words(
    session: Session, wave: Wave, browser: Browser, content: bytes, said: str
) -> None:
    page = upload(browser, wave, content)
    assert page.status_code == 422
    assert said in page.text
    assert "城关名册" in page.text
    assert session.scalars(sa.select(SampleFrame)).all() == []


def test_a_large_file_is_refused() -> None:
    with pytest.raises(InvalidFileError, match="too_large"):
        sample_frame_reading.read(b"a" * (sample_frame_reading.MAX_BYTES + 1))


def test_a_zip_bomb_is_refused(wave: Wave, browser: Browser) -> None:
    assert "读不出这个文件" in upload(browser, wave, bomb(), "a.xlsx").text


def test_the_same_number_in_two_frames_is_noticed(session: Session, wave: Wave, browser: Browser) -> None:
    drawn(browser, session, wave)
    assert "别的名册里已经有" in upload(browser, wave, as_csv(rows(wave))).text


def test_a_draw_shows_seed_weights_and_takes_reserves_in(session: Session, wave: Wave, browser: Browser) -> None:
    answer = drawn(browser, session, wave)
    assert answer.status_code == 302
    sample = session.scalars(sa.select(Sample)).one()
    page = browser.get(answer.location).text
    assert sample.seed in page
    address = f"/admin/surveys/{wave.slug}/samples/1"
    assert "数目超出范围" in browser.post(f"{address}/reserves/0", {"count": "4"}, on=address).text
    assert browser.post(f"{address}/reserves/0", {"count": "2"}, on=address).status_code == 302
    assert sum(not one.is_reserve for one in session.scalars(sa.select(SampledPerson))) == 8
    assert "1.5" in browser.get(address).text
    assert browser.post(f"{address}/reserves/7", {"count": "2"}, on=address).status_code == 404


@pytest.mark.parametrize("size", ["0", "13", "x", "-1", "99999999999999999999"])
def test_sizes_that_do_not_fit_stay_in_the_form(session: Session, wave: Wave, browser: Browser, size: str) -> None:
    answer = drawn(browser, session, wave, size)
    assert answer.status_code == 422
    assert "抽的人数要在 1 到名册人数之间" in answer.text
    assert f'value="{size}"' in answer.text
    assert session.scalars(sa.select(Sample)).all() == []
    assert session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "sample_announced")).all() == []


def test_letters_are_shown_once_and_codes_kept_as_hashes(session: Session, wave: Wave, browser: Browser) -> None:
    address = drawn(browser, session, wave).location
    letters = browser.post(f"{address}/letters", on=address)
    codes = re.findall(r'letter-code">([^<]+)<', letters.text)
    assert letters.headers["Cache-Control"] == "no-store"
    assert len(codes) == 6
    invites = session.scalars(sa.select(Invite)).all()
    assert len(invites) == 6
    assert not {one.code_hash for one in invites} & set(codes)
    given = [one.code_given for one in session.scalars(sa.select(SampledPerson)) if not one.is_reserve]
    assert given == [CodeGiven.LETTER] * 6
    assert browser.post(f"{address}/letters", on=address).status_code == 302


def test_erasing_needs_a_yes_and_takes_everything(session: Session, wave: Wave, browser: Browser) -> None:
    address = drawn(browser, session, wave).location
    frame = session.scalars(sa.select(SampleFrame)).one()
    page = f"/admin/surveys/{wave.slug}/samples/frames/{frame.id}"
    assert browser.post(f"{page}/erase", on=page).status_code == 422
    assert browser.post(f"{page}/erase", {"sure": "y"}, on=page).status_code == 302
    assert {entry.sealed for entry in session.scalars(sa.select(FrameEntry))} == {None}
    assert "不能再打印信" in browser.get(address).text


def test_a_survey_without_drawn_channels_takes_no_frame(session: Session, wave: Wave, browser: Browser) -> None:
    wave.channels = ["web"]
    session.commit()
    page = browser.get(f"/admin/surveys/{wave.slug}/samples/frames/new")
    assert "这次调查没有抽样的渠道" in page.text
    assert "名册文件" not in page.text


def test_another_places_survey_stays_closed(session: Session, wave: Wave, make: Make, browser_of: SignIn) -> None:
    member = make.staff(Role.SURVEYOR)
    member.grants[0].division = make.division(name="远县")
    session.commit()
    other = browser_of(member)
    for address in ("samples/", "samples/frames/new", "samples/1", "calls"):
        assert other.get(f"/admin/surveys/{wave.slug}/{address}").status_code == 403
