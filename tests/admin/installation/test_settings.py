"""Settings: who may change them, what they refuse, that every page follows, and that nobody overwrites unseen."""

import io
import json
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import publishing
from minsheng.errors import NotAllowedError
from minsheng.installation import settings
from minsheng.installation.calendars import CalendarYear
from minsheng.installation.settings import DEFAULTS, Setting
from minsheng.journal import JournalEntry
from minsheng.pictures import emblems
from tests.admin.conftest import AT, Browser
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
WORD = "严重滞后"
RED = {"board": "#7a1f1f", "board_dark": "#5a1616", "link_dark": "#f2b8b8"}


@pytest.fixture
def admin(make: Make, browser_of: SignIn) -> Browser:
    return browser_of(make.staff(Role.ADMINISTRATOR, post="某县民生办"))


@pytest.fixture
def reader(app: Flask) -> Browser:
    """A resident."""
    return Browser(app.test_client())


def put(browser: Browser, group: str, **values: object) -> int:
    """Change a group of settings as the page has it, but for these values."""
    url = f"/admin/settings/{group}"
    return browser.post(url, {**browser.fields(url), **values}).status_code


def test_name_and_desk_stand_on_every_page_at_the_next_request(admin: Browser, reader: Browser) -> None:
    assert "民生·民声" in reader.get("/").get_data(as_text=True)

    assert put(admin, "name", site_name="清河县民生公示", site_name_en="Qinghe Notice Board") == 302
    assert put(admin, "contact", contact_office="清河县民生办", contact_phone="000-0000 0001") == 302
    assert put(admin, "footer", icp_number="某ICP备00000000号") == 302

    for address in ("/", "/projects/", "/about/privacy", "/not-there"):
        page = reader.get(address).get_data(as_text=True)
        assert "清河县民生公示</title>" in page, address
        assert 'href="tel:000-00000001"' in page
        assert '<a href="https://beian.miit.gov.cn/" rel="noopener">某ICP备00000000号</a>' in page
    assert "清河縣民生公示" in reader.get("/?lang=zh-Hant").get_data(as_text=True)
    assert "Qinghe Notice Board" in reader.get("/?lang=en").get_data(as_text=True)
    assert "清河县民生公示" in reader.get("/feeds/changes.atom?lang=zh-Hans").get_data(as_text=True)
    assert reader.get("/manifest.webmanifest?lang=zh-Hans").get_json()["name"] == "清河县民生公示"


def test_every_change_is_public_with_what_stood_there(admin: Browser, session: Session, reader: Browser) -> None:
    put(admin, "name", site_name="甲县")
    put(admin, "name", site_name="乙县")

    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "settings_changed")).all()[-1]
    assert (entry.actor, entry.is_public) == ("某县民生办", True)
    assert entry.details["changes"] == {"site_name": ["甲县", "乙县"]}
    assert publishing.verify(session) == []
    page = reader.get("/changes/").get_data(as_text=True)
    assert "修改网站设置" in page
    assert "<del>甲县</del>" in page
    session.execute(sa.update(Setting).values(value="丙县"))
    assert [fault.kind for fault in publishing.verify(session)] == ["record_altered"]


def test_a_value_set_back_to_its_default_is_no_longer_kept(admin: Browser, session: Session) -> None:
    put(admin, "periods", report_due_day="5")
    put(admin, "periods", report_due_day="8")

    assert session.scalars(sa.select(Setting)).all() == []
    assert settings.read(session) == DEFAULTS


@pytest.mark.parametrize(
    "value",
    [
        "red",
        "#fff",
        "#0d478c; } body { display: none",
        "#0d478c/*",
        "url(//evil.example)",
        "#0d478c\n--paper:#000",
        "var(--ink)",
        "#ＦＦ００００",
        "expression(alert(1))",
        "#8fbdf2",
    ],
)
def test_colours_take_nothing_but_legible_colours(
    admin: Browser, reader: Browser, session: Session, value: str
) -> None:
    url = "/admin/settings/colours"
    answer = admin.post(url, {**admin.fields(url), "board": value})

    assert answer.status_code == 422
    assert 'id="board-error"' in answer.get_data(as_text=True)
    assert session.scalars(sa.select(Setting)).all() == []
    assert "evil" not in reader.get("/site.css").get_data(as_text=True)


def test_a_colour_planted_in_the_database_reaches_no_page(session: Session, reader: Browser) -> None:
    session.add(Setting(name="board", value="#000;} *{display:none", changed_at=AT))
    session.add(Setting(name="no_such_setting", value=1, changed_at=AT))
    session.commit()

    assert "display" not in reader.get("/site.css").get_data(as_text=True)
    assert reader.get("/").status_code == 200


