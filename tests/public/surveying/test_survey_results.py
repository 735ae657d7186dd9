"""Results of surveys through the pages: sealed, then by wave, place, programme and scheme, with their downloads."""

import datetime as dt
import io
import re
import zipfile

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from minsheng.clock import local_date
from minsheng.database import now
from minsheng.opinion.dispositions import Disposition
from minsheng.surveying import dispositions, surveys, wave_results
from minsheng.surveying.surveys import Channel, Wave
from minsheng.surveying.wave_results import WaveResult
from tests.factories import Make
from tests.surveys import answered_wave

DAY = dt.timedelta(days=1)


def close(session: Session, wave: Wave) -> WaveResult:
    wave.close(now())
    result = wave_results.settle(session, wave, "某办", now())
    session.commit()
    return result


@pytest.fixture
def wave(session: Session, make: Make) -> Wave:
    today = local_date(now())
    return answered_wave(session, make, opens_on=today - DAY, closes_on=today + DAY)


def main_of(page: str) -> str:
    return page.partition("<main")[2].partition("</main>")[0]


def test_before_closing_every_page_of_results_is_sealed(client: FlaskClient, wave: Wave) -> None:
    sealed = client.get(f"/surveys/{wave.slug}/results")
    assert sealed.status_code == 403
    assert "300" not in main_of(sealed.text)
    for path in ("places/700000", "programmes/roads", "package.zip", "scores_division.csv"):
        assert client.get(f"/surveys/{wave.slug}/results/{path}").status_code == 404


def test_a_closed_wave_shows_ranks_with_their_range(client: FlaskClient, session: Session, wave: Wave) -> None:
    figures = close(session, wave).read()
    page = client.get(f"/surveys/{wave.slug}/results").text
    for row in (row for row in figures.scores if row.item == "composite" and row.view == "all"):
        assert row.estimate is not None
        assert f"{row.estimate.value:.2f}" in page
    assert "名次在" in page
    assert "自愿答卷" in page


def test_another_scheme_moves_the_scores(client: FlaskClient, session: Session, wave: Wave) -> None:
    figures = close(session, wave).read()
    held = next(held for held in figures.comparisons.values() if held.scheme_id == "top-two")
    page = client.get(f"/surveys/{wave.slug}/results?scheme=top-two").text
    shown = [row for row in held.scores if row.item == "composite" and row.estimate is not None]
    assert shown
    for row in shown:
        assert row.estimate is not None
        assert f"{row.estimate.value:.2f}" in page
    before = {row.division: row.rank for row in figures.scores if row.item == "composite" and row.view == "all"}
    assert [row for row in shown if row.rank != before[row.division]]
    assert "位" in main_of(page).partition("比原办法")[2][:9]
    own = client.get(f"/surveys/{wave.slug}/results?scheme=made-up")
    assert own.status_code == 200
    assert "比原办法" not in main_of(own.text)


def test_places_and_programmes_have_pages(client: FlaskClient, session: Session, wave: Wave) -> None:
    close(session, wave)
    assert "个县里" in client.get(f"/surveys/{wave.slug}/results/places/700000").text
    assert "问题programme_roads" in client.get(f"/surveys/{wave.slug}/results/programmes/roads").text
    assert client.get(f"/surveys/{wave.slug}/results/places/999999").status_code == 404
    own = client.get("/places/700000").text
    assert f"/surveys/{wave.slug}/results/places/700000" in own
    assert "个县里" in own
    assert client.get(f"/surveys/{wave.slug}/results/programmes/none").status_code == 404


def test_a_place_says_how_far_it_moved_and_whom_its_sample_reached(
    client: FlaskClient, session: Session, make: Make, wave: Wave
) -> None:
    earlier = answered_wave(
        session,
        make,
        division=wave.division,
        version=wave.version,
        year=wave.year - 1,
        opens_on=wave.opens_on,
        closes_on=wave.closes_on,
    )
    place = wave.division.children[0]
    for kind, count in ((Disposition.COMPLETE, 60), (Disposition.PARTIAL, 10), (Disposition.REFUSAL, 30)):
        dispositions.move(session, wave, place, Channel.PHONE, {kind: count})
    close(session, earlier)
    close(session, wave)
    page = client.get(f"/surveys/{wave.slug}/results/places/{place.code}").text
    assert re.search(r"比上年[^。]*变化在 [+−\d.]+ 到 [+−\d.]+ 分之间", page)
    table = page.partition("RR4</th>")[2].partition("</table>")[0]
    assert table.count("60%") == table.count("70%") == 2, "of 100 drawn 60 are complete and 10 partial"
    assert "说有人教过怎么答的" in page


def test_the_package_that_was_kept_is_given(client: FlaskClient, session: Session, wave: Wave) -> None:
    result = close(session, wave)
    content = client.get(f"/surveys/{wave.slug}/results/package.zip").data
    assert content == result.package
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        table = archive.read("scores_division.csv").decode()
        assert "responses.csv" not in archive.namelist()
    assert client.get(f"/surveys/{wave.slug}/results/scores_division.csv").text == table


def test_counts_wait_for_the_result_and_then_stand_apart(client: FlaskClient, session: Session, make: Make) -> None:
    today = local_date(now())
    plain = make.wave(opens_on=today - DAY, closes_on=today + DAY)
    session.commit()
    for number in range(40):
        channel = Channel.PHONE if number < 35 else Channel.WEB
        typed = {"aware": ["heard"], "satisfied": ["very_satisfied" if number % 5 else "dissatisfied"]}
        surveys.respond(session, plain, typed, ticket=f"t{number}", channel=channel, at=now())
    plain.close(now())
    session.commit()
    assert "正在计算" in client.get(f"/surveys/{plain.slug}/results").text
    wave_results.settle(session, plain, "某办", now())
    session.commit()
    page = client.get(f"/surveys/{plain.slug}/results").text
    drawn, _, opt_in = page.partition('id="opt-in"')
    assert "35" in drawn
    assert "没有这套办法要的题目" in drawn
    assert "不公布" in opt_in
