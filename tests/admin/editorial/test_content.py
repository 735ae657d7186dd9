"""Policies and news: from a draft to residents and back, and what hostile Markdown comes to."""

import dataclasses
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import content_pages, publishing
from minsheng.editorial.content_pages import ContentPage
from minsheng.errors import NotAllowedError
from minsheng.journal import JournalEntry
from pages.services import EXTENSION
from tests.admin.conftest import AT, Browser, read_fields
from tests.factories import Make

SignIn = Callable[[StaffMember], Browser]
TEXT = {
    "kind": "news",
    "slug": "first-news",
    "title": "公示栏上线了",
    "body": "# 从今天起\n\n请看[项目](/projects/)。\n\n| 月 | 件 |\n|---|---|\n| 五月 | 3 |",
    "title_en": "",
    "body_en": "",
}


@pytest.fixture
def editor(make: Make, browser_of: SignIn) -> Browser:
    return browser_of(make.staff(Role.PUBLISHER, post="某县民生办"))


@pytest.fixture
def reader(app: Flask) -> Browser:
    return Browser(app.test_client())


def written(editor: Browser, **other: str) -> str:
    """Write a page and return its address at the desk."""
    answer = editor.post("/admin/content/new", {**TEXT, "seen": "0", **other})
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return str(answer.location)


@pytest.fixture
def second(make: Make, browser_of: SignIn) -> Browser:
    return browser_of(make.staff(Role.PUBLISHER, post="某县政府办"))


def publish(editor: Browser, second: Browser, page: str, number: int = 1) -> int:
    """Hand a version in, and let a second person publish it."""
    assert editor.post(f"{page}/submit/{number}", on=page).status_code == 302
    return second.post(f"{page}/publish/{number}", on=page).status_code


def test_a_page_is_drafted_published_changed_and_withdrawn(
    editor: Browser, second: Browser, reader: Browser, session: Session
) -> None:
    page = written(editor)
    assert reader.get("/pages/first-news").status_code == 404

    assert publish(editor, second, page) == 302
    shown = reader.get("/pages/first-news").get_data(as_text=True)
    assert "<h2>从今天起</h2>" in shown
    assert '<a href="/projects/" rel="noopener">项目</a>' in shown
    assert "<td>五月</td>" in shown
    assert "公示栏上线了" in reader.get("/").get_data(as_text=True)
    assert "公示栏上线了" in reader.get("/pages/").get_data(as_text=True)
    assert "/pages/first-news" in reader.get("/sitemaps/contents-1.xml").get_data(as_text=True)

    edit = f"{page}/edit"
    assert editor.post(edit, {**editor.fields(edit), "body": "改过的正文。"}).status_code == 302
    assert "改过的正文" not in reader.get("/pages/first-news").get_data(as_text=True)
    assert publish(editor, second, page, 2) == 302
    assert "改过的正文" in reader.get("/pages/first-news").get_data(as_text=True)

    assert editor.post(f"{page}/withdraw", {"reason": ""}, on=page).status_code == 422
    assert editor.post(f"{page}/withdraw", {"reason": "办法已经废止"}, on=page).status_code == 302
    gone = reader.get("/pages/first-news")
    assert gone.status_code == 410
    assert "办法已经废止" in gone.get_data(as_text=True)
    assert "改过的正文" not in gone.get_data(as_text=True).split("发布和改动的记录")[0]
    assert "公示栏上线了" not in reader.get("/").get_data(as_text=True)
    acts = session.scalars(sa.select(JournalEntry.act).where(JournalEntry.subject == "content:first-news")).all()
    assert acts == [
        "content_submitted",
        "content_published",
        "content_submitted",
        "content_revised",
        "content_withdrawn",
    ]
    assert publishing.verify(session) == []


def test_an_altered_page_is_noticed(editor: Browser, second: Browser, session: Session) -> None:
    publish(editor, second, written(editor))
    session.execute(sa.update(content_pages.ContentVersion).values(body="别的话"))

    assert [fault.where for fault in publishing.verify(session)] == ["content:first-news (body)"]


def test_policies_stand_in_the_footer_and_are_found(editor: Browser, second: Browser, reader: Browser) -> None:
    publish(
        editor, second, written(editor, kind="policy", slug="rules", title="来件办理办法", body="逾期的要说明理由。")
    )

    assert '<a href="/pages/rules">来件办理办法</a>' in reader.get("/about/figures").get_data(as_text=True)
    assert "/pages/rules" in reader.get("/search/?q=来件办理办法").get_data(as_text=True)


def test_translations_are_read_by_those_who_read_them(editor: Browser, second: Browser, reader: Browser) -> None:
    publish(editor, second, written(editor, title_en="The board is open", body_en="From **today**."))

    english = reader.get("/pages/first-news?lang=en").get_data(as_text=True)
    assert "The board is open" in english
    assert "From <strong>today</strong>." in english
    traditional = reader.get("/pages/first-news?lang=zh-Hant").get_data(as_text=True)
    assert "<h2>從今天起</h2>" in traditional
    assert "公示欄上線了" in traditional


def test_a_look_keeps_nothing(editor: Browser, session: Session) -> None:
    answer = editor.post("/admin/content/new", {**TEXT, "seen": "0", "step": "preview"})

    page = answer.get_data(as_text=True)
    assert "看起来是这样" in page
    assert "<h2>从今天起</h2>" in page
    assert "请看[项目](/projects/)" in page
    assert session.scalars(sa.select(ContentPage)).all() == []