def test_own_colours_are_a_sheet_that_may_be_kept(admin: Browser, reader: Browser) -> None:
    assert "site.css" not in reader.get("/").get_data(as_text=True)
    assert put(admin, "colours", **RED) == 302

    page = reader.get("/").get_data(as_text=True)
    found = re.search(r'<link rel="stylesheet" href="(/site\.css\?v=\w+)">', page)
    assert found is not None
    assert page.index("tokens.css") < found.start()
    assert '<meta name="theme-color" content="#7a1f1f">' in page
    sheet = reader.get(found[1])
    assert sheet.mimetype == "text/css"
    assert "immutable" in sheet.headers["Cache-Control"]
    text = sheet.get_data(as_text=True)
    assert text.count("--board: #7a1f1f;") == 1
    assert text.count("--board: #5a1616;") == 2
    assert text.count("{") == text.count("}") == 4
    put(admin, "colours", **{**RED, "board": "#00563f"})
    assert found[1] not in reader.get("/").get_data(as_text=True)


def test_of_two_who_write_at_once_the_second_is_told(make: Make, admin: Browser, browser_of: SignIn) -> None:
    other = browser_of(make.staff(Role.ADMINISTRATOR))
    url = "/admin/settings/name"
    opened = other.fields(url)
    put(admin, "name", site_name="先到的名字")

    late = other.post_as_typed(url, {**opened, "site_name": "后到的名字"})

    page = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "先到的名字" in page
    assert 'value="后到的名字"' in page
    again = {**opened, "seen": re.findall(r'name="seen"[^>]*value="(\w+)"', page)[0], "site_name": "后到的名字"}
    assert other.post_as_typed(url, again).status_code == 302


@pytest.mark.parametrize("role", Role)
def test_only_an_administrator_of_the_whole_changes_settings(
    make: Make, browser_of: SignIn, session: Session, role: Role
) -> None:
    place = make.division()
    browser = browser_of(make.staff(role, division=place))

    for address in ("/admin/settings/", "/admin/settings/name", "/admin/settings/calendar"):
        assert browser.get(address).status_code == 403
    page = browser.get("/admin/").get_data(as_text=True)
    assert "/admin/settings/" not in page
    with pytest.raises(NotAllowedError):
        settings.change(session, {"second_factor_required": False}, make.staff(role, division=place), AT)


def test_languages_that_are_not_shown_are_not_spoken(admin: Browser, reader: Browser) -> None:
    url = "/admin/settings/languages"
    answer = admin.post(url, {**admin.fields(url), "languages": ["en"]})
    assert answer.status_code == 422
    fields = {**admin.fields(url), "languages": ["zh_Hans", "zh_Hant"]}
    assert admin.post(url, fields).status_code == 302

    page = reader.get("/?lang=en", headers={"Accept-Language": "en"}).get_data(as_text=True)

    assert '<html lang="zh-Hans"' in page
    assert 'hreflang="en"' not in page
    assert 'hreflang="zh-Hant"' in page


def test_periods_and_thresholds_hold_everywhere(admin: Browser, reader: Browser, make: Make, session: Session) -> None:
    project = make.project()
    make.published_report(project, physical_progress=38)
    session.commit()
    address = f"/projects/{project.slug}"
    before = reader.get(address).get_data(as_text=True)

    assert put(admin, "periods", seriously_behind="-3", behind="-2", ahead="2", reply_days="7") == 302

    figures = reader.get("/about/figures").get_data(as_text=True)
    assert "7 个工作日内答复" in figures
    assert "7 个工作日内答复" in re.sub(r"\s+", " ", admin.get("/suggestions/new").text)
    after = reader.get(address).get_data(as_text=True)
    assert after.count(WORD) > before.count(WORD)
    assert address in reader.get("/projects/?status=seriously_behind").get_data(as_text=True)
    assert put(admin, "periods", seriously_behind="-3", behind="-4") == 422
    assert put(admin, "periods", reply_days="999") == 422
    assert put(admin, "periods", ahead="NaN") == 422


def picture(kind: str, size: tuple[int, int] = (600, 300)) -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", size, "#00563f").save(data, kind)
    data.seek(0)
    return data


