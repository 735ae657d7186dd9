"""What an attacker with everything that is public, or with the whole database, cannot find out."""

import csv
import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.database import Base
from minsheng.opinion.channels import ChannelCount
from minsheng.opinion.scores import Score
from minsheng.surveying import wave_results
from minsheng.surveying.surveys import Response, Wave
from minsheng.surveying.wave_figures import Figures
from tests.factories import Make
from tests.surveys import closed_wave

CLOSED = dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC)
SMALL = 5
"""People in the county that must stay hidden, fewer than any figure may be made from."""


@pytest.fixture
def wave(session: Session, make: Make) -> Wave:
    """A wave with one county of five drawn people beside three large ones."""
    return closed_wave(session, make, (SMALL, 70, 80, 90))


@pytest.fixture
def figures(session: Session, wave: Wave) -> Figures:
    return wave_results.settle(session, wave, "某办", CLOSED).read()


def every_score(figures: Figures) -> Iterable[Score]:
    yield from figures.scores
    yield from figures.programmes
    for held in figures.comparisons.values():
        yield from held.scores


def test_no_view_scheme_or_programme_shows_the_small_county(figures: Figures) -> None:
    rows = [row for row in every_score(figures) if row.division == "700000"]
    assert rows
    assert [row for row in rows if row.estimate is not None and row.estimate.kind is not None] == []
    assert all(row.reason for row in rows)
    drawn: list[ChannelCount] = [row for row in figures.channels if row.division == "700000" and row.channel == "phone"]
    assert drawn
    assert all(row.count is None and row.base is None for row in drawn)
    beside = [*figures.told, *(one for held in figures.dont_know.values() for one in held)]
    assert all(one.estimate is None for one in beside if one.division == "700000")
    groups = [one for held in figures.groups.values() for one in held if one.division == "700000"]
    assert all(one.estimate is None for one in groups)


def test_programme_totals_less_the_shown_places_leave_no_small_group(figures: Figures) -> None:
    for scores in (figures.programmes,):
        for view in {row.view for row in scores}:
            for programme in {row.programme for row in scores}:
                rows = [row for row in scores if (row.view, row.programme) == (view, programme)]
                total = next((row.estimate for row in rows if not row.division), None)
                if total is None:
                    continue
                shown = sum(row.estimate.n for row in rows if row.division and row.estimate is not None)
                assert total.n - shown == 0 or total.n - shown >= 10


def test_cells_of_the_public_package_give_no_small_group_back(session: Session, wave: Wave) -> None:
    wave_results.settle(session, wave, "某办", CLOSED)
    result = wave_results.latest(session, wave)
    assert result is not None
    with zipfile.ZipFile(io.BytesIO(result.package)) as archive:
        text = archive.read("cells.csv").decode().removeprefix("\ufeff")
        channels = archive.read("channels.csv").decode().removeprefix("\ufeff")
    cells = list(csv.DictReader(io.StringIO(text)))
    assert cells
    assert [cell for cell in cells if cell["division"] == "700000"] == []
    assert all(int(cell["n"]) == 0 or int(cell["n"]) >= 10 for cell in cells)
    phone = [row for row in csv.DictReader(io.StringIO(channels)) if row["division"] == "700000"]
    assert all(row["count"] == "" for row in phone if row["channel"] == "phone")


def test_groups_add_up_to_no_hidden_group(figures: Figures) -> None:
    for rows in figures.groups.values():
        for division in {row.division for row in rows}:
            own = [row for row in rows if row.division == division]
            hidden = [row for row in own if row.estimate is None]
            # One hidden group beside a shown total could be worked out: none is hidden alone where others are shown.
            score = figures.of(division, "awareness") if division else None
            if score is not None and score.estimate is not None and len(hidden) == 1:
                shown = sum(row.estimate.n for row in own if row.estimate is not None)
                assert score.estimate.n - shown in {0, *range(10, score.estimate.n + 1)}


def test_without_flagged_answers_tells_of_no_few_flagged_people(session: Session, wave: Wave) -> None:
    for response in session.scalars(sa.select(Response).where(Response.ticket.like("700001-%")).limit(3)):
        response.flags = ["too_fast"]
    session.flush()
    figures = wave_results.settle(session, wave, "某办", CLOSED).read()
    unflagged = [row for row in figures.scores if (row.view, row.division) == ("unflagged", "700001")]
    assert unflagged
    assert all(row.estimate is None or row.item == "suggestions" for row in unflagged)


def test_answers_by_person_are_nowhere_in_what_is_kept_for_the_pages(session: Session, wave: Wave) -> None:
    result = wave_results.settle(session, wave, "某办", CLOSED)
    kept = json.dumps(result.figures, ensure_ascii=False)
    tickets = session.scalars(sa.select(Response.ticket)).all()
    assert len(tickets) > 20
    assert [ticket for ticket in tickets if ticket in kept] == []


def test_no_table_leads_from_an_answer_to_whoever_gave_it() -> None:
    """In a full dump nothing but the wave, its board, place, exclusion and questions is tied to a response."""
    tied = {
        table.name
        for table in Base.metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in {"response", "answer"}
    }
    assert tied <= {"answer"}
    leads = {key.column.table.name for key in Base.metadata.tables["response"].foreign_keys}
    assert leads <= {"wave", "questionnaire_version", "division", "board", "exclusion"}
    columns = set(Base.metadata.tables["response"].columns.keys())
    assert not columns & {
        "name",
        "phone",
        "address",
        "ip",
        "code",
        "code_hash",
        "invite_id",
        "at",
        "created_at",
        "token",
    }
    timed = [column.name for column in Base.metadata.tables["response"].columns if isinstance(column.type, sa.DateTime)]
    assert timed == []
