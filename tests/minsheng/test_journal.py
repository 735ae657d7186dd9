"""The journal notices what is altered by hand, and names the place."""

import datetime as dt
import hashlib

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng import journal
from minsheng.editorial import publishing
from minsheng.journal import Act, JournalEntry, JournalHead, current_head
from minsheng.records.projects import Project
from minsheng.records.reports import ProgressReport
from tests.factories import Make


def kinds(session: Session, saved_head: str | None = None) -> list[str]:
    session.commit()
    session.expire_all()
    return [fault.kind for fault in publishing.verify(session, saved_head)]


@pytest.fixture
def report(make: Make, session: Session) -> ProgressReport:
    report = make.published_report(make.project())
    session.commit()
    assert publishing.verify(session) == []
    return report


def test_a_published_figure_altered_by_hand_is_named(session: Session, report: ProgressReport) -> None:
    session.execute(sa.update(ProgressReport).values(funds_spent_fen=1, version=ProgressReport.version + 1))
    session.commit()
    faults = publishing.verify(session)
    assert [fault.kind for fault in faults] == ["record_altered"]
    assert report.project.slug in faults[0].where
    assert "funds_spent_fen" in faults[0].where


def test_a_target_altered_by_hand_is_noticed(session: Session, report: ProgressReport) -> None:
    session.execute(sa.text("UPDATE indicator SET target = target - 10000"))
    assert kinds(session) == ["record_altered"]


def test_an_altered_entry_is_named(session: Session, report: ProgressReport) -> None:
    session.execute(
        sa.update(JournalEntry).where(JournalEntry.sequence == 2).values(actor="别的单位"),
    )
    session.commit()
    faults = publishing.verify(session)
    assert [fault.kind for fault in faults] == ["entry_altered"]
    assert faults[0].where.startswith("2 ")


def test_an_entry_rewritten_with_a_fitting_hash_breaks_the_chain(session: Session, report: ProgressReport) -> None:
    entry = session.get_one(JournalEntry, 2)
    entry.actor = "别的单位"
    session.flush()
    entry.hash = entry.chained_hash()
    assert "chain_broken" in kinds(session)


def test_a_removed_entry_is_noticed(session: Session, report: ProgressReport) -> None:
    session.execute(sa.delete(JournalEntry).where(JournalEntry.sequence == 2))
    assert "entries_missing" in kinds(session)


def test_a_removed_tail_is_noticed_and_against_a_saved_head_even_when_the_head_was_cut_too(
    session: Session, report: ProgressReport
) -> None:
    saved = current_head(session)
    last = session.scalars(sa.select(JournalEntry).order_by(JournalEntry.sequence.desc())).first()
    assert last is not None
    session.execute(sa.delete(JournalEntry).where(JournalEntry.sequence == last.sequence))
    assert "tail_missing" in kinds(session)
    before = session.get_one(JournalEntry, last.sequence - 1)
    session.execute(sa.update(JournalHead).values(sequence=before.sequence, hash=before.hash))
    assert "tail_missing" not in kinds(session)
    assert "saved_head_missing" in kinds(session, saved)


def test_a_record_published_by_hand_or_removed_by_hand_is_noticed(
    session: Session, make: Make, report: ProgressReport
) -> None:
    make.project(published=False)
    session.execute(sa.update(Project).values(publication="published", first_planned_finish=dt.date(2026, 12, 31)))
    assert "record_not_in_journal" in kinds(session)


def test_an_outsider_verifies_the_chain_from_digests_alone(session: Session, at: dt.datetime) -> None:
    for number in range(3):
        journal.record(session, Act("contact_viewed", f"suggestion:{number}", "某县信访局", is_public=False), at)
    previous = journal.GENESIS
    for entry in session.scalars(sa.select(JournalEntry).order_by(JournalEntry.sequence)):
        assert entry.hash == hashlib.sha256((previous + entry.digest).encode()).hexdigest()
        previous = entry.hash


def test_the_same_act_twice_has_digests_that_cannot_be_compared(session: Session, at: dt.datetime) -> None:
    act = Act("contact_viewed", "suggestion:1", "某县信访局", is_public=False)
    first, second = journal.record(session, act, at), journal.record(session, act, at)
    assert first.salt != second.salt
    assert first.digest != second.digest


def test_a_fork_of_the_chain_is_impossible(session: Session, at: dt.datetime) -> None:
    first = journal.record(session, Act("a", "b", "c"), at)
    session.add(
        JournalEntry(
            sequence=9,
            at=at,
            act="a",
            subject="b",
            actor="c",
            is_public=True,
            payload="{}",
            salt="0" * 32,
            previous_hash=first.previous_hash,
            hash="f" * 64,
        )
    )
    with pytest.raises(sa.exc.IntegrityError):
        session.flush()


def test_changes_name_old_and_new_and_nothing_else() -> None:
    assert journal.changes({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": None}) == {"b": [2, 3]}