def test_an_emblem_is_re_encoded_and_served_with_its_digest(admin: Browser, reader: Browser) -> None:
    page = "/admin/settings/"
    admin.post("/admin/settings/emblem", {"picture": (picture("JPEG"), "emblem.jpg")}, on=page)

    found = re.search(r'src="(/emblem\.png\?v=\w{12})"', reader.get("/").get_data(as_text=True))
    assert found is not None
    served = reader.get(found[1])
    assert served.mimetype == "image/png"
    with Image.open(io.BytesIO(served.data)) as kept:
        assert kept.size == (256, 256)
    admin.post("/admin/settings/emblem/remove", on=page)
    assert reader.get("/emblem.png").status_code == 404
    assert "emblem-light" in reader.get("/").get_data(as_text=True)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"\x89PNG\r\n\x1a\n" + b"\0" * 100,
        b"GIF89a" + b"\0" * 50,
    ],
)
def test_what_is_no_picture_is_no_emblem(admin: Browser, reader: Browser, data: bytes) -> None:
    admin.post("/admin/settings/emblem", {"picture": (io.BytesIO(data), "emblem.png")}, on="/admin/settings/")

    assert reader.get("/emblem.png").status_code == 404
    assert "标志没有换" in admin.get("/admin/settings/").get_data(as_text=True)


def test_a_small_picture_and_huge_ones_are_refused(
    admin: Browser, reader: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emblems, "MOST_PIXELS", 1_000_000)
    monkeypatch.setattr(emblems, "MOST_BYTES", 3_000)
    for size in ((40, 40), (1001, 1000), (990, 990)):
        sent = {"picture": (picture("PNG", size), "emblem.png")}
        admin.post("/admin/settings/emblem", sent, on="/admin/settings/")
        assert reader.get("/emblem.png").status_code == 404


HOLIDAYS = "日期,休或班,说明\n2030-01-01,休,元旦\n2030年2月4日,休,春节\n2030/2/9,班,调休\n"
NOTICE = {"source_title": "关于2030年部分节假日安排的通知", "document": "国办发明电〔2029〕1号"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_calendar_counts_after_it_was_looked_at(admin: Browser, session: Session, encoding: str) -> None:
    url = "/admin/settings/calendar"
    sent = {"file": (io.BytesIO(HOLIDAYS.encode(encoding)), "2030.csv"), **NOTICE}
    preview = admin.post(url, sent)
    page = preview.get_data(as_text=True)
    assert "2030年1月1日" in page
    assert session.scalars(sa.select(CalendarYear)).all() == []

    fields = {name: re.findall(rf'name="{name}"[^>]*value="([^"]*)"', page)[0] for name in ("days", "csrf_token")}
    fields["days"] = fields["days"].replace("&#34;", '"')
    assert admin.post_as_typed(f"{url}/take", {**fields, **NOTICE}).status_code == 302

    kept = session.scalars(sa.select(CalendarYear)).one()
    assert kept.days == {"2030-01-01": False, "2030-02-04": False, "2030-02-09": True}
    assert "本站导入" in admin.get("/admin/settings/").get_data(as_text=True)
    admin.post("/admin/settings/calendar/2030/drop", on="/admin/settings/")
    assert session.scalars(sa.select(CalendarYear)).all() == []
    acts = session.scalars(sa.select(JournalEntry.act).where(JournalEntry.act == "calendar_changed")).all()
    assert len(acts) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "文件里没有日期"),
        ("日期,休\n2030-13-01,休\n", "日期读不懂"),
        ("日期,休\n2030-01-01,也许\n", "看不出是休还是班"),
        ("日期,休\n2030-01-02,班\n", "应当是周末"),
        ("日期,休\n2030-01-01,休\n2028-05-01,休\n", "不止一年"),
        ("日期,休\n2030-02-09,休\n2030-02-09,班\n", "同一天"),
        ("{", "读不懂"),
        ('{"days": [{"date": "2030-01-01", "isOffDay": "yes"}]}', "看不出"),
        ('{"days": [{"date": 5, "isOffDay": true}]}', "日期读不懂"),
        ('{"off": [{"first": "2030-01-01", "last": "2039-01-01"}], "work": []}', "日期读不懂"),
        ("[" * 30_000, "读不懂"),
        ("x" * 300_000, "文件太大"),
    ],
)
def test_a_calendar_that_cannot_be_right_is_refused_in_words(admin: Browser, text: str, says: str) -> None:
    answer = admin.post("/admin/settings/calendar", {"file": (io.BytesIO(text.encode()), "a.csv"), **NOTICE})

    assert answer.status_code == 422
    assert says in answer.get_data(as_text=True)
    assert NOTICE["source_title"] in answer.get_data(as_text=True)


def test_what_is_confirmed_is_checked_again(admin: Browser, session: Session) -> None:
    url = "/admin/settings/calendar/take"
    for days in ("", "[]", '{"2030-01-02": true}', json.dumps({"x": True}), "[" * 30_000):
        answer = admin.post(url, {"days": days, **NOTICE}, on="/admin/settings/")
        assert answer.status_code == 400
    assert session.scalars(sa.select(CalendarYear)).all() == []
