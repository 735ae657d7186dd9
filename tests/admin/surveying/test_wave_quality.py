"""What staff see of a survey's quality, what they may take out, and that no page shows an answer before closing."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from minsheng.accounts.staff import Role, StaffMember
from minsheng.editorial import publishing
from minsheng.journal import JournalEntry
from minsheng.records import boards
from minsheng.surveying import board_alarms, wave_results
from minsheng.surveying.dispositions import DispositionCount, DispositionStatement
from minsheng.surveying.exclusions import Exclusion
from minsheng.surveying.population import PopulationMargin
from minsheng.surveying.surveys import Channel, Response, Wave
from tests.admin.conftest import AT, Browser, Clock
from tests.factories import Make
from tests.surveys import answer, answered_wave, city, seeded

SignIn = Callable[[StaffMember], Browser]
RULES = {"straight_lined": 3.0, "board_burst": 3.5, "told_what_to_answer": 0.0, "misconduct": 0.0, "call_denied": 0.0}
PAGES = ("", "plan", "population", "quality", "exclusions/", "dispositions", "samples/", "calls", "paper/", "import/")


@pytest.fixture
def wave(make: Make, session: Session) -> Wave:
    """An open wave of four counties whose first county's answers come in two batches, one of them all alike."""
    wave = answered_wave(session, make, (40, 60, 60, 60), quality_rules=dict(RULES))
    first = wave.division.children[0]
    for number, response in enumerate(
        session.scalars(sa.select(Response).where(Response.division_id == first.id).order_by(Response.ticket))
    ):
        response.batch, response.interviewer = (
            ("第一批" if number % 2 else "第二批"),
            "AAAAAA" if number % 2 else "BBBBBB",
        )
        if number % 2:
            for one in response.answers:
                one.option = one.question.options[0]
    session.commit()
    return wave


def test_counts_marks_and_funnels_are_shown_and_nothing_else(make: Make, wave: Wave, browser_of: SignIn) -> None:
    text = browser_of(make.staff(Role.SURVEYOR, division=wave.division)).get(f"/admin/surveys/{wave.slug}/quality").text
    assert "甲县" in text
    assert "2026-W24" in text
    assert "全部选同一项" in text
    assert '<svg class="funnel"' in text
    assert "第一批" in text
    counted = text.partition('id="marked"')[2].partition("<details")[0]
    assert "全部选同一项" in counted
    assert "有人教过怎么答" not in counted, "before closing not even the count of those who were told"


def test_after_closing_those_who_were_told_are_counted(
    make: Make, wave: Wave, browser_of: SignIn, clock: Clock
) -> None:
    clock.forward(days=30)
    text = browser_of(make.staff(Role.SURVEYOR, division=wave.division)).get(f"/admin/surveys/{wave.slug}/quality").text
    assert "有人教过怎么答" in text


def test_no_page_of_an_open_survey_changes_with_what_people_answer(
    make: Make, session: Session, wave: Wave, browser_of: SignIn
) -> None:
    """The same people, other answers: every page of the desk must read the same, or it tells of the answers."""
    wave.quality_rules = {"told_what_to_answer": 0.0}
    session.commit()
    browser = browser_of(make.staff(Role.SURVEYOR, Role.ASSESSOR, division=wave.division))
    pages = [f"/admin/surveys/{wave.slug}/{page}".rstrip("/") + ("/" if page.endswith("/") else "") for page in PAGES]
    pages += ["/admin/", "/admin/surveys/", f"/admin/surveys/{wave.slug}"]

    def read() -> dict[str, str]:
        found = {}
        for page in pages:
            response = browser.get(page)
            assert response.status_code == 200, page
            text = re.sub(r'name="csrf_token"[^>]*', "", response.text)
            found[page] = re.sub(r'(nonce|name="seen" value)="[^"]*"', "", text)
        return found

    before = read()
    for response in session.scalars(sa.select(Response)):
        for one in response.answers:
            one.option = one.question.options[-1] if response.id % 2 else one.question.options[0]
    session.commit()
    after = read()
    assert [page for page in pages if before[page] != after[page]] == []


