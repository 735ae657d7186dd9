"""A letter on its way: pictures, similar cases, load, quarantine, the mail about it, and support."""

import dataclasses
import datetime as dt
import io
import re

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from minsheng.accounts.staff import Role
from minsheng.casework import case_reminders, proof_of_work, quarantine
from minsheng.casework.case_photos import CasePhoto
from minsheng.casework.cases import CaseState, ClosedAs, Prominence, Rating
from minsheng.casework.held_letters import HeldLetter, HeldReason
from minsheng.casework.submission_meter import CALM_PER_MINUTE, MOST_ALIKE
from minsheng.casework.suggestions import Suggestion
from minsheng.casework.supports import CaseSupport
from minsheng.codes import tracking_code
from minsheng.database import Base, db, now
from minsheng.editorial import publishing
from minsheng.mailing.mail import QueuedMail
from pages.services import services
from public.casework.case_mail import moved, tell_senders
from public.casework.judging_links import LinkPurpose, token
from public.casework.sending_gate import meter
from public.casework.suggestion_sending import code_of
from tests.admin.conftest import read_fields
from tests.factories import Make
from website.application import create_app
from website.config import Settings

WORDS = "东街小学门口的斑马线看不清了，请重新画一下。"


def fields_of(client: FlaskClient, **typed: object) -> dict[str, object]:
    shown = read_fields(client.get("/suggestions/new"))
    names = ("csrf_token", "ticket", "proof", "checked")
    return {**{name: shown.get(name, "") for name in names}, "kind": "suggestion", "place": "", "words": WORDS, **typed}


def send(client: FlaskClient, **typed: object) -> TestResponse:
    return client.post("/suggestions/new", data=fields_of(client, **typed), content_type="multipart/form-data")


def picture(kind: str = "JPEG") -> io.BytesIO:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(buffer, kind)
    buffer.seek(0)
    return buffer


def under_load() -> None:
    for number in range(CALM_PER_MINUTE + 1):
        meter().note(services().clock(), f"network {number}", [f"words {number}"])


def public_case(client: FlaskClient, session: Session) -> Suggestion:
    send(client, consent_to_publish="y")
    case = session.scalars(sa.select(Suggestion)).one()
    case.review(is_public=True, title="斑马线看不清", words=WORDS, by="某县信访局", at=now())
    publishing.record_suggestion(session, case, "suggestion_reviewed", "某县信访局", now())
    session.commit()
    return case


def test_a_picture_is_kept_for_its_sender_and_nobody_else(client: FlaskClient, session: Session) -> None:
    answer = send(client, photos=[(picture(), "a.jpg")])
    photo = session.scalars(sa.select(CasePhoto)).one()
    assert photo.prominence is Prominence.UNREVIEWED
    code = answer.headers["Location"].split("?")[0]
    ids = re.findall(r'\sid="([^"]+)"', client.get(code).text)
    assert len(ids) == len(set(ids))
    assert client.get(f"{code}/photos/{photo.id}-480.webp").status_code == 200
    assert client.get(f"/photos/{photo.key}-480.webp").status_code == 404


@pytest.mark.parametrize(
    "data", [b"GIF89a no picture", picture().getvalue()[:200], b"%PDF-1.7 " + picture().getvalue()]
)
def test_what_is_no_picture_is_named_and_nothing_typed_is_lost(
    client: FlaskClient, session: Session, data: bytes
) -> None:
    answer = send(client, photos=[(picture(), "good.jpg"), (io.BytesIO(data), "bad.jpg")])
    assert answer.status_code == 422
    assert "bad.jpg" in answer.text
    assert "已收到第 1 张" in answer.text
    assert WORDS in answer.text
    again = client.post(
        "/suggestions/new", data={"place": "", **read_fields(answer), "kind": "suggestion", "words": WORDS}
    )
    assert again.status_code == 302
    assert len(session.scalars(sa.select(CasePhoto)).all()) == 1


