"""Notice boards: their numbers cannot be invented, are never given twice, and are journaled."""

import datetime as dt

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from minsheng.codes import ALPHABET
from minsheng.editorial import publishing
from minsheng.errors import WrongStateError
from minsheng.journal import JournalEntry
from minsheng.records import boards
from minsheng.records.boards import Board
from minsheng.records.projects import Project
from minsheng.records.publication import Origin
from tests.factories import Make

SECRET = "a secret"


def issue(session: Session, project: Project, at: dt.datetime, place: str = "施工现场东门") -> Board:
    return boards.issue(session, project, place, secret=SECRET, actor="某县民生办", at=at)


def test_numbers_rise_and_each_has_its_own_signature(session: Session, make: Make, at: dt.datetime) -> None:
    first, second = issue(session, make.project(), at), issue(session, make.project(), at)

    assert (first.number, second.number) == (1001, 1002)
    assert first.signature != second.signature
    assert set(first.signature) <= set(ALPHABET)
    assert len(first.signature) == 6


def test_a_code_is_read_as_scanned_and_as_typed(session: Session, make: Make, at: dt.datetime) -> None:
    board = issue(session, make.project(), at)

    for typed in (board.code, board.code.lower(), board.code.replace("-", ""), f" {board.code} "):
        assert boards.by_code(session, typed) is board


def test_no_other_code_is_taken_for_a_board(session: Session, make: Make, at: dt.datetime) -> None:
    board = issue(session, make.project(), at)
    changed = [board.code[:-1] + letter for letter in ALPHABET if letter != board.code[-1]]
    other = f"1002-{board.signature}"

    for typed in (*changed, other, "1001", "1001-", "-1-AAAAAA", "", "1001-" + "A" * 60, "१००१-ABCDEF", "1001-ABCDE\n"):
        assert boards.by_code(session, typed) is None, typed


def test_a_new_secret_leaves_hanging_boards_valid(session: Session, make: Make, at: dt.datetime) -> None:
    board = issue(session, make.project(), at)
    later = boards.issue(session, make.project(), "", secret="another secret", actor="某县民生办", at=at)

    assert boards.by_code(session, board.code) is board
    assert boards.by_code(session, later.code) is later


def test_a_retired_number_is_known_and_never_given_again(session: Session, make: Make, at: dt.datetime) -> None:
    project = make.project()
    board = issue(session, project, at)
    boards.retire(session, board, actor="某县民生办", at=at + dt.timedelta(days=3))

    assert boards.in_use(session, project) == []
    assert boards.by_code(session, board.code) is board
    assert board.retired_on == dt.date(2026, 6, 13)
    assert issue(session, project, at).number == board.number + 1
    with pytest.raises(WrongStateError):
        boards.retire(session, board, actor="某县民生办", at=at)


def test_nobody_hangs_a_board_for_what_residents_cannot_see(session: Session, make: Make, at: dt.datetime) -> None:
    draft = make.project(published=False)
    compiled = make.project(origin=Origin.COMPILED, source_title="某县通报")

    for project in (draft, compiled):
        with pytest.raises(WrongStateError):
            issue(session, project, at)


def test_every_step_is_in_the_journal_which_fits_the_boards(session: Session, make: Make, at: dt.datetime) -> None:
    project = make.project()
    board = issue(session, project, at)
    boards.retire(session, board, actor="某县民生办", at=at)
    acts = session.scalars(
        sa.select(JournalEntry.act).where(JournalEntry.subject == "board:1001").order_by(JournalEntry.sequence)
    ).all()

    assert acts == ["board_issued", "board_retired"]
    assert publishing.verify(session) == []
    board.place = "别处"
    session.flush()
    assert [fault.kind for fault in publishing.verify(session)] == ["record_altered"]
