"""The revision of the site rises with every commit that residents could see, and with no other."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from minsheng import revision
from minsheng.accounts.staff import Role, StaffSession
from minsheng.database import Base
from minsheng.outbox import RecordKind, touch
from minsheng.records.places import Agency
from tests.factories import Make


@pytest.fixture
def number(session: Session, make: Make) -> int:
    """The revision after a first project."""
    make.project()
    session.commit()
    return revision.current(session).number


def test_it_starts_at_nothing(session: Session) -> None:
    assert revision.current(session) == (0, revision.NEVER)


def test_one_commit_raises_it_once(session: Session, make: Make, number: int) -> None:
    make.published_report(make.project())
    assert revision.current(session).number == number
    session.commit()
    assert revision.current(session).number == number + 1


def test_what_is_taken_back_raises_nothing(session: Session, make: Make, number: int) -> None:
    make.project()
    session.rollback()
    session.commit()
    assert revision.current(session).number == number


def test_a_savepoint_is_no_commit(session: Session, make: Make, number: int) -> None:
    with session.begin_nested():
        make.agency()
    assert revision.current(session).number == number
    session.commit()
    assert revision.current(session).number == number + 1


def test_a_change_before_a_failed_savepoint_still_counts(session: Session, make: Make, number: int) -> None:
    make.agency()
    nested = session.begin_nested()
    nested.rollback()
    session.commit()
    assert revision.current(session).number == number + 1


@pytest.mark.parametrize("through_table", [False, True])
def test_statements_count_too(session: Session, make: Make, number: int, through_table: bool) -> None:
    target = Agency.__table__ if through_table else Agency
    session.execute(sa.update(target).values({"duties": "供水"}))  # type: ignore[arg-type]  # a table or its class
    session.commit()
    assert revision.current(session).number == number + 1


def test_what_no_page_shows_raises_nothing(session: Session, make: Make, number: int) -> None:
    member = make.staff(Role.REPORTER)
    session.commit()
    before = revision.current(session).number
    session.add(
        StaffSession(
            staff_member=member, token_hash="x" * 64, started_at=make.at, last_seen_at=make.at, expires_at=make.at
        )
    )
    touch(session, RecordKind.PROJECT, 1)
    session.commit()
    assert revision.current(session).number == before


def test_setting_what_is_there_already_raises_nothing(session: Session, make: Make, number: int) -> None:
    agency = make.agency(duties="供水")
    session.commit()
    before = revision.current(session).number
    assert agency.duties == "供水"
    agency.duties = "供水"
    session.commit()
    assert revision.current(session).number == before


def test_its_moment_never_goes_back(session: Session, make: Make, number: int) -> None:
    later = sa.update(revision.SiteRevision).values(at=make.at.replace(year=2199))
    session.execute(later)
    make.agency()
    session.commit()
    assert revision.current(session) == (number + 1, make.at.replace(year=2199))


def test_every_table_left_out_exists_and_says_why(app: Flask) -> None:
    assert set(revision.UNSEEN) <= set(Base.metadata.tables)
    assert all(revision.UNSEEN.values())


def test_unsettled_changes_are_known_as_such(session: Session, make: Make, number: int) -> None:
    assert not revision.is_unsettled(session)
    make.agency()
    assert revision.is_unsettled(session)
    revision.settle(session)
    assert revision.is_unsettled(session)
    session.commit()
    assert not revision.is_unsettled(session)