def test_a_similar_case_is_offered_once_and_going_on_loses_nothing(client: FlaskClient, session: Session) -> None:
    case = public_case(client, session)
    first = send(client, place_words="东街 3 号")
    assert first.status_code == 200
    assert f"/suggestions/{case.id}/support" in first.text
    fields = {"place": "", **read_fields(first), "kind": "suggestion", "words": WORDS}
    assert fields["place_words"] == "东街 3 号"
    assert client.post("/suggestions/new", data=fields).status_code == 302
    assert session.scalar(sa.select(sa.func.count(Suggestion.id))) == 2


def test_under_load_a_letter_without_proof_waits_and_becomes_a_case_with_its_own_code(
    client: FlaskClient, session: Session, make: Make
) -> None:
    under_load()
    fields = fields_of(client)
    assert fields["proof"] == "none"
    answer = client.post("/suggestions/new", data=fields)
    held = session.scalars(sa.select(HeldLetter)).one()
    assert held.reason is HeldReason.NO_PROOF
    page = client.get(answer.headers["Location"]).text
    assert "先由人看一遍" in page
    known, received = services(), held.received_at
    quarantine.release(
        session,
        [held],
        make.staff(Role.CASE_REVIEWER),
        now(),
        known.case_clock,
        known.contacts,
        lambda one: tracking_code(known.secret, "suggestion", one.ticket),
    )
    session.commit()
    case = session.scalars(sa.select(Suggestion)).one()
    assert case.received_at == received
    assert case.number in client.get(answer.headers["Location"]).text
    assert publishing.verify(session) == []