def test_every_staff_address_with_a_slug_keeps_the_answers_of_an_open_survey(
    app: Flask, make: Make, session: Session, browser_of: SignIn
) -> None:
    """Words planted in the answers stand in no page, file or refusal of any address that names the survey."""
    wave = answered_wave(session, make, (40, 40), number=2)
    planted = "石榴树下的老槐"
    county = wave.division.children[0]
    response = answer(session, wave, county, Channel.PHONE, seeded(1), "planted")
    response.answers[0].option, response.answers[0].text = None, planted
    session.commit()
    browser = browser_of(make.staff(*Role, division=wave.division))
    addresses = {
        re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", lambda found: wave.slug if found[1] == "slug" else "1", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("admin.") and "GET" in (rule.methods or ()) and "/surveys/<slug>" in rule.rule
    }
    assert len(addresses) > 15
    for address in sorted(addresses):
        found = browser.get(address)
        assert planted.encode() not in found.get_data(), address
        found.close()


def test_a_batch_goes_by_a_registered_rule_and_comes_back_before_results(
    make: Make, session: Session, wave: Wave, browser_of: SignIn, clock: Clock
) -> None:
    browser = browser_of(make.staff(Role.SURVEYOR, division=wave.division))
    page = f"/admin/surveys/{wave.slug}/exclusions/"
    whole = {"scope": "batch", "key": "第一批", "rule": "misconduct", "why": "电话回访都说没填过"}
    assert browser.post(f"{page}whole", {**whole, "why": ""}, on=page).status_code == 422
    assert browser.post(f"{page}whole", {**whole, "rule": "too_fast"}, on=page).status_code == 422
    assert browser.post(f"{page}whole", {**whole, "key": "没有的"}, on=page).status_code == 409
    assert browser.post(f"{page}whole", whole, on=page).status_code == 302
    exclusion = session.scalars(sa.select(Exclusion)).one()
    assert (exclusion.count, exclusion.key) == (30, "第一批")
    assert "剔除 30 份" in browser.get(page).text

    undo = f"{page}{exclusion.id}/undo"
    assert browser.post(undo, {"why": ""}, on=page).status_code == 422
    assert browser.post(undo, {"why": "回访时打错了号码"}, on=page).status_code == 302
    session.expire_all()
    assert session.scalar(sa.select(sa.func.count()).where(Response.exclusion_id.is_not(None))) == 0
    assert browser.post(f"{page}whole", whole, on=page).status_code == 302
    entries = session.scalars(sa.select(JournalEntry).where(JournalEntry.act == "answers_excluded")).all()
    assert [entry.is_public for entry in entries] == [False, False], "of an open wave not even exclusions are public"

    clock.forward(days=30)
    wave_results.settle(session, wave, "某办", clock())
    session.commit()
    later = browser_of(make.staff(Role.SURVEYOR, division=wave.division))
    last = session.scalars(sa.select(Exclusion).order_by(Exclusion.id.desc())).first()
    assert last is not None
    assert later.post(f"{page}{last.id}/undo", {"why": "再想想"}, on=page).status_code == 409


def test_after_results_nobody_leaves_alone(
    make: Make, session: Session, wave: Wave, browser_of: SignIn, clock: Clock
) -> None:
    """Two published results that differ by one person would tell what that person answered."""
    clock.forward(days=30)
    first = wave_results.settle(session, wave, "某办", clock())
    session.commit()
    browser = browser_of(make.staff(Role.SURVEYOR, division=wave.division))
    page = f"/admin/surveys/{wave.slug}/exclusions/"
    marked = re.search(r'name="response" value="(\d+)"', browser.get(page).text)
    assert marked is not None
    alone = {"response": marked[1], "rule": "straight_lined", "why": "全选第一项"}
    refused = browser.post(f"{page}responses", alone, on=page)
    assert refused.status_code == 409
    assert "不能只剔除几份" in refused.text

    phone = session.scalars(
        sa.select(Response.id).where(Response.batch == "第一批", Response.channel == Channel.PHONE).limit(12)
    ).all()
    assert len(phone) == 12
    many = {**alone, "response": [str(one) for one in phone]}
    assert browser.post(f"{page}responses", many, on=page).status_code == 302
    session.expire_all()
    result = wave_results.latest(session, wave)
    assert result is not None
    assert result.number == first.number + 1
    assert [(row.rule, row.count) for row in result.read().exclusions] == [("straight_lined", 12)]
    assert publishing.verify(session) == []
    public = browser.get(f"/surveys/{wave.slug}/results").text
    assert "剔除 12 份" in public
    assert "全部选同一项" in public


