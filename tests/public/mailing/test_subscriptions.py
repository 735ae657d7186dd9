"""Following by mail, from the page to the mailbox and out again."""

import datetime as dt
import email
import email.policy
import re
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from minsheng import codes
from minsheng.casework.cases import SuggestionKind
from minsheng.casework.letters import Letter, submit
from minsheng.editorial import publishing
from minsheng.mailing import mail, subscriptions
from minsheng.mailing.mail import QueuedMail
from minsheng.mailing.subscriptions import Purpose, Subscription, SubscriptionState
from minsheng.records.projects import Project
from pages.services import services
from public.mailing.news_mail import tell_news
from tests.factories import Make
from website import jobs

ADDRESS = "wang.xiu@example.com"


@pytest.fixture
def project(make: Make) -> Project:
    return make.project(slug="road", title="农村公路“村村通”")


def token_of_form(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found, page.text
    return found.group(1)


def post(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Send the form of a page with its own CSRF field."""
    return client.post(path, data={"csrf_token": token_of_form(client.get(path)), **fields})


def ask(
    client: FlaskClient, address: str = ADDRESS, key: str = "road", topic: str = "project", rhythm: str = "at_once"
) -> TestResponse:
    path = f"/subscriptions/new?topic={topic}&key={quote(key)}"
    return post(client, path, topic=topic, key=key, address=address, rhythm=rhythm)


def mailbox(tmp_path: Path, later: dt.timedelta = dt.timedelta(0)) -> list[EmailMessage]:
    """Send what waits, by a clock that much ahead; return all messages ever written, oldest first."""
    known = services()
    from minsheng.database import db  # noqa: PLC0415 - the session of the moment

    mail.send_due(db.session(), known.contacts, known.mail_transport, known.mail_sender, lambda: known.clock() + later)
    files = sorted((tmp_path / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    messages = [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in files]
    assert all(isinstance(message, EmailMessage) for message in messages)
    return [message for message in messages if isinstance(message, EmailMessage)]


def text_of(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    content: str = part.get_content()
    return content


def link_in(message: EmailMessage, path: str) -> str:
    found = re.search(rf"https?://\S+{path}\S+", text_of(message))
    assert found, text_of(message)
    parts = urlsplit(found.group())
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def subscribe(client: FlaskClient, tmp_path: Path, **given: str) -> str:
    """Ask, confirm, and return the address of the page that manages the subscription."""
    ask(client, **given)
    answer = post(client, link_in(mailbox(tmp_path)[-1], "/subscriptions/confirm/"))
    assert answer.status_code == 302
    return urlsplit(answer.headers["Location"]).path


def report(make: Make, project: Project, month: str = "2026-05") -> None:
    """Publish a report; what the browser's last request made stale is read first."""
    assert project.indicators
    make.published_report(project, month)


def all_subscriptions(session: Session) -> list[Subscription]:
    return list(session.scalars(sa.select(Subscription).order_by(Subscription.id)))


@pytest.mark.usefixtures("project")
class TestAsking:
    def test_a_mail_asks_to_confirm(self, client: FlaskClient, session: Session, tmp_path: Path) -> None:
        answer = ask(client)
        assert answer.headers["Location"] == "/subscriptions/sent"
        (message,) = mailbox(tmp_path)
        assert message["To"] == ADDRESS
        assert "农村公路“村村通”" in text_of(message)
        assert message["List-Unsubscribe"] is None
        (made,) = all_subscriptions(session)
        assert made.state is SubscriptionState.PENDING

    def test_address_is_nowhere_in_the_database(self, client: FlaskClient, session: Session, tmp_path: Path) -> None:
        subscribe(client, tmp_path)
        session.commit()
        kept = b"".join(path.read_bytes() for path in tmp_path.glob("test.sqlite*"))
        assert b"wang.xiu" not in kept

    def test_the_language_of_the_page_is_that_of_the_mail(self, client: FlaskClient, tmp_path: Path) -> None:
        client.get("/?lang=zh-Hant")
        ask(client)
        assert "農村公路" in text_of(mailbox(tmp_path)[0])

    def test_asking_again_before_confirming_sends_nothing(self, client: FlaskClient, tmp_path: Path) -> None:
        ask(client)
        again = ask(client, address="Wang.Xiu+x@EXAMPLE.com")
        assert again.headers["Location"] == "/subscriptions/sent"
        assert len(mailbox(tmp_path)) == 1

    def test_the_answer_does_not_tell_who_follows(self, client: FlaskClient, tmp_path: Path) -> None:
        subscribe(client, tmp_path)
        known, unknown = ask(client), ask(client, address="other@example.com")
        assert known.status_code == unknown.status_code == 302
        assert known.headers["Location"] == unknown.headers["Location"]
        assert known.data == unknown.data

    def test_followers_who_ask_again_are_told_once_a_day(self, client: FlaskClient, tmp_path: Path) -> None:
        subscribe(client, tmp_path)
        ask(client)
        ask(client, rhythm="weekly")
        messages = mailbox(tmp_path)
        assert len(messages) == 2
        assert "您早已订阅" in text_of(messages[-1])

    def test_nobody_can_bomb_a_mailbox(self, client: FlaskClient, make: Make, tmp_path: Path) -> None:
        for number in range(8):
            make.project(slug=f"other-{number}")
            ask(client, key=f"other-{number}")
        assert len(mailbox(tmp_path)) == subscriptions.MOST_WAITING

    @pytest.mark.parametrize(
        "address",
        [
            "no-at-sign",
            "two@@example.com",
            "a b@example.com",
            "a@example.com,b@example.com",
            "a@example.com\r\nBcc: b@example.com",
            "a@localhost",
            '"quoted"@example.com',
            "<a@example.com>",
            "a@exa mple.com",
            "é@example.com",
            "a" * 70 + "@example.com",
        ],
    )
    def test_what_is_no_address_is_refused_beside_the_field(
        self, client: FlaskClient, session: Session, address: str
    ) -> None:
        answer = ask(client, address=address)
        assert answer.status_code == 422
        assert "address-error" in answer.text
        assert all_subscriptions(session) == []

    def test_a_robot_is_refused(self, client: FlaskClient, session: Session) -> None:
        path = "/subscriptions/new?topic=project&key=road"
        answer = post(client, path, topic="project", key="road", address=ADDRESS, rhythm="daily", homepage="x")
        assert answer.status_code == 422
        assert all_subscriptions(session) == []

    @pytest.mark.parametrize(
        ("topic", "key"), [("project", "nowhere"), ("own_case", "1"), ("nothing", ""), ("case", "99999999999")]
    )
    def test_what_is_not_there_cannot_be_followed(self, client: FlaskClient, topic: str, key: str) -> None:
        assert client.get(f"/subscriptions/new?topic={topic}&key={key}").status_code == 404

    def test_links_in_mail_do_not_come_from_the_request(self, client: FlaskClient, tmp_path: Path) -> None:
        path = "/subscriptions/new?topic=project&key=road"
        page = client.get(path, headers={"Host": "evil.example"})
        client.post(
            path,
            headers={"Host": "evil.example"},
            data={"csrf_token": token_of_form(page), "address": ADDRESS, "rhythm": "daily", "topic": "project"}
            | {"key": "road"},
        )
        assert "evil.example" not in mailbox(tmp_path)[0].as_string()


@pytest.mark.usefixtures("project")
class TestConfirming:
    def test_opening_the_link_confirms_nothing(self, client: FlaskClient, session: Session, tmp_path: Path) -> None:
        ask(client)
        link = link_in(mailbox(tmp_path)[0], "/subscriptions/confirm/")
        assert client.get(link).status_code == 200
        assert all_subscriptions(session)[0].state is SubscriptionState.PENDING

    def test_pressing_the_button_twice_is_harmless(self, client: FlaskClient, session: Session, tmp_path: Path) -> None:
        ask(client)
        link = link_in(mailbox(tmp_path)[0], "/subscriptions/confirm/")
        assert post(client, link).status_code == 302
        first = all_subscriptions(session)[0].confirmed_at
        assert post(client, link).status_code == 302
        (made,) = all_subscriptions(session)
        assert made.confirmed_at == first
        assert made.state is SubscriptionState.ACTIVE

    def test_tokens_cannot_be_guessed_changed_or_used_for_something_else(
        self, client: FlaskClient, session: Session
    ) -> None:
        ask(client)
        (made,) = all_subscriptions(session)
        secret = services().secret
        right = subscriptions.token(secret, Purpose.CONFIRM, made)
        for wrong in (
            made.reference,
            right[:-1],
            right[:-1] + ("0" if right[-1] != "0" else "1"),
            subscriptions.token(secret, Purpose.MANAGE, made),
            subscriptions.token("another secret", Purpose.CONFIRM, made),
            "é.ü",
        ):
            assert client.get(f"/subscriptions/confirm/{wrong}").status_code == 404
        assert client.get(f"/subscriptions/{right}").status_code == 404

    def test_too_late_is_gone_and_erased(self, client: FlaskClient, session: Session, tmp_path: Path) -> None:
        ask(client)
        link = link_in(mailbox(tmp_path)[0], "/subscriptions/confirm/")
        (made,) = all_subscriptions(session)
        made.asked_at -= subscriptions.CONFIRM_WITHIN + dt.timedelta(minutes=1)
        assert post(client, link).status_code == 404
        jobs.tick()
        assert all_subscriptions(session) == []

    def test_pages_of_a_subscription_are_kept_by_nobody(self, client: FlaskClient, tmp_path: Path) -> None:
        page = client.get(subscribe(client, tmp_path))
        assert page.headers["Cache-Control"] == "no-store"
        assert ADDRESS not in page.text
        assert 'name="referrer" content="no-referrer"' in page.text


class TestNews:
    def test_a_published_report_is_told_once(
        self, client: FlaskClient, make: Make, project: Project, session: Session, tmp_path: Path
    ) -> None:
        subscribe(client, tmp_path)
        report(make, project)
        session.commit()
        jobs.tick()
        jobs.tick()
        messages = mailbox(tmp_path)
        assert len(messages) == 2
        news = messages[-1]
        assert "公示月报" in text_of(news)
        assert "/projects/road" in text_of(news)
        assert news["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert news["List-Unsubscribe"].startswith("<http")
        html = news.get_body(("html",))
        assert html is not None
        assert "农村公路" in html.get_content()

    def test_that_a_project_was_withdrawn_is_told(
        self, client: FlaskClient, project: Project, session: Session, tmp_path: Path, at: dt.datetime
    ) -> None:
        subscribe(client, tmp_path)
        publishing.withdraw(session, project, "与另一项目重复", "某县民生办", at)
        session.commit()
        jobs.tick()
        told = text_of(mailbox(tmp_path)[-1])
        assert "撤回项目：农村公路" in told
        assert "与另一项目重复" in told

    def test_what_happened_before_is_not_told(
        self, client: FlaskClient, make: Make, project: Project, tmp_path: Path
    ) -> None:
        report(make, project)
        subscribe(client, tmp_path)
        jobs.tick()
        assert len(mailbox(tmp_path)) == 1

    @pytest.mark.usefixtures("project")
    def test_news_of_others_is_not_told(
        self, client: FlaskClient, make: Make, session: Session, tmp_path: Path
    ) -> None:
        subscribe(client, tmp_path)
        report(make, make.project())
        session.commit()
        assert tell_news(services().clock) == 0
        assert all_subscriptions(session)[0].cursor == subscriptions.last_sequence(session)

    @pytest.mark.parametrize("kind", ["programme", "place", "agency", "list", "search", "everything"])
    def test_every_kind_of_topic_has_its_news(
        self, kind: str, client: FlaskClient, make: Make, session: Session, tmp_path: Path
    ) -> None:
        agency = make.agency(slug="water")
        road = make.project(title="城南污水处理", agency=agency)
        other = make.project(title="图书馆")
        assert road.division is not None
        key = {
            "programme": road.programme.slug,
            "place": road.division.code,
            "agency": "water",
            "list": "agency=water",
            "search": "q=%E6%B1%A1%E6%B0%B4%E5%A4%84%E7%90%86",
            "everything": "",
        }[kind]
        session.commit()
        subscribe(client, tmp_path, key=key, topic=kind)
        report(make, road)
        report(make, other)
        session.commit()
        jobs.tick()
        told = text_of(mailbox(tmp_path)[-1])
        assert "城南污水处理" in told
        assert ("图书馆" in told) == (kind == "everything")

    def test_a_daily_digest_waits_for_the_morning(
        self, client: FlaskClient, make: Make, project: Project, session: Session, tmp_path: Path
    ) -> None:
        subscribe(client, tmp_path, rhythm="daily")
        report(make, project, "2026-04")
        report(make, project, "2026-05")
        session.commit()
        at = services().clock()
        assert tell_news(lambda: at) == 0
        assert tell_news(lambda: at + dt.timedelta(days=1)) == 1
        assert tell_news(lambda: at + dt.timedelta(days=2)) == 0
        assert "2 条新消息" in text_of(mailbox(tmp_path, dt.timedelta(days=2))[-1])


class TestOwnCase:
    def test_senders_are_told_of_steps_and_only_with_their_code(
        self, client: FlaskClient, session: Session, tmp_path: Path, at: dt.datetime
    ) -> None:
        code = codes.tracking_code("a secret", "suggestion", "t")
        case = submit(
            session,
            Letter(kind=SuggestionKind.COMPLAINT, words="路灯不亮，请修一修。", consent_to_publish=False),
            ticket="t",
            code=code,
            at=at,
            clock=services().case_clock,
        )
        publishing.record_suggestion(session, case, "suggestion_received", "", at)
        session.commit()
        assert client.get("/subscriptions/case/3333-3333-3333").status_code == 404
        path = f"/subscriptions/case/{code}"
        assert post(client, path, address=ADDRESS, rhythm="at_once").headers["Location"] == "/subscriptions/sent"
        post(client, link_in(mailbox(tmp_path)[-1], "/subscriptions/confirm/"))
        case = session.merge(case)
        case.accept("某县民生办", at)
        publishing.record_suggestion(session, case, "suggestion_accepted", "某县民生办", at)
        session.commit()
        jobs.tick()
        told = mailbox(tmp_path)[-1]
        assert "受理" in text_of(told)
        assert f"/suggestions/follow/{code}" in text_of(told)
        assert "路灯不亮" not in told.as_string()
        kept = b"".join(path.read_bytes() for path in tmp_path.glob("test.sqlite*"))
        assert code.encode() not in kept


@pytest.mark.usefixtures("project")
class TestStopping:
    def test_opening_the_one_click_address_stops_nothing(
        self, client: FlaskClient, session: Session, tmp_path: Path
    ) -> None:
        page = subscribe(client, tmp_path)
        assert client.get(f"{page}/one-click").status_code == 302
        assert client.get(f"{page}/stop").status_code == 405
        assert client.head(page).status_code == 200
        assert all_subscriptions(session)[0].state is SubscriptionState.ACTIVE

    def test_one_click_stops_and_erases(self, client: FlaskClient, session: Session, tmp_path: Path) -> None:
        page = subscribe(client, tmp_path)
        answer = client.post(f"{page}/one-click", data={"List-Unsubscribe": "One-Click"})
        again = client.post(f"{page}/one-click", data={"List-Unsubscribe": "One-Click"})
        assert (answer.status_code, again.status_code) == (200, 200)
        assert all_subscriptions(session) == []
        assert session.scalar(sa.select(sa.func.count()).where(QueuedMail.sealed.is_not(None))) == 0

    def test_another_post_without_the_words_of_the_standard_is_refused(
        self, client: FlaskClient, session: Session, tmp_path: Path
    ) -> None:
        page = subscribe(client, tmp_path)
        assert client.post(f"{page}/one-click").status_code == 400
        assert len(all_subscriptions(session)) == 1

    def test_the_button_needs_the_form(self, client: FlaskClient, session: Session, tmp_path: Path) -> None:
        page = subscribe(client, tmp_path)
        form = client.get(page)
        client.post(f"{page}/stop", data={"csrf_token": token_of_form(form)})
        assert all_subscriptions(session) == []

    def test_rhythm_can_be_changed(self, client: FlaskClient, session: Session, tmp_path: Path) -> None:
        page = subscribe(client, tmp_path)
        post(client, page, rhythm="weekly")
        assert all_subscriptions(session)[0].rhythm.value == "weekly"

    def test_declining_erases_and_keeps_strangers_from_asking_again(
        self, client: FlaskClient, session: Session, tmp_path: Path
    ) -> None:
        ask(client)
        (made,) = all_subscriptions(session)
        subscriptions.stop(session, made)
        session.commit()
        ask(client)
        (kept,) = all_subscriptions(session)
        assert kept.state is SubscriptionState.DECLINED
        assert kept.sealed is None
        assert mailbox(tmp_path) == []


def test_without_a_topic_everything_is_followed(client: FlaskClient) -> None:
    assert 'value="everything"' in client.get("/subscriptions/new").text