def test_under_load_work_done_makes_a_case_and_counts_once(client: FlaskClient, session: Session) -> None:
    under_load()
    fields = fields_of(client)
    fields["proof"] = proof_of_work.find(str(fields["ticket"]))
    first, second = (client.post("/suggestions/new", data=fields) for _turn in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert session.scalar(sa.select(sa.func.count(Suggestion.id))) == 1
    other = fields_of(client, proof=fields["proof"])
    assert client.post("/suggestions/new", data=other).status_code == 422


def test_a_full_quarantine_takes_work_only_and_loses_nothing_typed(
    client: FlaskClient, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "MOST_A_DAY", 1)
    under_load()
    assert send(client, words="第一封：路灯不亮。").status_code == 302
    answer = send(client)
    assert answer.status_code == 422
    assert "还没有收下" in answer.text
    fields = {"place": "", **read_fields(answer), "kind": "suggestion"}
    assert str(fields["words"]).strip() == WORDS
    fields["proof"] = proof_of_work.find(fields["ticket"])
    assert client.post("/suggestions/new", data=fields).status_code == 302
    assert session.scalars(sa.select(Suggestion.words)).all() == [WORDS]


def test_a_form_opened_before_the_load_is_asked_for_work_and_goes_on(client: FlaskClient, session: Session) -> None:
    fields = fields_of(client)
    assert fields["proof"] == ""
    under_load()
    asked = client.post("/suggestions/new", data=fields)
    assert asked.status_code == 422
    assert "再按一次" in asked.text
    again = {"place": "", **read_fields(asked), "kind": "suggestion"}
    assert (again["ticket"], again["proof"]) == (fields["ticket"], "none")
    again["proof"] = proof_of_work.find(again["ticket"])
    assert client.post("/suggestions/new", data=again).status_code == 302
    assert session.scalar(sa.select(sa.func.count(Suggestion.id))) == 1
    assert session.scalar(sa.select(sa.func.count(HeldLetter.id))) == 0


def test_work_passes_the_limit_of_a_network_once_for_each_form(settings: Settings) -> None:
    app = create_app(dataclasses.replace(settings, rate_limits=True))
    app.config["TESTING"] = True
    with app.app_context():
        Base.metadata.create_all(db.engine)
        under_load()
    client = app.test_client()
    fields = fields_of(client)
    for _turn in range(30):
        client.post("/suggestions/new", data={**fields, "ticket": "forged"})
    assert client.post("/suggestions/new", data=fields).status_code == 429
    assert client.post("/suggestions/new", data={**fields, "proof": "0"}).status_code == 429
    worked = {**fields, "proof": proof_of_work.find(str(fields["ticket"]))}
    places = {client.post("/suggestions/new", data=worked).headers.get("Location") for _turn in range(2)}
    assert len(places) == 1
    assert None not in places
    with app.app_context():
        db.engine.dispose()


def test_script_in_a_letter_is_shown_as_words_wherever_it_is_shown(
    client: FlaskClient, session: Session, make: Make
) -> None:
    script = "<script>alert(1)</script>"
    typed = {"words": f"路灯不亮{script}", "place_words": script, "email": "someone@example.com"}
    followed = send(client, consent_to_publish="y", **typed).headers["Location"].partition("?")[0]
    case = session.scalars(sa.select(Suggestion)).one()
    case.review(is_public=True, title=f"路灯{script}", words=f"路灯不亮{script}", by=f"某局{script}", at=now())
    publishing.record_suggestion(session, case, "suggestion_reviewed", "某县信访局", now())
    session.commit()
    pages = [client.get(f"/suggestions/{end}") for end in ("", case.id, f"{case.id}/support")]
    pages += [client.get(followed), send(client, **typed), send(client, **{**typed, "homepage": script})]
    case.accept("某县信访局", now())
    case.hand_over(make.agency(), "某县信访局", now())
    case.answer(f"已修好{script}", "某县交警队", now(), services().case_clock)
    session.commit()
    signed = token(services().secret, LinkPurpose.RATE, case)
    pages += [client.get(f"/suggestions/answers/rate/{signed}"), client.get(f"/suggestions/{case.id}")]
    under_load()
    pages.append(client.get(send(client, **{**typed, "words": f"另一封{script}"}).headers["Location"]))
    for number, page in enumerate(pages):
        assert page.status_code in {200, 422}, number
        assert "<script>alert" not in page.text, number
        assert "&lt;script&gt;alert(1)" in page.text, number


def test_the_sender_is_told_by_mail_once_and_judges_by_a_link_that_works_once(
    client: FlaskClient, session: Session, make: Make
) -> None:
    send(client, email="someone@example.com")
    case, at = session.scalars(sa.select(Suggestion)).one(), now()
    case.accept("某县信访局", at)
    case.hand_over(make.agency(), "某县信访局", at)
    case.answer("已重新划线。", "某县交警队", at, services().case_clock)
    session.commit()
    assert tell_senders(services().clock) == 1
    assert tell_senders(services().clock) == 0
    assert session.scalar(sa.select(sa.func.count(QueuedMail.id))) == 1
    address = f"/suggestions/answers/rate/{token(services().secret, LinkPurpose.RATE, case)}"
    assert "已重新划线" in client.get(address).text
    assert case.state is CaseState.REPLIED
    sent = {"csrf_token": read_fields(client.get(address))["csrf_token"], "rating": "partly"}
    assert client.post(address, data=sent).status_code == 302
    assert client.post(address, data=sent).status_code == 410
    assert client.get(address.replace("/rate/", "/dispute/")).status_code == 410
    assert client.get(address[:-2] + "xx").status_code == 410


def test_one_browser_supports_once_and_can_take_it_back(client: FlaskClient, session: Session) -> None:
    case = public_case(client, session)
    address = f"/suggestions/{case.id}/support"
    sent = {"csrf_token": read_fields(client.get(address))["csrf_token"]}
    for _turn in range(3):
        client.post(address, data=sent)
    assert session.scalar(sa.select(sa.func.count(CaseSupport.id))) == 1
    page = client.get(f"/suggestions/{case.id}").text
    assert re.search(r"<strong>1</strong> 人附议", page)
    client.post(f"{address}/take-back", data=sent)
    assert session.scalar(sa.select(sa.func.count(CaseSupport.id))) == 0
    client.set_cookie("supporter", "forged", path="/suggestions/")
    client.post(address, data=sent)
    assert session.scalar(sa.select(sa.func.count(CaseSupport.id))) == 0


def test_near_copies_wait_under_one_mark_even_while_all_is_calm(client: FlaskClient, session: Session) -> None:
    words = "第{}次：本人强烈要求处理城东工地夜里施工的问题，整栋楼的人都睡不着觉，请给一个说法。"
    for number in range(MOST_ALIKE + 3):
        assert send(client, words=words.format(number * 11), checked="yes").status_code == 302
    assert session.scalar(sa.select(sa.func.count(Suggestion.id))) == MOST_ALIKE
    held = session.scalars(sa.select(HeldLetter)).all()
    assert [one.reason for one in held] == [HeldReason.MANY_ALIKE] * 3
    assert len({one.likeness for one in held}) == 1
    assert len({one.fingerprint for one in held}) == 3


def test_heavier_load_asks_for_more_work_and_little_less_will_do(client: FlaskClient, session: Session) -> None:
    for number in range(CALM_PER_MINUTE * 4 + 1):
        meter().note(services().clock(), f"network {number}", [f"words {number}"])
    page = client.get("/suggestions/new").text
    bits = proof_of_work.BITS + 2
    assert f'data-proof="{bits}"' in page
    fields = fields_of(client)
    ticket = str(fields["ticket"])
    weak = next(
        str(number)
        for number in range(10**7)
        if proof_of_work.is_proof(ticket, str(number)) and not proof_of_work.is_proof(ticket, str(number), bits - 1)
    )
    asked = client.post("/suggestions/new", data={**fields, "proof": weak})
    assert asked.status_code == 422
    assert WORDS in asked.text
    assert read_fields(asked)["proof"] == "none"
    assert (
        client.post("/suggestions/new", data={**fields, "proof": proof_of_work.find(ticket, bits - 1)}).status_code
        == 302
    )
    assert session.scalar(sa.select(sa.func.count(Suggestion.id))) == 1


def test_a_sender_who_let_the_rating_period_pass_is_told_once_and_not_of_their_own_rating(
    client: FlaskClient, session: Session, make: Make
) -> None:
    clock, agency = services().case_clock, make.agency()
    for number, words in enumerate((WORDS, "南坪村卫生室星期天没有人，请安排值班。")):
        send(client, email=f"someone{number}@example.com", words=words)
    silent, judged = session.scalars(sa.select(Suggestion).order_by(Suggestion.id)).all()
    at = now() - dt.timedelta(days=60)
    for case in (silent, judged):
        case.accept("某县信访局", at)
        case.hand_over(agency, "某县信访局", at)
        case.answer("已重新划线。", "某县交警队", at, clock)
    judged.rate(Rating.SATISFIED, "", at)
    session.commit()
    tell_senders(services().clock)
    before = session.scalar(sa.select(sa.func.count(QueuedMail.id)))
    case_reminders.watch(session, clock, now())
    assert silent.closed_as is ClosedAs.UNRATED
    assert tell_senders(services().clock) == 1
    assert tell_senders(services().clock) == 0
    assert session.scalar(sa.select(sa.func.count(QueuedMail.id))) == (before or 0) + 1
    message = moved("a@example.com", silent, silent.events[-1:])
    assert "到期未评价" in message.text
    assert f"/suggestions/follow/{code_of(silent.ticket)}" in message.text


def test_words_sent_too_often_are_given_back(settings: Settings) -> None:
    app = create_app(dataclasses.replace(settings, rate_limits=True))
    app.config["TESTING"] = True
    with app.app_context():
        Base.metadata.create_all(db.engine)
    client = app.test_client()
    fields = fields_of(client)
    answers = [client.post("/suggestions/new", data={**fields, "ticket": "forged"}) for _turn in range(31)]
    assert answers[-1].status_code == 429
    assert WORDS in answers[-1].text
    assert str(fields["csrf_token"]) not in answers[-1].text
    with app.app_context():
        db.engine.dispose()
