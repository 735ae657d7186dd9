"""Translations: written beside the original, public at once, journaled, and never in place of the original."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import publishing
from minsheng.records.projects import Project
from tests.admin.conftest import Browser
from tests.factories import Make


@pytest.fixture
def project(make: Make) -> Project:
    return make.project(slug="road", title="农村公路", summary="修四条路。")


@pytest.fixture
def publisher(make: Make, browser_of: Callable[[StaffMember], Browser]) -> Browser:
    return browser_of(make.staff(Role.PUBLISHER))


def test_translation_is_shown_to_readers_of_its_language_only(
    publisher: Browser, session: Session, project: Project
) -> None:
    answer = publisher.post(
        "/admin/translations/project/road",
        data={"text-title": "Village roads", "text-summary": "", f"target-{project.indicators[0].id}-unit": "km"},
    )
    assert answer.status_code == 302
    english = publisher.get("/projects/road?lang=en").text
    assert "<h1>Village roads</h1>" in english
    assert '<span lang="zh-Hans">修四条路。</span>' in english
    assert "22.5 km" in english.replace("\N{NO-BREAK SPACE}", " ")
    chinese = publisher.get("/projects/road?lang=zh-Hans").text
    assert "<h1>农村公路</h1>" in chinese
    assert "Village roads" not in chinese.partition("</head>")[0]
    assert publishing.verify(session) == []


def test_what_was_published_before_there_were_translations_still_verifies(session: Session, project: Project) -> None:
    assert "translations" not in project.snapshot()
    session.commit()
    assert publishing.verify(session) == []


def test_saving_the_same_again_writes_nothing(publisher: Browser, session: Session, project: Project) -> None:
    for expected in ("译文已保存", "没有改动"):
        publisher.post("/admin/translations/project/road", data={"text-title": "Roads"})
        assert expected in publisher.get("/admin/translations/project/road").text
    assert project.translations == {"en": {"title": "Roads"}}


@pytest.mark.parametrize("kind", ["programme", "agency", "place"])
def test_every_kind_of_record_takes_translations(
    kind: str, publisher: Browser, make: Make, session: Session, project: Project
) -> None:
    agency = make.agency(slug="water")
    assert project.division is not None
    key = {"programme": project.programme.slug, "agency": agency.slug, "place": project.division.code}[kind]
    field = "title" if kind == "programme" else "name"
    path = f"/admin/translations/{kind}/{key}"
    assert publisher.get(path).status_code == 200
    assert publisher.post(path, data={f"text-{field}": "In <b>English</b>"}).status_code == 302
    public = {"programme": "programmes", "agency": "agencies", "place": "places"}[kind]
    assert "In &lt;b&gt;English&lt;/b&gt;</h1>" in publisher.get(f"/{public}/{key}?lang=en").text
    assert publishing.verify(session) == []


def test_a_text_too_long_is_given_back(publisher: Browser, project: Project) -> None:
    answer = publisher.post("/admin/translations/project/road", data={"text-title": "x" * 2001})
    assert answer.status_code == 422
    assert "x" * 2001 in answer.text
    assert 'id="text-title-error"' in answer.text
    assert project.translations is None


def test_another_countys_publisher_is_refused(
    browser_of: Callable[[StaffMember], Browser], make: Make, project: Project
) -> None:
    other = browser_of(make.staff(Role.PUBLISHER, division=make.division()))
    assert other.get(f"/admin/translations/project/{project.slug}").status_code == 403
