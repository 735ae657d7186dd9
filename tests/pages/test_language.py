import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import Markup

from pages import language


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("zh", "zh_Hans"), ("zh-CN", "zh_Hans"), ("zh_SG", "zh_Hans"), ("zh-Hans-HK", "zh_Hans"),
        ("zh-TW", "zh_Hant"), ("zh_HK", "zh_Hant"), ("zh-MO", "zh_Hant"), ("zh-Hant", "zh_Hant"),
        ("yue-Hant-HK", "zh_Hant"),
        ("en", "en"), ("en-GB", "en"), ("fr", None), ("", None), ("x" * 32, None),
    ],
)  # fmt: skip
def test_tags_people_and_browsers_write(tag: str, found: str | None) -> None:
    assert language.match(tag) == found


@pytest.mark.parametrize(
    ("accepts", "lang"),
    [("en-US,en;q=0.9", "en"), ("fr, zh-TW;q=0.8, en;q=0.5", "zh-Hant"), ("fr", "zh-Hans"), ("", "zh-Hans")],
)
def test_the_browser_is_heard(client: FlaskClient, accepts: str, lang: str) -> None:
    page = client.get("/form", headers={"Accept-Language": accepts})
    assert f'<html lang="{lang}"' in page.text
    assert "Accept-Language" in page.headers["Vary"]


def test_a_choice_in_the_address_is_remembered(client: FlaskClient) -> None:
    chosen = client.get("/form?lang=zh-Hant", headers={"Accept-Language": "en"})
    assert '<html lang="zh-Hant"' in chosen.text
    assert "HttpOnly" in chosen.headers["Set-Cookie"]
    later = client.get("/form", headers={"Accept-Language": "en"})
    assert '<html lang="zh-Hant"' in later.text
    assert "Set-Cookie" not in later.headers


def test_a_language_we_do_not_have_changes_nothing(client: FlaskClient) -> None:
    page = client.get("/form?lang=klingon")
    assert '<html lang="zh-Hans"' in page.text
    assert "Set-Cookie" not in page.headers


def test_links_to_the_same_page_in_each_language(app: Flask) -> None:
    with app.test_request_context("/projects?status=behind&lang=en&status=overdue"):
        links = language.language_links()
    assert [(link.tag, link.current) for link in links] == [("zh-Hans", False), ("zh-Hant", False), ("en", True)]
    assert links[1].url == "/projects?status=behind&status=overdue&lang=zh-Hant"


@pytest.mark.parametrize(
    ("lang", "shown"),
    [
        ("zh-Hans", "群众里程 &lt;22.5&gt;"),
        ("zh-Hant", "群眾里程 &lt;22.5&gt;"),
        ("en", '<span lang="zh-Hans">群众里程 &lt;22.5&gt;</span>'),
    ],
)
def test_texts_of_records(app: Flask, lang: str, shown: str) -> None:
    with app.test_request_context(f"/?lang={lang}"):
        text = language.record_text("群众里程 <22.5>")
        assert text == shown
        assert isinstance(text, Markup)
        assert language.record_text(None) == ""
        assert language.record_text("G329") == "G329"


def test_messages_outside_a_request_are_in_the_source_language(app: Flask) -> None:
    with app.app_context():
        assert language.current_language() == "zh_Hans"
        assert language.gettext("还有 %(num)s 天", num=3) == "还有 3 天"


def test_ids_are_unique_on_a_page_and_the_same_each_time(app: Flask) -> None:
    for _ in range(2):
        with app.test_request_context("/"):
            assert [language.unique_id("task"), language.unique_id("task"), language.unique_id("curve")] == [
                "task-1", "task-2", "curve-1",
            ]  # fmt: skip


def test_two_requests_in_one_application_context_speak_for_themselves(app: Flask) -> None:
    with app.app_context():
        client = app.test_client(use_cookies=False)
        assert '<html lang="en"' in client.get("/form?lang=en").text
        assert '<html lang="zh-Hant"' in client.get("/form?lang=zh-Hant").text


def test_a_message_to_someone_else_is_in_their_language(app: Flask) -> None:
    with app.test_request_context("/?lang=en"):
        with language.speaking("zh_Hant"):
            assert language.plain_record_text("群众") == "群眾"
        assert language.current_language() == "en"


def test_lazy_texts_are_made_when_shown(app: Flask) -> None:
    lazy = language.lazy_gettext("还有 %(num)s 天", num="<3>")
    assert str(lazy) == "还有 <3> 天"
    assert Markup("{}").format(lazy) == "还有 &lt;3&gt; 天"
    assert lazy == "还有 <3> 天"
    assert language.lazy_gettext("最多 %(max)d 个字") % {"max": 60} == "最多 60 个字"
    with app.app_context():
        assert {lazy: 1}[lazy] == 1


def test_plurals_in_templates_take_other_placeholders_too(app: Flask) -> None:
    template = app.jinja_env.from_string("{{ ngettext('%(name)s：%(num)s 天', '%(name)s：%(num)s 天', 2, name=name) }}")
    with app.test_request_context("/"):
        assert template.render(name="青石镇") == "青石镇：2 天"
