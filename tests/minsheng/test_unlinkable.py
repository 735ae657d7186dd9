"""From a whole dump of the database nobody learns which answers are whose, better than by guessing.

The attack has everything but the installation's secret and keys: all rows of all tables, in the order in which they
lie in the file, with PostgreSQL's marks of place and transaction. It lines up people who answered and answers by every
pair of columns, within each stratum, and looks for any value that both have. Who answered what is known to the test
alone. The same attack on a dump of a database that keeps the order of arrival finds everybody.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from minsheng.database import Base, db
from minsheng.surveying import answer_mixing, call_progress, call_sheets, invites
from minsheng.surveying.call_sheets import CallResult, NothingToCallError
from minsheng.surveying.sample_drawing import Wanted
from minsheng.surveying.surveys import Channel, new_ticket
from tests.factories import Make
from tests.minsheng.samples import BOX, SECRET, drawn, interviewer
from website import database_setup

AT = dt.datetime(2026, 6, 2, 1, tzinfo=dt.UTC)
STRATA = {"城镇": 60, "农村": 60}
EACH = 30
BY_CHANCE = 10
"""Of 30 people a random pairing finds 1 on average; 10 or more happen once in nine million pairings."""
LONG = 10**6
Row = Mapping[str, Any]
Dump = Mapping[str, Sequence[Row]]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    is_file = request.param == "sqlite"
    app = Flask("unlinkable")
    app.config["SQLALCHEMY_DATABASE_URI"] = (
        f"sqlite:///{tmp_path / 'dump.sqlite'}" if is_file else str(request.getfixturevalue("postgresql_url"))
    )
    database_setup.set_up(app)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        yield db.engine
        db.session.remove()
        db.engine.dispose()


def field(session: Session) -> dict[int, str]:
    """Call 60 people over three weeks, some in vain at first; return the ticket of each one's answers."""
    make = Make(session, AT)
    wave = make.wave()
    drawn(session, make, wave, STRATA, dict.fromkeys(STRATA, Wanted(EACH)))
    callers = [interviewer(make, f"访员{place}") for place in range(3)]
    session.commit()
    truth: dict[int, str] = {}
    at, turn = AT, 0
    while len(truth) < 2 * EACH:
        turn += 1
        at += dt.timedelta(hours=4)
        by = callers[turn % 3]
        try:
            claim = call_sheets.claim_next(session, wave, by, SECRET, at)
        except NothingToCallError:
            session.rollback()
            continue
        session.commit()
        person = claim.person
        if turn % 4 == 0 and not person.attempts:
            call_sheets.note_result(session, claim, CallResult.NO_ANSWER, by, at, note="没人接")
        else:
            truth[person.id] = ticket = new_ticket()
            typed = {"aware": ["heard"], "satisfied": [("very_satisfied", "dissatisfied")[turn % 2]]}
            call_sheets.save_answers(session, claim, typed, by, at, secret=SECRET, ticket=ticket)
        call_progress.keep_dispositions(session, wave, Channel.PHONE)
        session.commit()
    db.session.remove()
    return truth


def dumped(engine: sa.Engine) -> Dump:
    """Return all rows of all tables in the order in which they lie in the file, as a dump writes them."""
    hidden = {"sqlite": ("rowid",), "postgresql": ("ctid", "xmin", "xmax", "cmin")}[engine.dialect.name]
    found: dict[str, list[Row]] = {}
    with engine.connect() as connection:
        for table in Base.metadata.tables:
            extra = ", ".join(f"{name}{'::text' if name != 'rowid' else ''} AS dump_{name}" for name in hidden)
            select = f'SELECT {extra}, t.* FROM "{table}" t'  # noqa: S608 - names of our own tables
            if table == "invite" and engine.dialect.name == "sqlite":
                select = "SELECT t.* FROM invite t"
            rows = connection.execute(sa.text(select)).mappings().all()
            found[table] = [{**row, "dump_place": place} for place, row in enumerate(rows)]
    return found


def flattened(rows: Sequence[Row], more: Mapping[Any, Sequence[Row]], key: str) -> list[dict[str, Any]]:
    """Return rows together with the columns of the first and last row that belongs to each."""
    result = []
    for row in rows:
        whole = dict(row)
        for name, one in (("first", 0), ("last", -1)):
            of = more.get(row[key], ())
            whole |= {f"{name}_{column}": value for column, value in (of[one].items() if of else ())}
        result.append(whole)
    return result


def grouped(rows: Sequence[Row], key: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[key]].append(row)
    return found


def sides(dump: Dump) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """Yield, stratum by stratum, the people who answered and the answers, with all that belongs to either."""
    entries = {row["id"]: [row] for row in dump["frame_entry"]}
    people = flattened(dump["sampled_person"], entries, "entry_id")
    people = flattened(people, grouped(dump["call_attempt"], "person_id"), "id")
    answers = flattened(dump["response"], grouped(dump["answer"], "response_id"), "id")
    for stratum in STRATA:
        yield (
            [row for row in people if row["stratum"] == stratum and row["disposition"] == "complete"],
            [row for row in answers if row["stratum"] == stratum],
        )


def sortable(value: object) -> tuple[int, Any]:
    """Return what a value sorts by: numbers, places in PostgreSQL's files as two numbers, else text."""
    if value is None:
        return 0, 0
    if isinstance(value, int | float):
        return 1, value
    text = str(value).strip("()")
    parts = text.split(",")
    if all(part.isdigit() for part in parts):
        return (1, int(text)) if len(parts) == 1 else (2, tuple(map(int, parts)))
    return 3, text