def test_of_two_who_write_at_once_the_second_is_shown_the_first(
    make: Make, browser_of: SignIn, editor: Browser
) -> None:
    page = written(editor)
    other = browser_of(make.staff(Role.ADMINISTRATOR))
    opened = other.fields(f"{page}/edit")
    editor.post(f"{page}/edit", {**editor.fields(f"{page}/edit"), "body": "先存的一版"})

    late = other.post_as_typed(f"{page}/edit", {**opened, "body": "后存的一版"})

    text = late.get_data(as_text=True)
    assert late.status_code == 409
    assert "先存的一版" in text
    assert "后存的一版" in text
    again = {**read_fields(late), "body": "合起来的一版"}
    assert other.post_as_typed(f"{page}/edit", again).status_code == 302


def test_an_address_is_given_once_and_has_one_form(editor: Browser, session: Session) -> None:
    written(editor)
    for slug in ("first-news", "../x", "隐私", "a b", "-x", "x" * 81, ""):
        assert editor.post("/admin/content/new", {**TEXT, "seen": "0", "slug": slug}).status_code == 422
    assert session.scalar(sa.select(sa.func.count()).select_from(ContentPage)) == 1


@pytest.mark.parametrize("role", Role)
def test_only_publishers_and_administrators_of_the_whole_write(
    make: Make, browser_of: SignIn, session: Session, role: Role
) -> None:
    limited = make.staff(role, division=make.division())
    assert browser_of(limited).get("/admin/content/").status_code == 403
    with pytest.raises(NotAllowedError):
        content_pages.begin(session, content_pages.ContentKind.NEWS, "x", limited)
    expected = 200 if role in {Role.PUBLISHER, Role.ADMINISTRATOR} else 403
    assert browser_of(make.staff(role)).get("/admin/content/").status_code == expected


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\nscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "![x](https://evil.example/pixel.png)",
    '[x](https://a.example "onmouseover=alert(1)")',
    '[x](https://a.example" onmouseover="alert(1))',
    '<https://a.example/"onmouseover=alert(1)>',
    "[ref]: javascript:alert(1)\n\n[ref]",
    "```<script>\nalert(1)\n```",
    '``` " onload=alert(1)\nx\n```',
    "<style>*{display:none}</style>",
    "<iframe src=//evil.example></iframe>",
    "<form action=//evil.example><input name=password></form>",
    "<base href=//evil.example>",
    "<a href=javascript:alert(1)>x</a>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "|<script>|\n|---|\n|<img src=x onerror=alert(1)>|",
    "<!--><script>alert(1)</script>-->",
    ">" * 200 + "x",
    "[" * 2000 + "x" + "]" * 2000,
    "*" * 5000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_is_text(editor: Browser, second: Browser, reader: Browser, text: str) -> None:
    publish(editor, second, written(editor, body=text))

    page = reader.get("/pages/first-news").get_data(as_text=True)
    body = page.split('<div class="prose written">')[1].split("</div>")[0].lower()
    for tag in ("<script", "<img", "<svg", "<style", "<iframe", "<form", "<input", "<base", "<!--"):
        assert tag not in body
    for tag in body.split("<")[1:]:
        opened = tag.split(">")[0]
        assert " on" not in opened.replace('title="onmouseover=alert(1)"', "").replace('rel="noopener"', "")
        assert "javascript:" not in opened.replace("\n", "")
        assert "data:" not in opened
        assert "vbscript:" not in opened


def test_the_actor_and_the_time_are_the_desks(editor: Browser, second: Browser, session: Session) -> None:
    publish(editor, second, written(editor))

    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "content_published")).one()
    assert (entry.actor, entry.at, entry.is_public) == ("某县政府办", AT, True)


def test_nobody_publishes_a_page_they_wrote(
    editor: Browser, second: Browser, reader: Browser, session: Session
) -> None:
    page = written(editor)
    assert second.post(f"{page}/publish/1", on=page).status_code == 409
    editor.post(f"{page}/submit/1", on=page)

    assert "自己写的要由另一位同事看过再公示" in editor.get(page).get_data(as_text=True)
    assert editor.post(f"{page}/publish/1", on=page).status_code == 409
    assert reader.get("/pages/first-news").status_code == 404
    assert "公示栏上线了" in second.get("/admin/publishing/").get_data(as_text=True)
    assert second.post(f"{page}/return", {"return_reason": "日期不对"}, on=page).status_code == 302
    assert "日期不对" in editor.get(page).get_data(as_text=True)
    assert second.post(f"{page}/publish/1", on=page).status_code == 409

    # Whoever adds a version to another's is an author of what both bring.
    edit = f"{page}/edit"
    second.post(edit, {**second.fields(edit), "body": "第二个人改的。"})
    second.post(f"{page}/submit/2", on=page)
    assert second.post(f"{page}/publish/2", on=page).status_code == 409
    assert editor.post(f"{page}/publish/2", on=page).status_code == 409


def test_one_person_mode_publishes_and_says_so(app: Flask, editor: Browser, reader: Browser, session: Session) -> None:
    app.extensions[EXTENSION] = dataclasses.replace(app.extensions[EXTENSION], one_person_allowed=True)
    page = written(editor)
    editor.post(f"{page}/submit/1", on=page)

    assert "公开的变更记录会写明" in editor.get(page).get_data(as_text=True)
    assert editor.post(f"{page}/publish/1", on=page).status_code == 302
    entry = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "content_published")).one()
    assert entry.details["one_person"] is True
    assert "一人模式" in reader.get("/changes/").get_data(as_text=True)