def test_results_of_a_large_survey_are_made_anew_beside_the_request(
    make: Make, session: Session, wave: Wave, browser_of: SignIn, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.forward(days=30)
    first = wave_results.settle(session, wave, "某办", clock())
    session.commit()
    monkeypatch.setattr(wave_results, "MOST_AT_ONCE", 10)
    by = make.staff(Role.SURVEYOR, division=wave.division, post="调查科")
    browser = browser_of(by)
    page = f"/admin/surveys/{wave.slug}/exclusions/"
    clock.forward(minutes=1)
    whole = {"scope": "batch", "key": "第一批", "rule": "misconduct", "why": "查实代填"}
    assert browser.post(f"{page}whole", whole, on=page).status_code == 302
    waiting = browser.get(page)
    assert "新的结果正在算" in waiting.text
    assert waiting.headers["Refresh"] == "10"
    assert "Refresh" not in browser.get(f"{page}?still=1").headers
    session.expire_all()
    assert wave_results.latest(session, wave) == first
    ((due, actor),) = wave_results.outdated(session)
    assert (due.id, actor) == (wave.id, "调查科")
    clock.forward(minutes=1)
    again = wave_results.settle(session, due, actor, clock())
    session.commit()
    assert again.number == first.number + 1
    assert wave_results.outdated(session) == []
    assert "新的结果正在算" not in browser.get(page).text


def test_a_flooded_board_alarms_the_desk(make: Make, session: Session, browser_of: SignIn) -> None:
    wave = make.wave(quality_rules={"board_burst": 3.5})
    project = make.project(division=wave.division)
    made = [boards.issue(session, project, "路口", secret="s" * 32, actor="某办", at=AT) for _ in range(4)]
    for place, board in enumerate(made):
        for number in range(40 if place == 0 else 3):
            session.add(
                Response(
                    wave=wave, version_id=wave.version_id, ticket=f"{place}-{number}", channel=Channel.QR,
                    division=wave.division, board_id=board.id, week="2026-W24",
                )
            )  # fmt: skip
    session.commit()
    browser = browser_of(make.staff(Role.SURVEYOR, division=wave.division))
    for page in ("/admin/", f"/admin/surveys/{wave.slug}", f"/admin/surveys/{wave.slug}/quality"):
        assert "突然来得太多" in browser.get(page).text, page
    assert str(made[0].number) in browser.get(f"/admin/surveys/{wave.slug}/quality").text


def test_an_alarm_stands_on_the_desk_until_somebody_says_what_they_found(
    make: Make, session: Session, browser_of: SignIn
) -> None:
    wave = make.wave(quality_rules={"board_burst": 3.5})
    project = make.project(division=wave.division)
    made = [boards.issue(session, project, "路口", secret="s" * 32, actor="某办", at=AT) for _ in range(3)]
    for place, board in enumerate(made):
        for _number in range(30 if place == 0 else 2):
            board_alarms.note_arrival(session, wave, board, AT)
    board_alarms.watch(session, AT)
    session.commit()
    browser = browser_of(make.staff(Role.SURVEYOR, division=wave.division))
    page = f"/admin/surveys/{wave.slug}/alarms"
    assert f"{made[0].number} 号牌" in browser.get("/admin/").text
    alarm = board_alarms.alarms_of(session, [wave])[0]
    empty = browser.post(f"{page}/{alarm.id}", {"found": ""}, on=page)
    assert empty.status_code == 422
    assert "请写明看到了什么" in empty.text
    for one in board_alarms.alarms_of(session, [wave]):
        assert browser.post(f"{page}/{one.id}", {"found": "村里开会，大家一起扫的"}, on=page).status_code == 302
    assert "村里开会，大家一起扫的" in browser.get(page).text
    assert f"{made[0].number} 号牌" not in browser.get("/admin/").text
    other = make.wave()
    session.commit()
    assert browser_of(make.staff(Role.SURVEYOR)).get(f"/admin/surveys/{other.slug}/alarms").status_code == 200
    assert browser.get(f"/admin/surveys/{other.slug}/alarms").status_code == 403


def test_an_outside_contractor_states_what_became_of_the_drawn(
    make: Make, session: Session, wave: Wave, browser_of: SignIn
) -> None:
    browser = browser_of(make.staff(Role.SURVEYOR, division=wave.division))
    page = f"/admin/surveys/{wave.slug}/dispositions"
    county = wave.division.children[0]
    said = {
        "place": county.code, "channel": "phone", "count_complete": "400", "count_partial": "20",
        "count_refusal": "80", "count_non_contact": "100", "count_unknown_household": "400", "share": "50",
    }  # fmt: skip
    assert browser.post(page, said).status_code == 422
    assert browser.post(page, {**said, "source": "某公司周报", "count_refusal": "-3"}).status_code == 422
    assert browser.post(page, {**said, "source": "某公司周报", "share": "150"}).status_code == 422
    assert browser.post(page, {**said, "source": "某公司周报"}).status_code == 302
    text = browser.get(page).text
    # 400 of 1,000; 400 of 600 + 0.5 · 400.
    assert "40%" in text
    assert "50%" in text
    assert session.scalars(sa.select(DispositionStatement.eligible_share)).one() == Decimal("0.5")
    assert browser.post(page, {**said, "source": "某公司第二份周报", "count_complete": "500"}).status_code == 302
    kept = sa.select(DispositionCount.count).where(DispositionCount.disposition == "complete")
    session.expire_all()
    assert session.scalars(kept).all() == [500]
    rates = wave_results.settle(session, wave, "某办", AT + dt.timedelta(days=30)).read().dispositions[0].rates
    assert (rates.e, rates.is_e_estimated) == (0.5, False)


def test_population_counts_come_from_a_table_that_names_each_bad_cell(
    make: Make, session: Session, wave: Wave, browser_of: SignIn
) -> None:
    browser = browser_of(make.staff(Role.SURVEYOR, division=wave.division))
    page = f"/admin/surveys/{wave.slug}/population"
    county = wave.division.children[0]
    good = f'区划代码,变量,类别,人数\n{county.code},area,urban,"30,000"\n{county.code},居住地,rural,50000\n'
    bad = (
        good
        + "999999,area,urban,5\n"
        + f"{county.code},area,moon,5\n{county.code},area,urban,五\n{county.code},area,urban,7\n"
    )
    refused = browser.post(page, {"table": bad, "source": "统计年鉴"})
    assert refused.status_code == 422
    for cell, problem in (("A4", "没有这个地方"), ("C5", "没有这个选项"), ("D6", "不是人数"), ("C7", "写了两次")):
        assert cell in refused.text
        assert problem in refused.text
    before = session.scalar(sa.select(sa.func.count(PopulationMargin.id)))
    preview = browser.post(page, {"table": good, "source": "统计年鉴"})
    assert "可以存入" in preview.text
    assert session.scalar(sa.select(sa.func.count(PopulationMargin.id))) == before
    assert browser.post(page, {"table": good, "source": "统计年鉴", "keep": "1"}).status_code == 302
    kept = sa.select(PopulationMargin).where(
        PopulationMargin.division_id == county.id, PopulationMargin.variable == "area"
    )
    session.expire_all()
    assert {row.value: (row.count, row.source) for row in session.scalars(kept)} == {
        "urban": (30000, "统计年鉴"),
        "rural": (50000, "统计年鉴"),
    }


def test_without_registered_rules_nothing_can_be_taken_out(make: Make, session: Session, browser_of: SignIn) -> None:
    wave = make.wave()
    session.commit()
    browser = browser_of(make.staff(Role.SURVEYOR, division=wave.division))
    page = f"/admin/surveys/{wave.slug}/exclusions/"
    assert "什么也不能剔除" in browser.get(page).text
    whole = {"scope": "batch", "key": "x", "rule": "misconduct", "why": "就是想"}
    assert browser.post(f"{page}whole", whole, on=f"/admin/surveys/{wave.slug}").status_code == 422


def test_a_city_has_its_counties(make: Make, session: Session) -> None:
    """A plan may name some of the places below; the others have no score."""
    above = city(session, make)
    wave = answered_wave(session, make, division=above, place_codes=["700000", "700001"])
    figures = wave_results.settle(session, wave, "某办", AT + dt.timedelta(days=30)).read()
    assert {row.division for row in figures.scores} == {"700000", "700001"}