def orders(rows: Sequence[Row], name: str) -> dict[tuple[Any, ...], str]:
    """Return the orders of rows, by what ``name`` says of each, that the columns give; each order once."""
    found: dict[tuple[Any, ...], str] = {}
    for column in rows[0]:
        line = tuple(row[name] for row in sorted(rows, key=lambda row, by=column: sortable(row.get(by))))  # type: ignore[misc]  # bound now
        found.setdefault(line, f"{column} up")
        found.setdefault(line[::-1], f"{column} down")
    return found


def best_guess(dump: Dump, truth: Mapping[int, str]) -> tuple[int, str]:
    """Return in how many people of a stratum the best pair of columns finds the answers, and which pair that is."""
    best = (0, "")
    for people, answers in sides(dump):
        of_answers = orders(answers, "ticket")
        for line, one in orders(people, "id").items():
            for other_line, other in of_answers.items():
                hits = sum(truth[who] == what for who, what in zip(line, other_line, strict=True))
                best = max(best, (hits, f"{one} ~ {other}"))
    return best


def telling(rows: Sequence[Row]) -> dict[str, int]:
    """Return in how many rows each text or long number stands; a place in a file is the same in every table."""
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        kept = (one for name, one in row.items() if "ctid" not in name and (not isinstance(one, int) or one > LONG))
        for value in {str(one) for one in kept if one is not None}:
            counts[value] += 1
    return counts


def shared_values(dump: Dump) -> set[str]:
    """Return values that some people and some answers of a stratum have in common, and others have not."""
    found = set()
    for people, answers in sides(dump):
        of_answers = telling(answers)
        found |= {
            value
            for value, count in telling(people).items()
            if value and count < len(people) and 0 < of_answers.get(value, 0) < len(answers)
        }
    return found


_kept: dict[str, tuple[Dump, dict[int, str]]] = {}


@pytest.fixture
def known(engine: sa.Engine) -> tuple[Dump, dict[int, str]]:
    """A dump after the field work, and who answered what; made once for each kind of database."""
    kind = engine.dialect.name
    if kind not in _kept:
        truth = field(db.session())
        _kept[kind] = dumped(engine), truth
    return _kept[kind]


def test_a_dump_leads_from_nobody_to_their_answers(known: tuple[Dump, dict[int, str]]) -> None:
    dump, truth = known
    assert len(truth) == sum(len(people) for people, _ in sides(dump)) == sum(len(found) for _, found in sides(dump))
    assert shared_values(dump) == set()
    hits, pair = best_guess(dump, truth)
    assert hits < BY_CHANCE, pair


def test_the_journal_says_nothing_of_whose_number_it_was(known: tuple[Dump, dict[int, str]]) -> None:
    dump, truth = known
    names = {str(number) for number in truth} | set(truth.values())
    names |= {str(row["entry_id"]) for row in dump["sampled_person"]}
    for row in dump["journal_entry"]:
        assert not any(one in row["payload"] or one in row["subject"] for one in names)
    acts = {row["act"] for row in dump["journal_entry"]}
    assert "number_viewed" in acts
    assert not any("answer" in act or "response" in act for act in acts)


def test_the_attack_finds_everybody_where_order_is_kept(known: tuple[Dump, dict[int, str]]) -> None:
    dump, truth = dict(known[0]), known[1]
    order = {person: number for number, person in enumerate(truth)}
    place = {ticket: number for number, ticket in enumerate(truth.values())}
    dump["response"] = [{**row, "id": place[row["ticket"]], "dump_ctid": None} for row in dump["response"]]
    dump["sampled_person"] = [{**row, "changed": order[row["id"]]} for row in dump["sampled_person"]]
    hits, pair = best_guess(dump, truth)
    assert hits == EACH
    assert "changed" in pair


def test_codes_lead_to_neither_side(engine: sa.Engine) -> None:
    session = db.session()
    make = Make(session, AT)
    wave = make.wave()
    sample = drawn(session, make, wave, STRATA, dict.fromkeys(STRATA, Wanted(EACH)))
    letters = invites.letters(session, sample, actor="某办", box=BOX, secret=SECRET, at=AT)
    session.commit()
    for letter in letters[:40]:
        invites.answer(session, wave, letter.code, {"aware": ["never"]}, ticket=new_ticket(), at=AT)
        session.commit()
    dump = dumped(engine)
    for row in dump["invite"]:
        assert set(row) - {"dump_rowid", "dump_ctid", "dump_xmin", "dump_xmax", "dump_cmin", "dump_place"} == {
            "code_hash",
            "wave_id",
            "sample_id",
            "channel",
            "division_id",
            "stratum",
            "psu",
            "base_weight",
            "used_week",
        }
    assert {row["used_week"] for row in dump["invite"]} == {"", "2026-W23"}
    text = str(dump)
    assert not any(letter.code in text or letter.contact in text for letter in letters)


def test_mixed_answers_lie_in_no_order_and_have_one_mark(engine: sa.Engine) -> None:
    truth = field(db.session())
    is_needed = engine.dialect.name == "postgresql"
    assert answer_mixing.mix(db.session(), AT.date()) is is_needed
    assert answer_mixing.mix(db.session(), AT.date() + dt.timedelta(days=90)) is False
    db.session.remove()
    dump = dumped(engine)
    assert {row["ticket"] for row in dump["response"]} == set(truth.values())
    for table in ("response", "answer"):
        assert [row["id"] for row in dump[table]] == sorted(row["id"] for row in dump[table])
        assert not is_needed or len({row["dump_xmin"] for row in dump[table]}) == 1


def test_a_files_free_space_keeps_nothing_of_attempts(engine: sa.Engine) -> None:
    if engine.dialect.name != "sqlite":
        return  # PostgreSQL wipes its files by vacuuming, not at once
    field(db.session())
    db.session.remove()
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert "没人接".encode() not in Path(str(engine.url.database)).read_bytes()
